package io.pitchlake.node.port;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.pitchlake.common.wire.Frame;
import io.pitchlake.node.port.PortException.Reason;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;

/// One AF_XDP socket: the fast lane of one hardware queue (`Documentation/networking/af_xdp.rst`).
///
/// Frames lie in chunks of a memory region, the UMEM, and chunks travel through four rings shared
/// with the kernel: `fill` (chunks to receive into), `rx` (chunks with a frame), `tx` (frames to
/// send), `completion` (chunks that were sent). A ring has a producer and a consumer index that run
/// freely; whoever owns an index stores it with release and reads the other with acquire.
///
/// Every chunk has one owner at a time: FREE, with the KERNEL (in fill or rx), HELD by the engine
/// until the next receive, BUILT by the engine until the flush, or SENDING. So a received frame can
/// be edited and sent where it lies, and its chunk comes back by the completion ring instead of at
/// the next receive.
final class XdpQueue implements AutoCloseable {
  /// Entries of each ring, and so the most frames that wait for the engine.
  private static final int ENTRIES = 2048;

  private static final int MASK = ENTRIES - 1;

  /// Half of the chunks to receive into, half to send from.
  private static final int CHUNKS = 2 * ENTRIES;

  private static final int AF_XDP = 44;
  private static final int SOL_XDP = 283;
  private static final int XDP_MMAP_OFFSETS = 1;
  private static final int XDP_RX_RING = 2;
  private static final int XDP_TX_RING = 3;
  private static final int XDP_UMEM_REG = 4;
  private static final int XDP_UMEM_FILL_RING = 5;
  private static final int XDP_UMEM_COMPLETION_RING = 6;
  private static final int XDP_STATISTICS = 7;
  private static final int XDP_OPTIONS = 8;
  private static final int XDP_MAX_TX_SKB_BUDGET = 9;
  private static final int FLAG_COPY = 1 << 1;
  private static final int FLAG_NEED_WAKEUP = 1 << 3;
  private static final int RING_NEEDS_WAKEUP = 1;

  private static final long RX_PAGE = 0;
  private static final long TX_PAGE = 0x8000_0000L;
  private static final long FILL_PAGE = 0x1_0000_0000L;
  private static final long COMPLETION_PAGE = 0x1_8000_0000L;
  private static final int DESCRIPTOR_BYTES = 16;
  private static final int ADDRESS_BYTES = 8;

  /// What the kernel leaves free at the start of a chunk, and so do we.
  static final int HEADROOM_BYTES = 256;

  private static final int SEND_BUFFER_BYTES = 8 << 20;

  /// A socket that was just closed keeps its queue for 25 to 50 ms.
  private static final int BIND_ATTEMPTS = 50;

  private static final long BIND_PAUSE_NANOS = 10_000_000;

  private static final byte FREE = 0;
  private static final byte KERNEL = 1;
  private static final byte HELD = 2;
  private static final byte BUILT = 3;
  private static final byte SENDING = 4;

  private final Libc libc;
  private final int socket;
  private final long memory;
  private final int chunkBytes;
  private final int chunkShift;
  private final boolean zeroCopy;
  private final Ring rx;
  private final Ring tx;
  private final Ring fill;
  private final Ring completion;
  private final byte[] owners = new byte[CHUNKS];
  private final int[] free = new int[CHUNKS];
  private final int[] held = new int[ENTRIES];
  private int freeCount;
  private int heldCount;
  private int kernelChunks;
  private int submitted;
  private boolean linkDown;

  /// A ring's place in memory and our index in it.
  private static final class Ring {
    final long base;
    final long bytes;
    final long producer;
    final long consumer;
    final long flags;
    final long entries;
    int next;

    Ring(long base, long bytes, MemorySegment offsets, int at) {
      this.base = base;
      this.bytes = bytes;
      producer = base + offsets.get(JAVA_LONG, at);
      consumer = base + offsets.get(JAVA_LONG, at + 8L);
      entries = base + offsets.get(JAVA_LONG, at + 16L);
      flags = base + offsets.get(JAVA_LONG, at + 24L);
    }
  }

