package io.pitchlake.node.doctor;

import java.util.List;

/// Stands for a check that cannot be made.
record NotLooked(Topic topic, String why, String remedy) implements Check {
  @Override
  public List<Finding> findings() {
    return List.of(new Finding.Unknown(topic, why, remedy));
  }
}
