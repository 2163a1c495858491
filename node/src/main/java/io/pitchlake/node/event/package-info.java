/// Security events on their way out: limited and summed up on the engine thread ([EventThrottle]),
/// handed over through a ring ([EventRing]), turned into records and lines on a thread of their own
/// ([EventPump], [SecurityEvent]), which the log and syslog take ([SyslogSink]). Sources: RFC 5424,
/// RFC 5426, RFC 3164.
package io.pitchlake.node.event;
