package io.pitchlake.node.engine;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;

/// A change in what is known of a target. Rare, and so an object of its own with words in it.
/// Immutable.
///
/// @param mac where it is or was last
/// @param reason why, empty where it is ready
public record TargetNotice(Change change, IpAddress target, MacAddress mac, String reason)
    implements Notice {
  public enum Change {
    /// Frames go to it from now on.
    READY,
    /// It gets no more frames.
    TAKEN_OUT,
    /// It got none so far, and it is known now why.
    NOT_READY,
    /// It got none before, and now there is another reason.
    STAYS_OUT
  }

  @Override
  public EventKind kind() {
    return change == Change.READY ? EventKind.TARGET_UP : EventKind.TARGET_DOWN;
  }
}
