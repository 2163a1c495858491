package io.pitchlake.node.drill;

import io.pitchlake.node.drill.DrillPlan.Pair;
import io.pitchlake.node.drill.Lane.Stretch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A picture of a drill: for each pair the run in the middle as a timeline, one lane per question,
/// with who spoke above it and the outages of all runs below. Its colours follow the reader's light
/// or dark theme.
final class Timeline {
  private static final int WIDTH = 900;
  private static final int LEFT = 130;
  private static final int RIGHT = 120;
  private static final int SPAN = WIDTH - LEFT - RIGHT;
  private static final int LANE_HEIGHT = 18;
  private static final int LANE_STEP = 26;
  private static final int HEAD_HEIGHT = 66;
  private static final int FOOT_HEIGHT = 46;
  private static final double MILLION = 1e6;
  private static final double LEAST_SPAN_MILLIS = 40;

  private static final String STYLE =
      """
      <style>
        svg { font: 13px system-ui, sans-serif; }
        .paper { fill: #ffffff; }
        text { fill: #1f2328; }
        .title { font-weight: 600; font-size: 16px; }
        .note { fill: #656d76; font-size: 12px; }
        .figure { font-weight: 600; }
        .lane { fill: #b7dfc3; }
        .lost { fill: #cf222e; }
        .pause { fill: #e3a008; }
        .node0 { fill: #1a6fb5; }
        .node1 { fill: #8250df; }
        .name { fill: #ffffff; font-size: 11px; }
        .fault { stroke: #cf222e; stroke-width: 1.5; stroke-dasharray: 4 3; }
        .takeover { stroke: #8250df; stroke-width: 1.5; stroke-dasharray: 4 3; }
        .axis { stroke: #8c959f; stroke-width: 1; }
        .run { fill: #1f2328; opacity: .55; }
        @media (prefers-color-scheme: dark) {
          .paper { fill: #0d1117; }
          text { fill: #e6edf3; }
          .note { fill: #8d96a0; }
          .lane { fill: #1f4a2f; }
          .lost { fill: #f85149; }
          .pause { fill: #d29922; }
          .node0 { fill: #388bfd; }
          .node1 { fill: #a371f7; }
          .fault { stroke: #f85149; }
          .takeover { stroke: #a371f7; }
          .run { fill: #e6edf3; }
        }
      </style>
      """;

  private final DrillPlan plan;
  private final Map<List<String>, List<RunResult>> groups;
  private final StringBuilder body = new StringBuilder();

  Timeline(DrillPlan plan, List<RunResult> results) {
    this.plan = plan;
    this.groups =
        results.stream()
            .collect(
                Collectors.groupingBy(
                    run -> List.of(run.drill().word(), run.pair()),
                    LinkedHashMap::new,
                    Collectors.toList()));
  }

  /// The picture as an SVG document.
  String svg() {
    int top = 4;
    for (List<RunResult> runs : groups.values()) {
      top = panel(runs, top);
    }
    int height = top + 4;
    return """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">
    <title>What clients notice when a node fails</title>
    %s<rect class="paper" width="%d" height="%d" rx="6"/>
    %s</svg>
    """
        .formatted(WIDTH, height, WIDTH, height, STYLE, WIDTH, height, body);
  }

  /// Where a time is on the picture.
  private record Scale(long originNanos, double fromMillis, double toMillis) {
    double x(long nanos) {
      return at((nanos - originNanos) / MILLION);
    }

    Stretch stretch() {
      return new Stretch(
          originNanos + (long) (fromMillis * MILLION), originNanos + (long) (toMillis * MILLION));
    }

    double at(double millis) {
      double clipped = Math.clamp(millis, fromMillis, toMillis);
      return LEFT + SPAN * (clipped - fromMillis) / (toMillis - fromMillis);
    }
  }

  private int panel(List<RunResult> runs, int from) {
    RunResult middle =
        runs.stream()
            .sorted(Comparator.comparingLong(RunResult::wireOutageNanos))
            .toList()
            .get((runs.size() - 1) / 2);
    Scale scale = scale(middle, runs);
    Pair pair =
        plan.pairs().stream()
            .filter(one -> one.name().equals(middle.pair()))
            .findFirst()
            .orElseThrow();
    head(middle, runs, from);
    int top = from + HEAD_HEIGHT;
    int lanesTop = top;
    if (!pair.taps().isEmpty()) {
      owners(middle, pair, scale, top);
      top += LANE_STEP;
    }
    for (Lane lane : middle.lanes()) {
      lane(lane, middle.fault().get(lane.kind()), scale, top);
      top += LANE_STEP;
    }
    if (runs.size() > 1) {
      allRuns(runs, scale, top);
      top += LANE_STEP;
    }
    marks(middle, pair, scale, lanesTop, top);
    axis(scale, top);
    return top + FOOT_HEIGHT;
  }

  private void head(RunResult middle, List<RunResult> runs, int top) {
    Spread spread = Spread.of(runs.stream().map(RunResult::wireOutageNanos).toList());
    long twice = runs.stream().mapToLong(RunResult::twoOwnersNanos).max().orElse(0);
    text("title", 16, top + 26, "start", middle.drill().word() + " \u00b7 " + middle.pair());
    text(
        "note",
        WIDTH - 16,
        top + 26,
        "end",
        "%d run%s, adverts %s ms: median %s ms, worst %s ms; two owners %s ms"
            .formatted(
                runs.size(),
                runs.size() == 1 ? "" : "s",
                plan.advertNanos() / 1_000_000,
                TextReport.millis(Math.round(spread.median())),
                TextReport.millis(Math.round(spread.worst())),
                TextReport.millis(twice)));
    text("note", 16, top + 43, "start", middle.drill().description());
  }

