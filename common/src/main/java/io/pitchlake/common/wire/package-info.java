/// Ethernet frames and the headers in them, read and written where they lie.
///
/// One flyweight per header, reused for every frame: `wrap(address, length)` looks at each length
/// field once and says whether the header is whole; after true the accessors are plain loads and
/// stores with constant offsets. They `assert` their bounds, so tests and fuzzers (run with `-ea`)
/// catch any access outside the packet. After false the flyweight is empty: nothing may be read
/// from it. `create(address, length)` is the way out: it points at room for a new header, clears it
/// and fills in what never varies.
///
/// A typical walk: [EthernetHeader] (which skips up to two VLAN tags), [Ipv4Header] at its payload,
/// [TcpHeader] at that one's payload, [TcpOptions] behind it. Each `wrap` takes the length that the
/// layer below vouches for, so Ethernet padding never reaches a transport header.
///
/// On the wire and in every accessor the byte order is big-endian. MAC addresses are the 48 low
/// bits of a long, IPv4 addresses an int, IPv6 addresses two longs (`High`, `Low`). A flyweight
/// holds no memory and is confined to one thread; nothing here allocates per frame.
///
/// Each load or store through a segment inlines to hundreds of compiler nodes, and a method that
/// gathers more than about 45 of them is compiled with calls for the rest. So code that writes a
/// whole frame has one method per header: half the time of a single long one (44 against 80 ns for
/// the headers of a SYN-ACK on a loaded machine, 22 with unsafe access).
///
/// Sources: IEEE 802.3 and 802.1Q, RFC 826 and 5227 (ARP), 791, 8200, 792, 4443, 4861, 9293, 7323,
/// 2018, 768, 9568 and 3768 (VRRP), 2131 and 2132 (DHCP), 1071 and 1624 (checksums).
package io.pitchlake.common.wire;
