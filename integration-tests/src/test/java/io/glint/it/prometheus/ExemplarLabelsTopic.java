package io.glint.it.prometheus;

import io.glint.sdk.GlintMeterProviderBuilder;
import io.glint.sdk.GlintView;
import io.glint.sdk.exemplar.ExemplarAttributes;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.SoftAssertions;

/** Exemplars whose labels are about as long as a server takes them, escapes included. */
final class ExemplarLabelsTopic extends Topic {
  private static final AttributeKey<String> NOTE = AttributeKey.stringKey("note");
  private static final List<String> TEXTS = List.of("\"", "\\", "\n", "x", "é", "😀");

  private DoubleHistogram histogram;
  private LongCounter counter;
  private double count;

  ExemplarLabelsTopic() throws IOException {
    super("exemplar_labels");
  }

  @Override
  void views(GlintMeterProviderBuilder builder) {
    builder.registerView(
        InstrumentSelector.builder().setName("*").build(),
        GlintView.builder()
            .setAttributeFilter(Set.of())
            .setExemplarAttributes(ExemplarAttributes.all())
            .build());
  }

  @Override
  void instruments() {
    final Meter meter = provider.get("notes");
    histogram =
        meter
            .histogramBuilder("size")
            .setExplicitBucketBoundariesAdvice(List.of(10.0, 30.0, 60.0))
            .build();
    counter = meter.counterBuilder("notes").build();
  }

  @Override
  void step(int number) {
    count++;
    final int length = 1 + random.nextInt(80);
    final Attributes attributes =
        Attributes.of(NOTE, TEXTS.get(random.nextInt(TEXTS.size())).repeat(length));
    inSpan(
        context -> {
          histogram.record(length, attributes, context);
          counter.add(1, attributes, context);
        });
  }

  @Override
  void check(Exposition atServer, SoftAssertions softly) {
    softly.assertThat(atServer.sum("size_count")).isEqualTo(count);
    softly.assertThat(atServer.sum("notes_total")).isEqualTo(count);
    softly.assertThat(exemplarsShown()).as("exemplars").isPositive();
  }
}
