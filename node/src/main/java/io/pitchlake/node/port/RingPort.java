package io.pitchlake.node.port;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.Frame.ChecksumState;
import io.pitchlake.common.wire.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// An interface through AF_PACKET: a receive ring shared with the kernel (TPACKET_V2) and batched
/// sending (sendmmsg), called through `java.lang.foreign`. Needs Linux and CAP_NET_RAW. 1.3 us of
/// CPU per answered frame, of which our code is a few per cent; it is also the port for bulk
/// forwarding, because super-frames and partial checksums pass through it as they are.
///
/// The ring is an array of slots, each with a header whose status word says whose it is. A slot
/// given to the engine goes back to the kernel with the next [#receive]. TPACKET_V2 and not V3: V3
/// hands out blocks by a timer, a millisecond late.
///
/// What the kernel takes out of a frame is put back. A VLAN tag goes into the room in front of the
/// frame; what the virtio_net_hdr says of checksum and segmentation goes to [Frame#offload]. A
/// frame longer than a slot comes by recv(2), in the order of the slots (PACKET_COPY_THRESH).
public final class RingPort implements Port {
  private static final int SLOT_COUNT = 4096;
  private static final int SMALLEST_SLOT_BYTES = 2048;
  private static final int BLOCK_BYTES = 1 << 18;
  private static final int SOCKET_BUFFER_BYTES = 8 << 20;
  private static final int TRANSMIT_BUFFERS = 256;

  /// Super-frames in one batch; a batch ends early when they are used up.
  private static final int LONG_BUFFERS = 32;

  /// Bytes of a slot that the header, the virtio_net_hdr and the alignment take, at most.
  private static final int SLOT_OVERHEAD_BYTES = 128;

  /// Moves the frame so that the IP header starts on 16 bytes.
  private static final int RESERVE_BYTES = 6;

  private static final int STATUS_KERNEL = 0;
  private static final int STATUS_USER = 1;
  private static final int STATUS_COPY = 1 << 1;
  private static final int STATUS_VLAN_VALID = 1 << 4;
  private static final int STATUS_VLAN_TPID_VALID = 1 << 6;

  // struct tpacket2_hdr
  private static final int LENGTH = 4;
  private static final int CAPTURED_LENGTH = 8;
  private static final int FRAME_OFFSET = 12;
  private static final int VLAN_TCI = 24;
  private static final int VLAN_TPID = 26;

  private static final int VLAN_TAG_BYTES = 4;
  private static final int MAC_ADDRESSES_BYTES = 12;
  private static final int TPID_VLAN = 0x8100;

  /// How many empty receives pass between two looks at the socket's error; for an engine that never
  /// waits.
  private static final int EMPTY_RECEIVES_PER_CHECK = 1 << 14;

  private final NetworkLink link;
  private final Libc libc;
  private final PacketSocket receiver;
  private final long ring;
  private final int slotBytes;
  private final PortCounters counters;
  private final KernelDrops drops;
  private final PacketSender sender;
  private final FramePool longBuffers =
      new FramePool(LONG_BUFFERS, PacketSender.HEADER_BYTES, Frame.MAX_LENGTH);
  private final FramePool transmitBuffers;
  private final Arena arena = Arena.ofShared();
  private final long poll = arena.allocate(8, 8).address();
  private int nextSlot;
  private int firstHeldSlot;
  private int longBuffersUsed;
  private int emptyReceives;
  private boolean gone;

  private RingPort(
      NetworkLink link,
      Libc libc,
      PacketSocket receiver,
      PacketSender sender,
      PortCounters counters,
      long ring,
      int slotBytes) {
    this.link = link;
    this.libc = libc;
    this.receiver = receiver;
    this.sender = sender;
    this.counters = counters;
    this.ring = ring;
    this.slotBytes = slotBytes;
    drops = new KernelDrops(receiver.descriptor());
    transmitBuffers = new FramePool(TRANSMIT_BUFFERS, 0, link.longestFrame());
    Native.putInt(poll, receiver.descriptor());
    Native.putShort(poll + 4, Libc.POLLIN);
  }

  /// Opens interface `name`, unfiltered. A [PortException] says in one sentence what is wrong when
  /// that fails.
  public static RingPort open(String name) throws PortException {
    if (!System.getProperty("os.name").equals("Linux")) {
      throw new PortException(
          PortException.Reason.UNSUPPORTED,
          "access ring needs Linux; use access pcap on " + System.getProperty("os.name"));
    }
    NetworkLink link = NetworkLink.find(name);
    Libc libc = new Libc();
    PacketSocket receiver = null;
    PacketSender sender = null;
    try {
      receiver = PacketSocket.open(libc, link);
      int slotBytes = slotBytes(link.longestFrame());
      prepareReceiver(receiver);
      long ring =
          receiver.mapReceiveRing(Math.max(BLOCK_BYTES, slotBytes), blocks(slotBytes), slotBytes);
      PortCounters counters = new PortCounters();
      sender = PacketSender.open(libc, link, counters);
      receiver.bind(PacketSocket.EVERY_PROTOCOL);
      return new RingPort(link, libc, receiver, sender, counters, ring, slotBytes);
    } catch (PortException e) {
      if (receiver != null) {
        receiver.close();
      }
      if (sender != null) {
        sender.close();
      }
      libc.close();
      throw e;
    }
  }

