/// Clocks and timers. Everything that happens in the engine happens at the nanosecond its turn was
/// given.
///
/// A [io.pitchlake.common.time.TimerWheel] belongs to one thread.
package io.pitchlake.common.time;