  /// Opens the socket of queue `queue`.
  ///
  /// @param chunkBytes 2048 or 4096
  /// @param copyOnly whether the driver must not be asked for zero-copy
  static XdpQueue open(Libc libc, NetworkLink link, int queue, int chunkBytes, boolean copyOnly)
      throws PortException {
    int socket = libc.socket(AF_XDP, Libc.SOCK_RAW, 0);
    if (socket < 0) {
      throw refused(libc, link, "an AF_XDP socket");
    }
    long bytes = (long) CHUNKS * chunkBytes;
    long memory =
        libc.mmap(
            bytes,
            Libc.PROT_READ_WRITE,
            Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_POPULATE,
            -1,
            0);
    try {
      register(libc, link, socket, memory, chunkBytes);
      bind(libc, link, socket, queue, copyOnly);
      return new XdpQueue(libc, link, socket, memory, chunkBytes);
    } catch (PortException e) {
      libc.close(socket);
      libc.munmap(memory, bytes);
      throw e;
    }
  }

  private static void register(Libc libc, NetworkLink link, int socket, long memory, int chunkBytes)
      throws PortException {
    MemorySegment region = libc.scratch();
    region.set(JAVA_LONG, 0, memory);
    region.set(JAVA_LONG, 8, (long) CHUNKS * chunkBytes);
    region.set(JAVA_INT, 16, chunkBytes);
    if (libc.setOption(socket, SOL_XDP, XDP_UMEM_REG, region.address(), 32) < 0) {
      throw refused(libc, link, "XDP_UMEM_REG");
    }
    for (int ring :
        new int[] {XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING, XDP_RX_RING, XDP_TX_RING}) {
      if (libc.setOption(socket, SOL_XDP, ring, ENTRIES) < 0) {
        throw refused(libc, link, "an AF_XDP ring");
      }
    }
    if (libc.setOption(socket, Libc.SOL_SOCKET, Libc.SO_SNDBUFFORCE, SEND_BUFFER_BYTES) < 0) {
      libc.setOption(socket, Libc.SOL_SOCKET, Libc.SO_SNDBUF, SEND_BUFFER_BYTES);
    }
    // Newer kernels send a whole batch per call when asked to; older ones send 32 frames and say
    // EAGAIN.
    libc.setOption(socket, SOL_XDP, XDP_MAX_TX_SKB_BUDGET, ENTRIES / 2);
  }

  private static void bind(Libc libc, NetworkLink link, int socket, int queue, boolean copyOnly)
      throws PortException {
    for (int attempt = 1; ; attempt++) {
      MemorySegment address = libc.scratch();
      address.set(JAVA_SHORT, 0, (short) AF_XDP);
      address.set(JAVA_SHORT, 2, (short) (FLAG_NEED_WAKEUP | (copyOnly ? FLAG_COPY : 0)));
      address.set(JAVA_INT, 4, link.index());
      address.set(JAVA_INT, 8, queue);
      if (libc.bind(socket, address.address(), 16) == 0) {
        return;
      }
      if (libc.errno() != Libc.EBUSY || attempt == BIND_ATTEMPTS) {
        throw refused(libc, link, "binding an AF_XDP socket to queue " + queue);
      }
      LockSupport.parkNanos(BIND_PAUSE_NANOS);
    }
  }

  private static PortException refused(Libc libc, NetworkLink link, String what) {
    Reason reason =
        libc.errno() == Libc.EPERM || libc.errno() == Libc.EACCES
            ? Reason.NOT_PERMITTED
            : Reason.UNSUPPORTED;
    return new PortException(
        reason, "interface '" + link.name() + "': " + what + " was refused: " + libc.errorText());
  }