  /// Opens interface `name` for `count` engines that share its frames as [Fanout] tells; port `i`
  /// gets what concerns the addresses whose home is `i`.
  ///
  /// @param spread addresses whose packets are steered by their source
  public static List<RingPort> open(String name, int count, Set<IpAddress> spread)
      throws PortException {
    List<RingPort> ports = new ArrayList<>();
    try {
      int group = 0;
      for (int i = 0; i < count; i++) {
        RingPort port = open(name);
        ports.add(port);
        if (i == 0) {
          group = port.receiver.found(Fanout.program(count, spread));
        } else {
          port.receiver.join(group);
        }
      }
      return ports;
    } catch (PortException e) {
      ports.forEach(RingPort::close);
      throw e;
    }
  }

  private static int slotBytes(int frameBytes) {
    int needed = SLOT_OVERHEAD_BYTES + frameBytes;
    return Math.max(SMALLEST_SLOT_BYTES, Integer.highestOneBit(needed - 1) << 1);
  }

  private static int blocks(int slotBytes) {
    return (int) ((long) SLOT_COUNT * slotBytes / Math.max(BLOCK_BYTES, slotBytes));
  }

  private static void prepareReceiver(PacketSocket socket) throws PortException {
    socket.set(PacketSocket.PACKET_VNET_HDR, 1, "PACKET_VNET_HDR");
    socket.set(PacketSocket.PACKET_VERSION, PacketSocket.TPACKET_V2, "TPACKET_V2");
    socket.set(PacketSocket.PACKET_RESERVE, RESERVE_BYTES, "PACKET_RESERVE");
    socket.set(PacketSocket.PACKET_COPY_THRESH, Frame.MAX_LENGTH, "PACKET_COPY_THRESH");
    socket.set(PacketSocket.PACKET_IGNORE_OUTGOING, 1, "PACKET_IGNORE_OUTGOING");
    socket.bufferBytes(Libc.SO_RCVBUFFORCE, Libc.SO_RCVBUF, SOCKET_BUFFER_BYTES);
    socket.joinPromiscuously();
  }

  @Override
  public String name() {
    return link.name();
  }

  @Override
  public String access() {
    return "ring";
  }

  @Override
  public long mac() {
    return link.mac();
  }

  @Override
  public int mtuBytes() {
    return link.mtuBytes();
  }

  @Override
  public boolean filter(PortFilter filter) {
    boolean fits =
        filter.stations().size() <= PortFilter.MAX_ENTRIES
            && filter.hostAddresses().size() <= PortFilter.MAX_ENTRIES;
    if (fits && receiver.attach(SocketFilter.assemble(filter))) {
      return true;
    }
    receiver.detach();
    return false;
  }

  @Override
  public int receive(Batch into) {
    into.clear();
    release();
    receiveMore(into);
    if (into.count() == 0) {
      endIfGone();
    }
    return into.count();
  }

  /// Adds frames to `into` until it is full or no more are there; [#release] comes first.
  void receiveMore(Batch into) {
    int before = into.count();
    int slot = nextSlot;
    long header = ring + (long) slot * slotBytes;
    int status;
    while (!into.isFull()
        && ((status = Native.getIntAcquire(header)) & STATUS_USER) != 0
        && longBuffersUsed < LONG_BUFFERS) {
      if ((status & STATUS_COPY) == 0) {
        deliver(into, header, status);
      } else {
        deliverLong(into, header, status);
      }
      slot = (slot + 1) & (SLOT_COUNT - 1);
      header = ring + (long) slot * slotBytes;
    }
    nextSlot = slot;
    counters.received(into.count() - before);
  }

  /// Gives the slots of the receive before back to the kernel.
  void release() {
    int slot = firstHeldSlot;
    while (slot != nextSlot) {
      Native.putIntRelease(ring + (long) slot * slotBytes, STATUS_KERNEL);
      slot = (slot + 1) & (SLOT_COUNT - 1);
    }
    firstHeldSlot = slot;
    longBuffersUsed = 0;
  }

  private void deliver(Batch into, long header, int status) {
    int length = Native.getInt(header + CAPTURED_LENGTH);
    int offset = Native.getShort(header + FRAME_OFFSET);
    if (length < Native.getInt(header + LENGTH)) {
      counters.oversized();
      return;
    }
    wrap(into, header, status, header + offset, length, slotBytes - offset);
  }

  private void deliverLong(Batch into, long header, int status) {
    long frame = longBuffers.address(longBuffersUsed);
    int capacity = longBuffers.capacityBytes();
    long bytes =
        libc.recv(
            receiver.descriptor(),
            frame - PacketSender.HEADER_BYTES,
            capacity + PacketSender.HEADER_BYTES,
            Libc.MSG_DONTWAIT);
    int length = (int) bytes - PacketSender.HEADER_BYTES;
    if (length <= 0) {
      counters.oversized();
      return;
    }
    longBuffersUsed++;
    wrap(into, header, status, frame, length, capacity);
  }

