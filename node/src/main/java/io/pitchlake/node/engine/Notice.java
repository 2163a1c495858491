package io.pitchlake.node.engine;

import io.pitchlake.common.net.IpAddress;

/// A change that is rare and needs words, and so is an object of its own.
public sealed interface Notice permits TargetNotice, ServerNotice {
  EventKind kind();

  /// The address it is about.
  IpAddress target();
}
