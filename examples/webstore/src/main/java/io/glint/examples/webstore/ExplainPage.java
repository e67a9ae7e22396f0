package io.glint.examples.webstore;

import io.glint.sdk.ExemplarReport;

/** What Glint says about its exemplars, as it says it. */
final class ExplainPage {

  private ExplainPage() {}

  static Reply reply(ExemplarReport report) {
    String body =
        """
        <h1>Why there is an exemplar, and why there is none</h1>
        <p class="lead">For each metric of each reader what became of its measurements, from the
        recording call to the exporter. This is <code>provider.explainExemplars()</code>.</p>
        <p class="lead"><code>PinningReader</code> is the reader of the metrics address. The demo's
        own pages and reports collect through it too, so it is handed more exemplars than scrapers
        get. <code>IntervalReader</code> is that of the report on the console, and keeps no account
        of what it does with them.</p>
        <pre class="report">%s</pre>
        """
            .formatted(Html.escape(report.toString()));
    return Reply.html(200, Html.page("Explain", body));
  }
}
