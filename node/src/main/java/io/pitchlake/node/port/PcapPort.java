package io.pitchlake.node.port;

import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.Memory;
import io.pitchlake.node.port.PortException.Reason;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapHandle.BlockingMode;
import org.pcap4j.core.PcapHandle.PcapDirection;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.PcapNetworkInterface.PromiscuousMode;

/// The portable port: libpcap, opened and asked for its counters by pcap4j, read and written by
/// [LibPcap]. Each frame is copied into a native buffer of the port's own. Frames are sent at once,
/// not at [#flush].
///
/// Frames longer than the interface's MTU (a local sender's super-frames) do not fit and are
/// dropped and counted; checksums are of unknown state when received and are finished when sent.
public final class PcapPort implements Port {
  private static final int KERNEL_BUFFER_BYTES = 8 << 20;
  private static final int BUFFERS = 64;

  private static final int READ_TIMEOUT_MILLIS = 1;

  private final NetworkLink link;
  private final PcapHandle handle;
  private final LibPcap pcap;
  private final FramePool receiveBuffers;
  private final FramePool transmitBuffers;
  private final PortCounters counters = new PortCounters();
  private volatile long kernelDropped;
  private int sentSinceFlush;

  private PcapPort(NetworkLink link, PcapHandle handle, LibPcap pcap) {
    this.link = link;
    this.handle = handle;
    this.pcap = pcap;
    int frameBytes = link.longestFrame();
    receiveBuffers = new FramePool(BUFFERS, 0, frameBytes);
    transmitBuffers = new FramePool(BUFFERS, 0, frameBytes);
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
      return new PcapPort(link, handle, LibPcap.on(handle));
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
    if (!handle.isOpen()) {
      throw new PortClosedException("the port on '" + link.name() + "' is closed");
    }
    int found = LibPcap.FRAME;
    while (into.count() < BUFFERS && !into.isFull() && (found = pcap.next()) == LibPcap.FRAME) {
      take(into);
    }
    // libpcap reports a link that went down once and goes on; only one that is gone ends the port.
    if (found < LibPcap.NONE && !link.exists()) {
      throw new PortClosedException("interface '" + link.name() + "' has disappeared");
    }
    counters.received(into.count());
    return into.count();
  }

  private void take(Batch into) {
    int length = pcap.capturedLength();
    if (length < pcap.length()) {
      counters.oversized();
      return;
    }
    long address = receiveBuffers.address(into.count());
    Memory.copy(pcap.bytes(), address, length);
    into.add().wrap(address, length, receiveBuffers.capacityBytes());
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
    if (frame.length() > transmitBuffers.capacityBytes()
        || !PartialChecksum.complete(frame)
        || pcap.inject(frame.address(), frame.length()) < 0) {
      counters.failed(1);
      return;
    }
    sentSinceFlush++;
  }

  @Override
  public int flush() {
    int sent = sentSinceFlush;
    sentSinceFlush = 0;
    transmitBuffers.reset();
    counters.transmitted(sent);
    return sent;
  }

  @Override
  public void awaitInput(long timeoutNanos) {
    pcap.await(timeoutNanos);
  }

  /// One where [PortsWait] can use it, on Linux.
  @Override
  public int[] inputDescriptors() {
    return System.getProperty("os.name").equals("Linux")
        ? new int[] {pcap.descriptor()}
        : new int[0];
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
    pcap.close();
    receiveBuffers.close();
    transmitBuffers.close();
  }
}
