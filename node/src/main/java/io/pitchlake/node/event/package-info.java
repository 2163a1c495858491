/// Security events on their way out: limited and summed up on the engine thread ([EventThrottle]),
/// handed over through a ring ([EventRing]), turned into records and lines on a thread of their own
/// ([EventPump], [SecurityEvent]).
package io.pitchlake.node.event;
