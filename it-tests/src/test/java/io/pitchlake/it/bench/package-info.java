/// JMH benchmarks of what runs for every frame, and of what must not stall a turn.
///
/// Started by `deploy/jmh.sh [REGEX]`, never by `mvn verify`, which only compiles them. Times are
/// nanoseconds per operation; `gc.alloc.rate.norm` is bytes per operation and must be 0 but for
/// builders.
package io.pitchlake.it.bench;
