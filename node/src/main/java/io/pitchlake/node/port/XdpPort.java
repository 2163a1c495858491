package io.pitchlake.node.port;

import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.Memory;
import io.pitchlake.node.port.PortException.Reason;
import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.Set;

/// An interface through AF_XDP, the fastest port: 1.1 us of CPU per answered frame, before the
/// kernel's network stack. Needs Linux and the capabilities CAP_NET_RAW, CAP_NET_ADMIN and CAP_BPF.
///
/// It has two lanes. The fast lane takes unicast IP to the virtual stations of the [PortFilter]
/// straight from the driver, by a small XDP program of our own ([XdpProgram]) and one AF_XDP socket
/// per receive queue ([XdpQueue]). All else goes up the kernel's stack as ever, and a [RingPort]
/// beside it sees what the filter wants of it: broadcast, multicast, ARP, neighbour discovery, and
/// what is sent to the interface's own station. So nothing is taken from the host, which shares the
/// interface with the engine, and until a filter is set everything takes the slow lane.
/// Super-frames and frames too long for a chunk leave by the ring.
///
/// Checksums of frames on the fast lane are of unknown state (AF_XDP does not tell) and are
/// finished when sent. A VLAN tag that the hardware strips is lost on the fast lane: networks with
/// tags need `ethtool -K IFACE rxvlan off` on such hardware. As long as the program is attached a
/// veth peer sends no super-frames; for bulk forwarding [RingPort] is the better port.
public final class XdpPort implements Port {
  private static final int SMALL_CHUNK_BYTES = 2048;
  private static final int LARGE_CHUNK_BYTES = 4096;
  private static final int MAX_QUEUES = 64;
  private static final int BUILT_FRAMES = 256;
  private static final int POLL_BYTES = 8;

  /// How the program is attached.
  public enum Mode {
    /// In the driver.
    NATIVE,
    /// After the kernel has made a socket buffer: any driver, but super-frames of a local sender
    /// are dropped.
    GENERIC
  }

  private final NetworkLink link;
  private final Libc libc;
  private final Bpf bpf;
  private final RingPort ring;
  private final XdpQueue[] queues;
  private final int[] descriptors;
  private final int stationMap;
  private final Mode mode;
  private final PortCounters counters = new PortCounters();
  private final Arena arena = Arena.ofShared();
  private final long poll;
  private final Frame[] built = new Frame[BUILT_FRAMES];
  private final Frame copy = new Frame();
  private final Object statisticsLock = new Object();

  /// For whoever asks for the statistics: the engine has its own.
  private final Libc statisticsLibc = new Libc();

  private Set<MacAddress> stations = Set.of();
  private int builtCount;
  private boolean ringFirst;
  private boolean closed;

  private XdpPort(Opening opening, RingPort ring) {
    link = opening.link;
    libc = opening.libc;
    bpf = opening.bpf;
    queues = opening.queues;
    descriptors = opening.descriptors;
    stationMap = opening.descriptors[0];
    mode = opening.mode;
    this.ring = ring;
    poll = arena.allocate((queues.length + 1L) * POLL_BYTES, 8).address();
    for (int i = 0; i <= queues.length; i++) {
      int descriptor = i < queues.length ? queues[i].descriptor() : ring.descriptor();
      Native.putInt(poll + (long) i * POLL_BYTES, descriptor);
      Native.putShort(poll + (long) i * POLL_BYTES + 4, Libc.POLLIN);
    }
    for (int i = 0; i < BUILT_FRAMES; i++) {
      built[i] = new Frame();
    }
  }

  /// Opens interface `name` in just that mode. A [PortException] says in one sentence what is wrong
  /// when that fails.
  public static XdpPort open(String name, Mode mode) throws PortException {
    RingPort ring = RingPort.open(name);
    try {
      Opening opening = new Opening(NetworkLink.find(name), mode);
      try {
        opening.run();
        return new XdpPort(opening, ring);
      } catch (PortException e) {
        opening.undo();
        throw e;
      }
    } catch (PortException e) {
      ring.close();
      throw e;
    }
  }

