/**
 * What a real Prometheus server makes of what Glint exposes.
 *
 * <ol>
 *   <li>{@code PrometheusScrapesTest}: one run of one server, which scrapes all topics at once for
 *       a minute; then a test for each topic, and one for what the server says about itself.
 *   <li>{@code Topic}: a meter provider with an endpoint of its own, a thread that records, and
 *       what has to be true at the end. Each topic says its part in {@code step} and {@code check};
 *       what has to be true of all of them is in {@code Topic} itself.
 *   <li>{@code ScrapeTap} stands between the server and an endpoint and keeps what was shown.
 *   <li>{@code Exposition} reads that, and what the server gives back, from text.
 * </ol>
 *
 * <p>It runs where the system property {@code glint.prometheus} names the program: {@code mvn -q -B
 * -pl integration-tests -am test -Dtest=PrometheusScrapesTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dglint.prometheus=/usr/bin/prometheus}. {@code
 * -Dglint.prometheus.seconds} is how long it records.
 */
package io.glint.it.prometheus;
