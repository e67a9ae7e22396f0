package io.glint.sdk.internal.view;

import io.glint.sdk.internal.log.DeferredWarnings;
import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.metric.InstrumentDescriptor;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The views of a provider and the instruments they are for (SDK specification, "Instrument
 * selection criteria"). All criteria that a selector names must hold. Instrument names match
 * without regard to case, as instruments themselves do; the other criteria match exactly.
 * Immutable.
 */
public final class ViewRegistry {

  /** A view as it was registered. */
  public record Registration(InstrumentSelector selector, ViewConfig view) {}

  private static final class Entry {
    private final InstrumentSelector selector;

    /** Null for any. */
    private final @Nullable Pattern name;

    private final ViewConfig view;
    private volatile boolean hasMatched;

    Entry(InstrumentSelector selector, @Nullable Pattern name, ViewConfig view) {
      this.selector = selector;
      this.name = name;
      this.view = view;
    }
  }

  private final List<Entry> entries = new ArrayList<>();
  private final boolean isComposed;

  /**
   * Makes the registry.
   *
   * @param isComposed whether several views that match an instrument make one stream
   */
  public ViewRegistry(List<Registration> registrations, boolean isComposed) {
    this.isComposed = isComposed;
    for (final Registration registration : registrations) {
      final String name = registration.selector().getInstrumentName();
      entries.add(
          new Entry(
              registration.selector(),
              name == null ? null : Glob.ignoringCase(name),
              registration.view()));
    }
  }

  /**
   * The views that make a stream of an instrument each.
   *
   * @param deferred gets to know what is wrong with them
   */
  public List<ViewConfig> matching(
      InstrumentDescriptor instrument, InstrumentationScopeInfo scope, DeferredWarnings deferred) {
    final List<ViewConfig> usable = new ArrayList<>();
    for (final ViewConfig view : matching(instrument, scope)) {
      if (view.suits(instrument.type())) {
        usable.add(view);
        continue;
      }
      deferred.add(
          LogText.of(view)
              + " makes no sense for instrument "
              + instrument.describe()
              + ", which its selector matches; "
              + (isComposed ? "its aggregation" : "the view")
              + " is ignored for it. Restrict the selector, for instance by instrument type, or"
              + " choose another aggregation");
      if (isComposed) {
        usable.add(view.withoutAggregation());
      }
    }
    return isComposed ? composed(usable) : usable;
  }

  /** The selectors of views that have not matched any instrument so far. */
  public List<InstrumentSelector> unmatched() {
    return entries.stream()
        .filter(entry -> !entry.hasMatched)
        .map(entry -> entry.selector)
        .toList();
  }

  private static List<ViewConfig> composed(List<ViewConfig> views) {
    final List<ViewConfig> composed = new ArrayList<>();
    views.stream()
        .map(ViewConfig::name)
        .filter(Objects::nonNull)
        .distinct()
        .forEach(name -> composed.add(composed(views, name)));
    if (composed.isEmpty() && !views.isEmpty()) {
      composed.add(composed(views, null));
    }
    return composed;
  }

  /** One of all views that have this name or none. */
  private static ViewConfig composed(List<ViewConfig> views, @Nullable String name) {
    ViewConfig all = ViewConfig.NONE;
    for (final ViewConfig view : views) {
      if (view.name() == null || view.name().equals(name)) {
        all = all.overlaidWith(view);
      }
    }
    return all;
  }

  /** The views that match an instrument, in the order they were registered. */
  private List<ViewConfig> matching(
      InstrumentDescriptor instrument, InstrumentationScopeInfo scope) {
    final List<ViewConfig> matching = new ArrayList<>();
    for (final Entry entry : entries) {
      if (matches(entry, instrument, scope)) {
        entry.hasMatched = true;
        matching.add(entry.view);
      }
    }
    return matching;
  }

  private static boolean matches(
      Entry entry, InstrumentDescriptor instrument, InstrumentationScopeInfo scope) {
    final InstrumentSelector selector = entry.selector;
    return (entry.name == null || entry.name.matcher(instrument.name()).matches())
        && isUnsetOr(selector.getInstrumentType(), instrument.type())
        && isUnsetOr(selector.getInstrumentUnit(), instrument.unit())
        && isUnsetOr(selector.getMeterName(), scope.getName())
        && isUnsetOr(selector.getMeterVersion(), scope.getVersion())
        && isUnsetOr(selector.getMeterSchemaUrl(), scope.getSchemaUrl());
  }

  private static boolean isUnsetOr(@Nullable Object criterion, @Nullable Object actual) {
    return criterion == null || Objects.equals(criterion, actual);
  }
}
