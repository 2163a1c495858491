package io.pitchlake.node.port;

import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.Memory;
import io.pitchlake.node.port.PortException.Reason;
import java.util.concurrent.locks.LockSupport;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapHandle.BlockingMode;
import org.pcap4j.core.PcapHandle.PcapDirection;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.PcapNetworkInterface.PromiscuousMode;
import org.pcap4j.core.RawPacketListener;

/// The portable port: libpcap through pcap4j, by its cheapest path.
///
/// That path is `dispatch` with a raw listener (one crossing per batch, 2.7 us for a whole answer)
/// and `sendPacket` of an array that is used again; the packet-at-a-time calls of pcap4j cost more
/// than twice as much. Each frame is copied into a native buffer of the port's own. Frames are sent
/// at once, not at [#flush].
///
/// Frames longer than the interface's MTU (a local sender's super-frames) do not fit and are
/// dropped and counted; checksums are of unknown state when received and are finished when sent.
public final class PcapPort implements Port {
  private static final int KERNEL_BUFFER_BYTES = 8 << 20;
  private static final int BUFFERS = 64;

  private static final int READ_TIMEOUT_MILLIS = 1;
  private static final long FIRST_PAUSE_NANOS = 50_000;
  private static final long LONGEST_PAUSE_NANOS = 1_000_000;

  private final NetworkLink link;
  private final PcapHandle handle;
  private final FramePool receiveBuffers;
  private final FramePool transmitBuffers;
  private final int[] lengths = new int[BUFFERS];
  private final byte[] outgoing;
  private final RawPacketListener listener = this::keep;
  private final PortCounters counters = new PortCounters();
  private volatile long kernelDropped;
  private int held;
  private int handedOut;
  private int sentSinceFlush;

  private PcapPort(NetworkLink link, PcapHandle handle) {
    this.link = link;
    this.handle = handle;
    int frameBytes = link.longestFrame();
    receiveBuffers = new FramePool(BUFFERS, 0, frameBytes);
    transmitBuffers = new FramePool(BUFFERS, 0, frameBytes);
    outgoing = new byte[frameBytes];
  }

  /// Opens interface `name`. A [PortException] says in one sentence what is wrong when that fails:
  /// no such interface, the interface is down, CAP_NET_RAW is missing, or libpcap is.
  public static PcapPort open(String name) throws PortException {
    NetworkLink link = NetworkLink.find(name);
    PcapHandle handle = null;
    try {
      handle =
          new PcapHandle.Builder(name)
              .snaplen(link.longestFrame())
              .promiscuousMode(PromiscuousMode.PROMISCUOUS)
              .immediateMode(true)
              .timeoutMillis(READ_TIMEOUT_MILLIS)
              .bufferSize(KERNEL_BUFFER_BYTES)
              .build();
      handle.setDirection(PcapDirection.IN);
      handle.setBlockingMode(BlockingMode.NONBLOCKING);
      return new PcapPort(link, handle);
    } catch (LinkageError e) {
      throw new PortException(
          Reason.LIBRARY_MISSING, "libpcap is missing; install it: apt install libpcap0.8", e);
    } catch (PcapNativeException | NotOpenException e) {
      if (handle != null) {
        handle.close();
      }
      throw refusal(link, e);
    }
  }

  private static PortException refusal(NetworkLink link, Exception e) {
    String message = String.valueOf(e.getMessage());
    if (message.contains("permi")) {
      return link.capabilityMissing();
    }
    return new PortException(
        Reason.UNSUPPORTED,
        "libpcap cannot open interface '" + link.name() + "': " + message.strip(),
        e);
  }

  @Override
  public String name() {
    return link.name();
  }

  @Override
  public String access() {
    return "pcap";
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
  public int receive(Batch into) {
    into.clear();
    if (handedOut == held) {
      read();
    }
    while (handedOut < held && !into.isFull()) {
      into.add()
          .wrap(
              receiveBuffers.address(handedOut),
              lengths[handedOut],
              receiveBuffers.capacityBytes());
      handedOut++;
    }
    counters.received(into.count());
    return into.count();
  }

  private void read() {
    held = 0;
    handedOut = 0;
    try {
      handle.dispatch(BUFFERS, listener);
    } catch (PcapNativeException e) {
      // libpcap reports a link that went down once and goes on; only a link that is gone ends the
      // port.
      if (!link.exists()) {
        throw new PortClosedException("interface '" + link.name() + "' has disappeared");
      }
    } catch (NotOpenException e) {
      throw new PortClosedException("the port on '" + link.name() + "' is closed");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void keep(byte[] bytes) {
    if (bytes.length < handle.getOriginalLength()) {
      counters.oversized();
      return;
    }
    Memory.copy(bytes, 0, receiveBuffers.address(held), bytes.length);
    lengths[held++] = bytes.length;
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
    int length = frame.length();
    if (length > outgoing.length || !PartialChecksum.complete(frame)) {
      counters.failed(1);
      return;
    }
    Memory.copy(frame.address(), outgoing, 0, length);
    try {
      handle.sendPacket(outgoing, length);
      sentSinceFlush++;
    } catch (PcapNativeException | NotOpenException e) {
      counters.failed(1);
    }
  }

  @Override
  public int flush() {
    int sent = sentSinceFlush;
    sentSinceFlush = 0;
    transmitBuffers.reset();
    counters.transmitted(sent);
    return sent;
  }

  /// Looks again and again, with pauses that grow from 50 us to 1 ms: in immediate mode libpcap's
  /// own wait ignores its timeout, and pcap4j does not give out the descriptor to poll.
  @Override
  public void awaitInput(long timeoutNanos) {
    long pauseNanos = FIRST_PAUSE_NANOS;
    long left = timeoutNanos;
    while (handedOut == held && left > 0) {
      LockSupport.parkNanos(Math.min(pauseNanos, left));
      read();
      left -= pauseNanos;
      pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
    }
  }

  @Override
  public PortStatistics statistics() {
    try {
      // ps_drop counts in 32 bits; libpcap adds up what the kernel resets.
      kernelDropped = handle.getStats().getNumPacketsDropped() & 0xffff_ffffL;
    } catch (PcapNativeException | NotOpenException e) {
      // Closed: the figure of the last reading stands.
    }
    return counters.snapshot(kernelDropped);
  }

  @Override
  public void close() {
    if (!handle.isOpen()) {
      return;
    }
    statistics();
    handle.close();
    receiveBuffers.close();
    transmitBuffers.close();
  }
}
