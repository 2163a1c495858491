/// Security events on their way out: limited and summed up on the engine thread ([EventThrottle]),
/// handed over through a ring ([EventRing]), and turned into records and lines on a thread of their
/// own ([EventPump], [SecurityEvent]). Where they go from there is package `sink`.
package io.pitchlake.node.event;
