package io.pitchlake.it.bench.rate;

import io.pitchlake.it.bench.rate.Results.Figure;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The medians as bars in an SVG, with the spread as a thin line; its colours follow the reader's
/// light or dark theme.
final class Chart {
  private static final int WIDTH = 860;
  private static final int NAMES_WIDTH = 110;
  private static final int VALUES_WIDTH = 290;
  private static final int BARS_WIDTH = WIDTH - NAMES_WIDTH - VALUES_WIDTH;
  private static final int ROW_HEIGHT = 24;
  private static final int BAR_HEIGHT = 14;
  private static final int TITLE_HEIGHT = 44;

  private static final String STYLE =
      """
      <style>
        svg { font: 13px system-ui, sans-serif; }
        .paper { fill: #ffffff; }
        text { fill: #1f2328; }
        .title { font-weight: 600; font-size: 15px; }
        .note { fill: #656d76; }
        .ours { fill: #1a6fb5; }
        .peer { fill: #9aa4ae; }
        .spread { stroke: #1f2328; stroke-width: 1.5; opacity: .6; }
        @media (prefers-color-scheme: dark) {
          .paper { fill: #0d1117; }
          text { fill: #e6edf3; }
          .note { fill: #8d96a0; }
          .ours { fill: #58a6ff; }
          .peer { fill: #5b6570; }
          .spread { stroke: #e6edf3; }
        }
      </style>
      """;

  private final Results results;

  Chart(Results results) {
    this.results = results;
  }

  /// One group of bars for one metric.
  private record Group(Part part, Metric metric, String title, String note) {}

  private static final List<Group> GROUPS =
      List.of(
          new Group(
              Part.TARPIT,
              Metric.PER_SECOND,
              "Trapped connections per second",
              "one core, more is better"),
          new Group(
              Part.TARPIT, Metric.CPU_EACH, "CPU time per answer, nanoseconds", "less is better"),
          new Group(
              Part.TARPIT,
              Metric.CPU_100K,
              "CPU at 100,000 SYNs per second, % of a core",
              "less is better"),
          new Group(
              Part.LATENCY,
              Metric.LATENCY_P50,
              "Half of the answers come within, microseconds",
              "at 10,000 per second, less is better"),
          new Group(
              Part.LATENCY,
              Metric.LATENCY_P99,
              "99 % of the answers come within, microseconds",
              "at 10,000 per second, less is better"),
          new Group(
              Part.FORWARD,
              Metric.PER_SECOND,
              "Frames forwarded per second, 65,536 flows",
              "1m: 1,048,576 flows; more is better"),
          new Group(
              Part.FORWARD,
              Metric.CPU_EACH,
              "CPU time per forwarded frame, nanoseconds",
              "less is better"),
          new Group(
              Part.FORWARD,
              Metric.CPU_100K,
              "CPU at 100,000 frames per second, % of a core",
              "less is better"),
          new Group(
              Part.NEW_FLOWS,
              Metric.PER_SECOND,
              "SYNs of new flows forwarded per second",
              "more is better"),
          new Group(
              Part.BULK,
              Metric.GIGABITS,
              "Upload through the node, Gbit/s",
              "direct: without it; more is better"),
          new Group(
              Part.ENDURANCE,
              Metric.LAST_MINUTE,
              "Trapped connections per second after minutes of flood",
              "more is better"));

  String svg() {
    StringBuilder body = new StringBuilder();
    int top = 8;
    for (Group group : GROUPS) {
      List<String> rows =
          results.contestants(group.part()).stream()
              .filter(name -> figure(group, name).isPresent())
              .toList();
      if (!rows.isEmpty()) {
        top = draw(body, group, rows, top);
      }
    }
    int height = top + 8;
    return """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">
    <title>Pitchlake and its peers, measured in one run</title>
    %s<rect class="paper" width="%d" height="%d" rx="6"/>
    %s</svg>
    """
        .formatted(WIDTH, height, WIDTH, height, STYLE, WIDTH, height, body);
  }

  private int draw(StringBuilder body, Group group, List<String> rows, int from) {
    int top = from;
    body.append(
        format(
            "<text class=\"title\" x=\"12\" y=\"%d\">%s</text>"
                + "<text class=\"note\" x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n",
            top + 24, group.title(), WIDTH - 12, top + 24, group.note()));
    top += TITLE_HEIGHT;
    double most =
        rows.stream().mapToDouble(name -> figure(group, name).orElseThrow().most()).max().orElse(1);
    for (String name : rows) {
      Figure figure = figure(group, name).orElseThrow();
      int middle = top + ROW_HEIGHT / 2;
      body.append(
          format(
              "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>"
                  + "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>"
                  + "<line class=\"spread\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>"
                  + "<text x=\"%.1f\" y=\"%d\">%s</text>\n",
              NAMES_WIDTH - 8,
              middle + 4,
              name,
              isOurs(name) ? "ours" : "peer",
              NAMES_WIDTH,
              middle - BAR_HEIGHT / 2,
              length(figure.median(), most),
              BAR_HEIGHT,
              NAMES_WIDTH + length(figure.least(), most),
              NAMES_WIDTH + length(figure.most(), most),
              middle,
              middle,
              NAMES_WIDTH + length(figure.most(), most) + 8,
              middle + 4,
              value(group, name, figure)));
      top += ROW_HEIGHT;
    }
    return top + 8;
  }

  private static double length(double value, double most) {
    return most <= 0 ? 0 : BARS_WIDTH * value / most;
  }

  private Optional<Figure> figure(Group group, String name) {
    return results.figure(group.part(), name, group.metric());
  }

  private static boolean isOurs(String name) {
    return Stream.of("pcap", "ring", "xdp").anyMatch(name.split(" ", 2)[0]::equals);
  }

  private String value(Group group, String name, Figure figure) {
    String text = format("%,." + group.metric().decimals() + "f", figure.median());
    String ratios =
        results.ratios(group.part(), name, group.metric()).stream()
            .map(ratio -> format("%.2f x %s", ratio.value(), ratio.peer()))
            .collect(Collectors.joining(", "));
    return ratios.isEmpty() ? text : text + "  (" + ratios + ")";
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
