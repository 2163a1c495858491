/// Where events go: the log, syslog, files, a webhook, blocklists. [Sinks] gives each event to all
/// of them; each has a bounded queue and a virtual thread of its own ([SinkQueue]), so that one
/// that hangs holds up nobody. [EcsJson], [CommonEventFormat] and [StixBundle] say how events are
/// written. Sources: RFC 5424, 5425, 5426, 6587, 3164; Elastic Common Schema 8.17; ArcSight Common
/// Event Format revision 25; Standard Webhooks 1.0; STIX 2.1.
package io.pitchlake.node.event.sink;