  private XdpQueue(Libc libc, NetworkLink link, int socket, long memory, int chunkBytes)
      throws PortException {
    this.libc = libc;
    this.socket = socket;
    this.memory = memory;
    this.chunkBytes = chunkBytes;
    chunkShift = Integer.numberOfTrailingZeros(chunkBytes);
    MemorySegment offsets = libc.scratch();
    offsets.set(JAVA_INT, 128, 128);
    if (libc.getOption(
            socket, SOL_XDP, XDP_MMAP_OFFSETS, offsets.address(), offsets.address() + 128)
        < 0) {
      throw refused(libc, link, "XDP_MMAP_OFFSETS");
    }
    rx = map(link, offsets, 0, RX_PAGE, DESCRIPTOR_BYTES);
    tx = map(link, offsets, 32, TX_PAGE, DESCRIPTOR_BYTES);
    fill = map(link, offsets, 64, FILL_PAGE, ADDRESS_BYTES);
    completion = map(link, offsets, 96, COMPLETION_PAGE, ADDRESS_BYTES);
    zeroCopy = option(XDP_OPTIONS, 4) != 0;
    while (freeCount < CHUNKS) {
      free[freeCount] = CHUNKS - 1 - freeCount;
      freeCount++;
    }
    refill();
  }

  private Ring map(NetworkLink link, MemorySegment offsets, int at, long page, int entryBytes)
      throws PortException {
    long bytes = offsets.get(JAVA_LONG, at + 16L) + (long) ENTRIES * entryBytes;
    long base =
        libc.mmap(bytes, Libc.PROT_READ_WRITE, Libc.MAP_SHARED | Libc.MAP_POPULATE, socket, page);
    if (base == -1) {
      throw refused(libc, link, "mapping an AF_XDP ring");
    }
    return new Ring(base, bytes, offsets, at);
  }

  private int option(int option, int bytes) {
    MemorySegment value = libc.scratch();
    value.set(JAVA_INT, 128, bytes);
    libc.getOption(socket, SOL_XDP, option, value.address(), value.address() + 128);
    return value.get(JAVA_INT, 0);
  }

  int descriptor() {
    return socket;
  }

  /// Whether the driver moves frames without copying them.
  boolean isZeroCopy() {
    return zeroCopy;
  }

  /// Longest frame that fits a chunk.
  int longestFrame() {
    return chunkBytes - HEADROOM_BYTES;
  }

  /// Whether `address` lies in this queue's memory.
  boolean contains(long address) {
    return address >= memory && address < memory + (long) CHUNKS * chunkBytes;
  }

  /// Takes back the frames of the receive before, and the chunks that were sent.
  void release() {
    for (int i = 0; i < heldCount; i++) {
      int chunk = held[i];
      if (owners[chunk] == HELD) {
        giveBack(chunk);
      }
    }
    heldCount = 0;
    reap();
  }

  /// Adds frames to `into` until it is full or no more are there.
  void receive(Batch into) {
    int waiting = Native.getIntAcquire(rx.producer) - rx.next;
    if (waiting == 0) {
      wakeReceiver();
      return;
    }
    int taken = 0;
    while (taken < waiting && !into.isFull() && heldCount < ENTRIES) {
      long entry = rx.entries + (long) (rx.next & MASK) * DESCRIPTOR_BYTES;
      long offset = Native.getLong(entry);
      int length = Native.getInt(entry + 8);
      int chunk = (int) (offset >>> chunkShift);
      into.add().wrap(memory + offset, length, chunkBytes - (int) (offset & (chunkBytes - 1)));
      owners[chunk] = HELD;
      held[heldCount++] = chunk;
      rx.next++;
      taken++;
    }
    kernelChunks -= taken;
    Native.putIntRelease(rx.consumer, rx.next);
    refill();
  }

  private void wakeReceiver() {
    if ((Native.getInt(fill.flags) & RING_NEEDS_WAKEUP) != 0) {
      libc.recv(socket, 0, 0, Libc.MSG_DONTWAIT);
    }
  }

  private void refill() {
    while (kernelChunks < ENTRIES && freeCount > 0) {
      int chunk = free[--freeCount];
      owners[chunk] = KERNEL;
      Native.putLong(
          fill.entries + (long) (fill.next & MASK) * ADDRESS_BYTES, (long) chunk << chunkShift);
      fill.next++;
      kernelChunks++;
    }
    Native.putIntRelease(fill.producer, fill.next);
  }

