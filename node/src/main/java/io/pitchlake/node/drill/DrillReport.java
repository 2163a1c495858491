package io.pitchlake.node.drill;

import java.util.List;

/// What all runs of a plan came to.
public final class DrillReport {
  private final DrillPlan plan;
  private final List<RunResult> runs;

  DrillReport(DrillPlan plan, List<RunResult> runs) {
    this.plan = plan;
    this.runs = List.copyOf(runs);
  }

  /// Whether not one run came to its end.
  public boolean isEmpty() {
    return runs.isEmpty();
  }

  /// The figures as lines for a terminal.
  public List<String> table() {
    return TextReport.table(runs);
  }

  /// The figures for programs.
  public String json() {
    return JsonReport.of(plan, runs);
  }

  /// The run in the middle of each drill as a picture.
  public String svg() {
    return new Timeline(plan, runs).svg();
  }
}