  /// What is open so far, so that a failure half-way leaves nothing behind.
  private static final class Opening {
    final NetworkLink link;
    final Mode mode;
    final Libc libc = new Libc();
    final Bpf bpf;
    final int[] descriptors = {-1, -1, -1, -1};
    XdpQueue[] queues = {};

    Opening(NetworkLink link, Mode mode) {
      this.link = link;
      this.mode = mode;
      bpf = new Bpf(libc, link.name());
    }

    void run() throws PortException {
      int frameBytes = link.longestFrame();
      int chunkBytes =
          frameBytes <= SMALL_CHUNK_BYTES - XdpQueue.HEADROOM_BYTES
              ? SMALL_CHUNK_BYTES
              : LARGE_CHUNK_BYTES;
      if (frameBytes > chunkBytes - XdpQueue.HEADROOM_BYTES) {
        throw new PortException(
            Reason.UNSUPPORTED,
            "interface '%s' has an MTU of %d, but AF_XDP takes frames of at most %d bytes"
                .formatted(
                    link.name(), link.mtuBytes(), LARGE_CHUNK_BYTES - XdpQueue.HEADROOM_BYTES));
      }
      int count = Math.min(link.receiveQueues(libc), MAX_QUEUES);
      descriptors[0] = bpf.createMap(Bpf.MAP_HASH, 8, 4, PortFilter.MAX_ENTRIES);
      descriptors[1] = bpf.createMap(Bpf.MAP_XSK, 4, 4, count);
      descriptors[2] = bpf.load(XdpProgram.assemble(descriptors[0], descriptors[1]));
      int flags = mode == Mode.NATIVE ? Bpf.NATIVE : Bpf.GENERIC;
      descriptors[3] = bpf.attach(descriptors[2], link.index(), flags);
      queues = new XdpQueue[count];
      for (int i = 0; i < count; i++) {
        queues[i] = XdpQueue.open(libc, link, i, chunkBytes, mode == Mode.GENERIC);
        bpf.update(descriptors[1], queues[i].descriptor(), i);
      }
    }

    void undo() {
      closeAll(libc, descriptors, queues);
      libc.close();
    }
  }

  /// Detaches the program first, so that no frame is sent into a socket that is gone.
  private static void closeAll(Libc libc, int[] descriptors, XdpQueue[] queues) {
    for (int i = descriptors.length - 1; i >= 0; i--) {
      if (descriptors[i] >= 0) {
        libc.close(descriptors[i]);
      }
    }
    for (XdpQueue queue : queues) {
      if (queue != null) {
        queue.close();
      }
    }
  }

  @Override
  public String name() {
    return link.name();
  }

  @Override
  public String access() {
    return "xdp";
  }

  /// How the program is attached.
  public Mode mode() {
    return mode;
  }

  /// Whether the driver moves frames without copying them.
  public boolean isZeroCopy() {
    return queues[0].isZeroCopy();
  }

  /// How many hardware queues are read.
  public int queueCount() {
    return queues.length;
  }

  @Override
  public long mac() {
    return link.mac();
  }

  @Override
  public int mtuBytes() {
    return link.mtuBytes();
  }

  /// Opens the fast lane for the filter's stations, but for the interface's own, which is the
  /// host's too. A station that does not fit the kernel's map stays on the slow lane.
  @Override
  public boolean filter(PortFilter filter) {
    Set<MacAddress> wanted = new HashSet<>(filter.stations());
    wanted.remove(new MacAddress(link.mac()));
    for (MacAddress station : stations) {
      if (!wanted.contains(station)) {
        bpf.delete(stationMap, key(station));
      }
    }
    for (MacAddress station : wanted) {
      bpf.update(stationMap, 1, key(station));
    }
    stations = wanted;
    return ring.filter(filter);
  }