  private void reap() {
    int done = Native.getIntAcquire(completion.producer);
    if (completion.next == done) {
      return;
    }
    while (completion.next != done) {
      long offset =
          Native.getLong(completion.entries + (long) (completion.next & MASK) * ADDRESS_BYTES);
      giveBack((int) (offset >>> chunkShift));
      completion.next++;
    }
    Native.putIntRelease(completion.consumer, completion.next);
  }

  private void giveBack(int chunk) {
    owners[chunk] = FREE;
    free[freeCount++] = chunk;
  }

  /// Points `frame` at a free chunk, to be built in; false when there is none.
  boolean build(Frame frame) {
    if (freeCount == 0) {
      reap();
      if (freeCount == 0) {
        return false;
      }
    }
    int chunk = free[--freeCount];
    owners[chunk] = BUILT;
    frame
        .wrap(memory + ((long) chunk << chunkShift) + HEADROOM_BYTES, 0, longestFrame())
        .checksumState(Frame.ChecksumState.COMPLETE);
    return true;
  }

  /// Takes back a chunk that was built in and not sent.
  void discard(Frame frame) {
    int chunk = chunk(frame.address());
    if (owners[chunk] == BUILT) {
      giveBack(chunk);
    }
  }

  /// Whether the frame lies in a chunk that is the engine's to send: not if it is being sent
  /// already.
  boolean maySend(Frame frame) {
    byte owner = owners[chunk(frame.address())];
    return owner == HELD || owner == BUILT;
  }

  private int chunk(long address) {
    return (int) (address - memory >>> chunkShift);
  }

  /// Queues a frame of this queue's memory; false when the ring is full or the link is down.
  boolean send(Frame frame) {
    if (linkDown || tx.next - Native.getIntAcquire(tx.consumer) == ENTRIES) {
      return false;
    }
    long entry = tx.entries + (long) (tx.next & MASK) * DESCRIPTOR_BYTES;
    Native.putLong(entry, frame.address() - memory);
    Native.putInt(entry + 8, frame.length());
    Native.putInt(entry + 12, 0);
    owners[chunk(frame.address())] = SENDING;
    tx.next++;
    submitted++;
    return true;
  }

  /// Takes back what was queued since the last flush, of which the kernel does not know yet;
  /// returns how many frames.
  int unsend() {
    int count = submitted;
    for (; submitted > 0; submitted--) {
      tx.next--;
      long offset = Native.getLong(tx.entries + (long) (tx.next & MASK) * DESCRIPTOR_BYTES);
      giveBack((int) (offset >>> chunkShift));
    }
    return count;
  }

  /// Hands the queued frames to the kernel; returns how many were queued since the last call.
  int flush() {
    int count = submitted;
    submitted = 0;
    if (count > 0) {
      Native.putIntRelease(tx.producer, tx.next);
    }
    int sent = Native.getIntAcquire(tx.consumer);
    // In copy mode the kernel sends some frames per call and says EAGAIN while it gets on.
    while (sent != tx.next && (Native.getInt(tx.flags) & RING_NEEDS_WAKEUP) != 0) {
      long result = libc.send(socket, 0, 0, Libc.MSG_DONTWAIT);
      linkDown = result < 0 && (libc.errno() == Libc.ENETDOWN || libc.errno() == Libc.ENXIO);
      int before = sent;
      sent = Native.getIntAcquire(tx.consumer);
      if (sent == before) {
        break;
      }
    }
    return count;
  }

  /// Frames that the kernel dropped because no chunk was free or `rx` was full. Any thread, with a
  /// `libc` of its own.
  long dropped(Libc own) {
    MemorySegment statistics = own.scratch();
    statistics.set(JAVA_INT, 128, 48);
    own.getOption(
        socket, SOL_XDP, XDP_STATISTICS, statistics.address(), statistics.address() + 128);
    return statistics.get(JAVA_LONG, 0) + statistics.get(JAVA_LONG, 24);
  }

  @Override
  public void close() {
    libc.close(socket);
    for (Ring ring : new Ring[] {rx, tx, fill, completion}) {
      libc.munmap(ring.base, ring.bytes);
    }
    libc.munmap(memory, (long) CHUNKS * chunkBytes);
  }
}
