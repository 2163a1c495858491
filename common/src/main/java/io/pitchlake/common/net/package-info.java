/// Addresses and blocks of both families, and the lists that answer for them.
///
/// One form serves IPv4 and IPv6: 128 bits in two longs, IPv4 as IPv4-mapped. The hot path carries
/// the bare longs; the records are for configuration and people.
///
/// Thread: everything here is immutable and may be read by any thread.
///
/// Sources: RFC 4291 and 5952 (text of addresses), IEEE 802 (MAC addresses), Pen 0.32 (access
/// lists).
package io.pitchlake.common.net;