  private static Scale scale(RunResult middle, List<RunResult> runs) {
    double longest = 0;
    for (RunResult run : runs) {
      for (Map.Entry<Lane.Kind, Outcome> lane : run.fault().entrySet()) {
        boolean counts = run.run() == middle.run() || !lane.getKey().isStream();
        Outcome outcome = lane.getValue();
        if (counts && outcome.outageNanos() > 0) {
          double end = outcome.fromNanos() + outcome.outageNanos() - run.brokenNanos();
          longest = Math.max(longest, end / MILLION);
        }
      }
    }
    double span = Math.max(longest, LEAST_SPAN_MILLIS);
    return new Scale(middle.brokenNanos(), -0.2 * span, 1.2 * span);
  }

  /// Who answered anything, node A in the upper half and node B in the lower, so that two at once
  /// show.
  private void owners(RunResult run, Pair pair, Scale scale, int top) {
    text("", LEFT - 10, top + 13, "end", "who speaks");
    for (int node = 0; node < pair.taps().size(); node++) {
      int y = top + node * LANE_HEIGHT / 2;
      for (Stretch span : speaking(run, node, scale)) {
        double x = scale.x(span.fromNanos());
        double width = scale.x(span.toNanos()) - x;
        if (width <= 0) {
          continue;
        }
        rect("node" + node, x, y, width, LANE_HEIGHT / 2);
        if (width > 60) {
          text("name", x + 5, y + 8, "start", pair.taps().get(node));
        }
      }
    }
  }

  /// From when to when a node answered anything without a pause.
  private static List<Stretch> speaking(RunResult run, int node, Scale scale) {
    List<Stretch> spans = new ArrayList<>();
    run.lanes().stream()
        .flatMap(lane -> lane.speaking(node, scale.stretch()).stream())
        .sorted(Comparator.comparingLong(Stretch::fromNanos))
        .forEach(span -> {
          boolean touches = !spans.isEmpty() && span.fromNanos() <= spans.getLast().toNanos();
          Stretch before = touches ? spans.removeLast() : span;
          spans.add(new Stretch(before.fromNanos(), Math.max(before.toNanos(), span.toNanos())));
        });
    return spans;
  }

  private void lane(Lane lane, Outcome outcome, Scale scale, int top) {
    text("", LEFT - 10, top + 13, "end", lane.kind().title());
    rect("lane", LEFT, top, SPAN, LANE_HEIGHT);
    for (Stretch outage : lane.outages(scale.stretch())) {
      bar(lane.kind().isStream() ? "pause" : "lost", outage, scale, top);
    }
    text(
        "figure",
        WIDTH - RIGHT + 10,
        top + 13,
        "start",
        TextReport.millis(outcome.outageNanos()) + " ms");
  }

  private void bar(String style, Stretch stretch, Scale scale, int top) {
    double x = scale.x(stretch.fromNanos());
    rect(style, x, top, Math.max(0, scale.x(stretch.toNanos()) - x), LANE_HEIGHT);
  }

  private void allRuns(List<RunResult> runs, Scale scale, int top) {
    text("note", LEFT - 10, top + 13, "end", "all runs");
    for (RunResult run : runs) {
      body.append(
          format(
              "<circle class=\"run\" cx=\"%.1f\" cy=\"%d\" r=\"3.5\"/>\n",
              scale.x(end(run) - run.brokenNanos() + scale.originNanos()), top + 9));
    }
  }

  /// When the last question over the wire was answered again.
  private static long end(RunResult run) {
    return run.fault().entrySet().stream()
        .filter(lane -> !lane.getKey().isStream() && lane.getValue().outageNanos() > 0)
        .mapToLong(lane -> lane.getValue().fromNanos() + lane.getValue().outageNanos())
        .max()
        .orElse(run.brokenNanos());
  }

  private void marks(RunResult run, Pair pair, Scale scale, int top, int bottom) {
    double x = scale.x(run.brokenNanos());
    line("fault", x, top - 6, x, bottom);
    text("note", x, top - 10, "middle", "fault");
    OptionalLong takeover =
        pair.taps().isEmpty()
            ? OptionalLong.empty()
            : speaking(run, 1, scale).stream()
                .mapToLong(Stretch::fromNanos)
                .filter(t -> t > run.faultNanos())
                .min();
    if (takeover.isPresent()) {
      double at = scale.x(takeover.getAsLong());
      line("takeover", at, top - 6, at, bottom);
      text(
          "note",
          at + 4,
          top - 10,
          at - x < 60 ? "start" : "middle",
          pair.taps().get(1) + " answers");
    }
  }

  private void axis(Scale scale, int top) {
    line("axis", LEFT, top + 2, LEFT + SPAN, top + 2);
    double step = step((scale.toMillis() - scale.fromMillis()) / 8);
    Stream.iterate(
            Math.ceil(scale.fromMillis() / step) * step, t -> t <= scale.toMillis(), t -> t + step)
        .forEach(t -> {
          double x = scale.at(t);
          line("axis", x, top + 2, x, top + 7);
          text("note", x, top + 20, "middle", format("%.0f ms", t + 0.0));
        });
  }

  /// 1, 2 or 5 times a power of ten, at least `least`.
  private static double step(double least) {
    double power = Math.pow(10, Math.floor(Math.log10(least)));
    for (double factor : new double[] {1, 2, 5}) {
      if (factor * power >= least) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  private void rect(String style, double x, double y, double width, double height) {
    body.append(
        format(
            "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
            style, x, y, width, height));
  }

  private void line(String style, double x1, double y1, double x2, double y2) {
    body.append(
        format(
            "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
            style, x1, y1, x2, y2));
  }

  private void text(String style, double x, double y, String anchor, String text) {
    body.append(
        format(
            "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n",
            style, x, y, anchor, escaped(text)));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
