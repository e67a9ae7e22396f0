/**
 * Scrapes through the HTTP server that an application has, by {@code OpenMetricsReader}: the JDK's
 * server, a servlet, Spring MVC, Spring Boot's Actuator, and Netty. Each class is one example, and
 * needs nothing of the others.
 */
package io.glint.examples.serving;
