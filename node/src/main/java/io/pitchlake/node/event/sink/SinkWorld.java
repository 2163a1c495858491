package io.pitchlake.node.event.sink;

import io.pitchlake.common.time.Clock;
import java.nio.file.Path;
import java.util.random.RandomGenerator;

/// What sinks need of what is around them.
///
/// @param syslogSocket of this host's daemon, `/dev/log`
/// @param random for pauses and identifiers; any thread
public record SinkWorld(
    Observer observer, Path syslogSocket, Clock clock, RandomGenerator random) {}