  private static int[] key(MacAddress station) {
    return new int[] {
      Integer.reverseBytes((int) (station.value() >>> 16)),
      Short.reverseBytes((short) station.value()) & 0xffff
    };
  }

  /// The lanes take turns to go first, so that a flood on one does not silence the other.
  @Override
  public int receive(Batch into) {
    into.clear();
    ring.release();
    for (XdpQueue queue : queues) {
      queue.release();
    }
    ringFirst = !ringFirst;
    if (ringFirst) {
      ring.receiveMore(into);
    }
    int before = into.count();
    for (XdpQueue queue : queues) {
      queue.receive(into);
    }
    counters.received(into.count() - before);
    if (!ringFirst) {
      ring.receiveMore(into);
    }
    if (into.count() == 0) {
      ring.endIfGone();
    }
    return into.count();
  }

  @Override
  public Frame newFrame() {
    if (builtCount == BUILT_FRAMES) {
      flush();
    }
    Frame frame = built[builtCount];
    if (!queues[0].build(frame)) {
      return ring.newFrame();
    }
    builtCount++;
    return frame;
  }

  @Override
  public void transmit(Frame frame) {
    if (frame.gsoType() != 0 || frame.length() > queues[0].longestFrame()) {
      ring.transmit(frame);
      return;
    }
    PartialChecksum.complete(frame);
    XdpQueue owner = queueOf(frame.address());
    if (owner != null && owner.maySend(frame)) {
      count(owner.send(frame));
    } else if (queues[0].build(copy)) {
      Memory.copy(frame.address(), copy.address(), frame.length());
      copy.length(frame.length());
      boolean sent = queues[0].send(copy);
      count(sent);
      if (!sent) {
        queues[0].discard(copy);
      }
    } else {
      counters.failed(1);
    }
  }

  private void count(boolean sent) {
    if (!sent) {
      counters.failed(1);
    }
  }

  private XdpQueue queueOf(long address) {
    for (XdpQueue queue : queues) {
      if (queue.contains(address)) {
        return queue;
      }
    }
    return null;
  }

  @Override
  public int discard() {
    int discarded = ring.discard();
    for (XdpQueue queue : queues) {
      discarded += queue.unsend();
    }
    return discarded;
  }

  @Override
  public int flush() {
    int sent = 0;
    for (XdpQueue queue : queues) {
      sent += queue.flush();
    }
    counters.transmitted(sent);
    for (int i = 0; i < builtCount; i++) {
      queues[0].discard(built[i]);
    }
    builtCount = 0;
    return sent + ring.flush();
  }

  @Override
  public void awaitInput(long timeoutNanos) {
    if (libc.poll(poll, queues.length + 1, timeoutNanos) <= 0) {
      return;
    }
    for (int i = 0; i <= queues.length; i++) {
      long entry = poll + (long) i * POLL_BYTES;
      if ((Native.getShort(entry + 6) & Libc.POLLERR) != 0) {
        libc.pendingError(Native.getInt(entry));
        ring.noteLinkError();
      }
    }
  }

  @Override
  public int[] inputDescriptors() {
    int[] all = new int[queues.length + 1];
    for (int i = 0; i < all.length; i++) {
      all[i] = Native.getInt(poll + (long) i * POLL_BYTES);
    }
    return all;
  }

  @Override
  public PortStatistics statistics() {
    synchronized (statisticsLock) {
      long dropped = 0;
      if (!closed) {
        for (XdpQueue queue : queues) {
          dropped += queue.dropped(statisticsLibc);
        }
      }
      return counters.snapshot(dropped).plus(ring.statistics());
    }
  }

  @Override
  public void close() {
    synchronized (statisticsLock) {
      if (closed) {
        return;
      }
      closed = true;
      statisticsLibc.close();
    }
    closeAll(libc, descriptors, queues);
    ring.close();
    libc.close();
    arena.close();
  }
}
