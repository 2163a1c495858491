/// Interfaces and capture files as the engine sees them: batches of frames in, batches of frames
/// out.
///
/// A [io.pitchlake.node.port.Port] is opened on any thread, then belongs to the engine thread; only
/// its statistics may be read from elsewhere. No port knows a module of the chain. The packet
/// sockets of Linux are described in packet(7) and in the kernel's
/// `Documentation/networking/packet_mmap.rst` and `af_xdp.rst`; measured costs stand where a choice
/// was made.
package io.pitchlake.node.port;