  /// Wraps a frame with the virtio_net_hdr in front of it, and puts the VLAN tag back where the
  /// status says there was one.
  private void wrap(Batch into, long header, int status, long address, int length, int capacity) {
    long offload = address - PacketSender.HEADER_BYTES;
    int flagsAndGsoType = Native.getShort(offload);
    int headerLength = Native.getShort(offload + 2);
    int gsoSize = Native.getShort(offload + 4);
    int checksumStart = Native.getShort(offload + 6);
    int checksumOffset = Native.getShort(offload + 8);
    Frame frame = into.add();
    int tagBytes = 0;
    if ((status & STATUS_VLAN_VALID) != 0) {
      tagBytes = VLAN_TAG_BYTES;
      insertTag(header, status, address);
    }
    frame.wrap(address - tagBytes, length + tagBytes, capacity + tagBytes);
    if ((flagsAndGsoType & PacketSender.NEEDS_CHECKSUM) != 0) {
      frame.offload(
          flagsAndGsoType >>> 8,
          headerLength + tagBytes,
          gsoSize,
          checksumStart + tagBytes,
          checksumOffset);
    } else {
      frame.checksumState(ChecksumState.COMPLETE);
    }
  }

  private static void insertTag(long header, int status, long address) {
    Memory.copy(address, address - VLAN_TAG_BYTES, MAC_ADDRESSES_BYTES);
    int tpid =
        (status & STATUS_VLAN_TPID_VALID) != 0 ? Native.getShort(header + VLAN_TPID) : TPID_VLAN;
    long tag = address - VLAN_TAG_BYTES + MAC_ADDRESSES_BYTES;
    Memory.putShort(tag, tpid);
    Memory.putShort(tag + 2, Native.getShort(header + VLAN_TCI));
  }

  /// Ends the port when the interface is gone; called when a receive has found nothing.
  void endIfGone() {
    if (++emptyReceives == EMPTY_RECEIVES_PER_CHECK) {
      emptyReceives = 0;
      noteLinkError();
    }
    if (gone) {
      throw new PortClosedException("interface '" + link.name() + "' has disappeared");
    }
  }

  /// Takes the error that waits on the socket. A link that went down comes back by itself; one that
  /// was removed does not, and its socket is dead.
  void noteLinkError() {
    libc.pendingError(receiver.descriptor());
    gone = !link.exists(libc, receiver.descriptor());
  }

  @Override
  public Frame newFrame() {
    if (transmitBuffers.isUsedUp()) {
      flush();
    }
    return transmitBuffers.take();
  }

  @Override
  public void transmit(Frame frame) {
    sender.add(frame);
  }

  @Override
  public int discard() {
    return sender.discard();
  }

  @Override
  public int flush() {
    transmitBuffers.reset();
    int sent = sender.flush();
    if (sender.takeLinkTrouble() && !link.exists(libc, receiver.descriptor())) {
      gone = true;
    }
    return sent;
  }

  @Override
  public void awaitInput(long timeoutNanos) {
    int ready = libc.poll(poll, 1, timeoutNanos);
    if (ready > 0 && (Native.getShort(poll + 6) & Libc.POLLERR) != 0) {
      noteLinkError();
    }
  }

  /// The socket to wait for.
  int descriptor() {
    return receiver.descriptor();
  }

  @Override
  public int[] inputDescriptors() {
    return new int[] {receiver.descriptor()};
  }

  @Override
  public PortStatistics statistics() {
    return counters.snapshot(drops.read());
  }

  @Override
  public void close() {
    if (drops.stopped()) {
      return;
    }
    drops.stop();
    sender.close();
    receiver.close();
    libc.munmap(ring, (long) SLOT_COUNT * slotBytes);
    libc.close();
    arena.close();
    longBuffers.close();
    transmitBuffers.close();
  }

  /// Adds up what the kernel dropped; it forgets its count when it is read. Any thread.
  private static final class KernelDrops {
    private final int descriptor;
    private final Libc libc = new Libc();
    private long total;
    private boolean stopped;

    KernelDrops(int descriptor) {
      this.descriptor = descriptor;
    }

    synchronized long read() {
      if (!stopped) {
        MemorySegment statistics = libc.scratch();
        statistics.set(JAVA_INT, 16, 8);
        long address = statistics.address();
        if (libc.getOption(
                descriptor,
                PacketSocket.SOL_PACKET,
                PacketSocket.PACKET_STATISTICS,
                address,
                address + 16)
            == 0) {
          total += statistics.get(JAVA_INT, 4) & 0xffff_ffffL;
        }
      }
      return total;
    }

    synchronized boolean stopped() {
      return stopped;
    }

    /// Reads for the last time, before the socket is closed.
    synchronized void stop() {
      read();
      stopped = true;
      libc.close();
    }
  }
}
