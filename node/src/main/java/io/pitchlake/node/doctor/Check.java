package io.pitchlake.node.doctor;

import java.util.List;

/// One thing that is looked at. Used once, by one thread.
interface Check {
  Topic topic();

  /// Takes the first of two readings, where two are needed.
  default void begin() {}

  /// What was found; at least one finding, so that a report shows that it was looked at.
  List<Finding> findings();
}
