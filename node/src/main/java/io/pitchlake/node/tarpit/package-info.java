/// Machines that do not exist: answers for addresses proven free, and for nothing else.
///
/// [io.pitchlake.node.tarpit.TarpitModule] decides, [io.pitchlake.node.tarpit.SegmentWriter] writes
/// segments, [io.pitchlake.node.tarpit.SynCookie] makes sequence numbers,
/// [io.pitchlake.node.tarpit.DecoyTable] says which machine an address is,
/// [io.pitchlake.node.tarpit.Habits] how that one speaks, and [io.pitchlake.node.tarpit.Grip] how a
/// connection is kept. Nothing is kept per connection. Engine thread. RFC 9293, RFC 7323, RFC 2018,
/// and the two seeds.
package io.pitchlake.node.tarpit;
