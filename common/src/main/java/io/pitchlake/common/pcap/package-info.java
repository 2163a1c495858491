/// Capture files in the classic pcap format, read and written as streams.
///
/// Only what Pitchlake needs of it: Ethernet, both byte orders and both resolutions in,
/// microseconds little-endian out. A file that is not that is refused with [PcapFormatException],
/// whose one sentence names the file, the byte and the remedy. Instances are confined to one
/// thread; the buffers are reused, so reading and writing allocate nothing per frame.
///
/// Source: the libpcap file format as pcap-savefile(5) describes it.
package io.pitchlake.common.pcap;
