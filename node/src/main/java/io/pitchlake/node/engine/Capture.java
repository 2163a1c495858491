package io.pitchlake.node.engine;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.session.AddressState;
import io.pitchlake.common.session.AddressTable;
import io.pitchlake.common.wire.ArpHeader;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.Memory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Copies of what decoys are sent and what they answer, handed from an engine to an operator: a
/// bounded ring of bytes, one writer, one reader. Whoever asks makes it; the engine copies, never
/// waits and allocates nothing; what finds no room is counted.
///
/// A frame is copied before the chain sees it, for modules edit frames where they lie, and an
/// answer when it is queued.
public final class Capture {
  /// Time and length, then the bytes.
  private static final int HEAD_BYTES = 12;

  /// Stands for a length where the ring's end is left out.
  private static final int WRAP = -1;

  private static final VarHandle WRITTEN = longField("written");
  private static final VarHandle TAKEN = longField("taken");
  private static final VarHandle LOST = longField("lost");
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());

  private final AddressTable addresses;
  private final Mastership mastership;
  private final IpAddress only;
  private final byte[] ring;
  private final int mask;
  private final PacketContext answer = new PacketContext();
  private View view;
  private long nowNanos;

  @SuppressWarnings("unused") // through WRITTEN
  private long written;

  @SuppressWarnings("unused") // through TAKEN
  private long taken;

  @SuppressWarnings("unused") // through LOST
  private long lost;

  /// @param addresses the engine's own: who is simulated
  /// @param only frames from or to this address alone; null: all
  /// @param capacityBytes room for frames that wait for the reader, a power of two
  public Capture(AddressTable addresses, Mastership mastership, IpAddress only, int capacityBytes) {
    if (Integer.bitCount(capacityBytes) != 1 || capacityBytes < 2 * Frame.MAX_LENGTH) {
      throw new IllegalArgumentException(
          "the capacity of a ring is a power of two that holds a frame, not " + capacityBytes);
    }
    this.addresses = addresses;
    this.mastership = mastership;
    this.only = only;
    this.ring = new byte[capacityBytes];
    this.mask = capacityBytes - 1;
  }

  private static VarHandle longField(String name) {
    try {
      return MethodHandles.lookup().findVarHandle(Capture.class, name, long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  // ---- the engine's side

  /// A turn begins, or another configuration.
  void turn(View inForce, long atNanos) {
    view = inForce;
    nowNanos = atNanos;
  }

  /// Takes a frame that was received and parsed, if a decoy is asked or spoken to.
  void received(PacketContext packet) {
    boolean isArp = packet.kind() == PacketContext.Kind.ARP;
    if (isArp && packet.arp().operation() != ArpHeader.REQUEST) {
      return;
    }
    boolean isSolicitation =
        !isArp
            && packet.transport() == PacketContext.Transport.ICMPV6
            && packet.icmpv6().type() == Icmpv6Header.NEIGHBOR_SOLICITATION;
    long high = isSolicitation ? packet.icmpv6().targetHigh() : packet.destinationHigh();
    long low = isSolicitation ? packet.icmpv6().targetLow() : packet.destinationLow();
    NetworkView network = packet.networkOf(high, low);
    boolean isIpv4 = packet.kind() != PacketContext.Kind.IPV6;
    if (network != null
        && (isArp
            || isSolicitation
            || packet.ethernet().destination() == network.virtualMac(isIpv4)
            || packet.ethernet().destination() == network.decoyMac(high, low))
        && mastership.isServing(network, isIpv4)
        && isSimulated(network, high, low)
        && isWanted(packet.sourceHigh(), packet.sourceLow(), high, low)) {
      put(packet.frame());
    }
  }

  /// Takes a frame that is queued, if a decoy sends it.
  void sent(int port, Frame frame) {
    if (answer.parse(frame, port, nowNanos, view) != null) {
      return;
    }
    NetworkView network = answer.sourceNetwork();
    if (network != null
        && isSimulated(network, answer.sourceHigh(), answer.sourceLow())
        && isWanted(
            answer.sourceHigh(),
            answer.sourceLow(),
            answer.destinationHigh(),
            answer.destinationLow())) {
      put(frame);
    }
  }

  private boolean isSimulated(NetworkView network, long high, long low) {
    if (!network.tarpit()) {
      return false;
    }
    int entry = addresses.find(network.index(), high, low);
    return entry != AddressTable.NONE && addresses.state(entry) == AddressState.SIMULATED;
  }

  private boolean isWanted(long fromHigh, long fromLow, long toHigh, long toLow) {
    return only == null
        || fromLow == only.low() && fromHigh == only.high()
        || toLow == only.low() && toHigh == only.high();
  }

  /// A record lies in one piece: where it would reach over the ring's end, it begins anew.
  private void put(Frame frame) {
    int bytes = HEAD_BYTES + frame.length();
    long at = (long) WRITTEN.get(this);
    int offset = (int) at & mask;
    int tail = ring.length - offset;
    long begin = tail < bytes ? at + tail : at;
    if (begin + bytes - (long) TAKEN.getAcquire(this) > ring.length) {
      LOST.setOpaque(this, (long) LOST.get(this) + 1);
      return;
    }
    if (begin != at && tail >= HEAD_BYTES) {
      INT.set(ring, offset + Long.BYTES, WRAP);
    }
    int from = (int) begin & mask;
    LONG.set(ring, from, nowNanos);
    INT.set(ring, from + Long.BYTES, frame.length());
    Memory.copy(frame.address(), ring, from + HEAD_BYTES, frame.length());
    WRITTEN.setRelease(this, begin + bytes);
  }

  // ---- the reader's side

  /// Takes a frame, of which the bytes are valid within the call.
  @FunctionalInterface
  public interface Reader<E extends Exception> {
    /// One frame.
    ///
    /// @param nanos of the engine's clock
    void frame(long nanos, byte[] bytes, int offset, int length) throws E;
  }

  /// Hands over frames, oldest first, until they have been at least `bytes` or there are no more;
  /// returns how many bytes they were. One thread.
  public <E extends Exception> int drain(int bytes, Reader<E> reader) throws E {
    int drained = 0;
    long at = (long) TAKEN.get(this);
    while (drained < bytes && at != (long) WRITTEN.getAcquire(this)) {
      int offset = (int) at & mask;
      int tail = ring.length - offset;
      if (tail < HEAD_BYTES || (int) INT.get(ring, offset + Long.BYTES) == WRAP) {
        at += tail;
        offset = 0;
      }
      int length = (int) INT.get(ring, offset + Long.BYTES);
      reader.frame((long) LONG.get(ring, offset), ring, offset + HEAD_BYTES, length);
      at += HEAD_BYTES + length;
      drained += length;
      TAKEN.setRelease(this, at);
    }
    return drained;
  }

  /// How many frames found no room. Any thread.
  public long lost() {
    return (long) LOST.getOpaque(this);
  }
}
