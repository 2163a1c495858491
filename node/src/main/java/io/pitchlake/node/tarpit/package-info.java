/// Machines that do not exist: answers for addresses proven free, and for nothing else.
///
/// [io.pitchlake.node.tarpit.TarpitModule] decides, [io.pitchlake.node.tarpit.SynAckWriter] writes
/// segments, [io.pitchlake.node.tarpit.SynCookie] makes sequence numbers. Nothing is kept per
/// connection. Engine thread. RFC 9293, RFC 7323, RFC 2018, and the two seeds.
package io.pitchlake.node.tarpit;
