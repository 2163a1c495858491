package io.pitchlake.node.admin;

import java.util.List;

/// What came of reading the configuration again.
///
/// @param done false: nothing has changed, and `lines` says why
public record Reloaded(boolean done, List<String> lines) {
  public Reloaded {
    lines = List.copyOf(lines);
  }
}
