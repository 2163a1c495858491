package io.pitchlake.node.event.sink;

import io.pitchlake.node.event.Occurrence;

/// A way to write an event on one line: without a line end, and nothing in it can end the line. Any
/// thread.
@FunctionalInterface
interface EventText {
  String of(Occurrence event);
}
