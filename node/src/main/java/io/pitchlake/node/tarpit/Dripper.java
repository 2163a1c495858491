package io.pitchlake.node.tarpit;

import io.pitchlake.common.config.Configuration.TarpitMode;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.hash.SipHash;
import io.pitchlake.common.hash.TableHash;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.session.AddressState;
import io.pitchlake.common.session.AddressTable;
import io.pitchlake.common.wire.EthernetHeader;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.Ipv4Header;
import io.pitchlake.common.wire.Ipv6Header;
import io.pitchlake.common.wire.Memory;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.common.wire.TcpOptions;
import io.pitchlake.node.engine.Addresses;
import io.pitchlake.node.engine.EthernetWriter;
import io.pitchlake.node.engine.Looks;
import io.pitchlake.node.engine.Mastership;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.PacketContext;
import io.pitchlake.node.engine.Transmit;
import io.pitchlake.node.engine.View;
import java.nio.charset.StandardCharsets;

/// Says something to those who wait for a banner: a line every few seconds, which never becomes
/// one. `ssh`: lines before the version string, of which a server may say as many as it likes (RFC
/// 4253 section 4.2). `http`: a header that never ends (RFC 9110 section 6.3 has the client wait
/// for it).
///
/// Nothing is kept of a connection. Each line has [#LINE_BYTES] bytes that follow from the
/// connection's hash and the line's number, and an acknowledgment says which one is next; only the
/// lines that wait for their time are remembered, a bounded number of them. Who finds no room, or
/// whose node has changed meanwhile, waits for a line that does not come: silence, as in `hang`. A
/// line that is not acknowledged is said again, [#TRIES] times in all.
///
/// A stream ends after [#STREAM_BYTES]; that many places behind the cookie are taken for the
/// connection's, so 16 bits of it are what a forger has to guess. Engine thread.
final class Dripper {
  /// Bytes of each line.
  static final int LINE_BYTES = 32;

  /// What one connection can be told.
  static final int STREAM_BYTES = 1 << 16;

  static final int TRIES = 5;

  private static final int LINES_PER_TURN = 32;
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final int WORD = 4;

  /// As in [TarpitMode#THROTTLE]: whoever has something to say says it slowly.
  private static final int WINDOW = 1;

  /// Keeps this use of the key apart from the others.
  private static final long PURPOSE = 0x6472_6970L;

  /// Stands for a letter that is drawn.
  private static final byte DRAWN = '?';

  private static final byte[] LETTERS =
      ascii("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
  private static final byte[] STATUS = ascii("HTTP/1.1 200 OK\r\nETag: W/\"???\"\r\n");
  private static final byte[] FIELD = ascii("X-????????: ??????????????????\r\n");
  private static final byte[] WORDS = ascii("??????????????????????????????\r\n");

  private final Addresses addresses;
  private final Transmit transmit;
  private final Mastership mastership;
  private final CounterBank counters;
  private final SipHash text;
  private final TableHash slots;
  private final DripQueue.Line line = new DripQueue.Line();
  private final TcpOptions options = new TcpOptions();
  private final EthernetWriter ethernet = new EthernetWriter();
  private final Ipv4Header ipv4 = new Ipv4Header();
  private final Ipv6Header ipv6 = new Ipv6Header();
  private final TcpHeader tcp = new TcpHeader();
  private View view;

  /// Null where no port drips.
  private DripQueue queue;

  private long gapNanos;

  /// @param key the cluster's: every node says the same lines
  Dripper(
      Addresses addresses,
      Transmit transmit,
      Mastership mastership,
      CounterBank counters,
      SipHash key) {
    this.addresses = addresses;
    this.transmit = transmit;
    this.mastership = mastership;
    this.counters = counters;
    this.text = new SipHash(key.hash(PURPOSE, 0), key.hash(PURPOSE, 1));
    this.slots = new TableHash(key.hash(PURPOSE, 2));
  }

  private static byte[] ascii(String words) {
    return words.getBytes(StandardCharsets.US_ASCII);
  }

  /// Takes a new view over; lines that wait go on waiting unless there is room for another number.
  void configure(View to) {
    view = to;
    gapNanos = to.settings().get(Setting.TARPITDRIPTO) * SECOND_NANOS;
    int capacity = (int) to.settings().get(Setting.TARPITDRIPS);
    boolean drips = false;
    for (int network = 0; network < to.size(); network++) {
      drips |= to.network(network).modes().anyDrips();
    }
    if (!drips || capacity == 0) {
      queue = null;
    } else if (queue == null || queue.capacity() != capacity) {
      queue = new DripQueue(capacity, slots);
    }
  }

  /// Whether a segment acknowledges a SYN-ACK of the connection, or a place in what it was told.
  static boolean isTrapped(int connection, int acknowledgment) {
    return (acknowledgment - 1 - connection) >>> 16 == 0;
  }

  /// Notes the next line for a connection whose segment has come, if there is one; before the
  /// segment is answered, which happens where it lies.
  ///
  /// @param mac that the segment was sent to
  void heard(PacketContext packet, NetworkView network, TarpitMode mode, int connection, long mac) {
    TcpHeader segment = packet.tcp();
    int said = segment.acknowledgment() - 1 - connection;
    boolean begins = said > 0 || mode == TarpitMode.SSH || segment.payloadLength() > 0;
    if (queue == null
        || !begins
        || said > STREAM_BYTES - 2 * LINE_BYTES
        || segment.hasAny(TcpHeader.FIN)
        || !options.wrap(segment.optionsAddress(), segment.optionsLength())) {
      return;
    }
    line.clientHigh = packet.sourceHigh();
    line.clientLow = packet.sourceLow();
    line.targetHigh = packet.destinationHigh();
    line.targetLow = packet.destinationLow();
    line.clientMac = packet.ethernet().source();
    line.ownMac = mac;
    line.ports = segment.destinationPort() << 16 | segment.sourcePort();
    line.sequence = segment.acknowledgment();
    line.acknowledgment = segment.sequence() + segment.payloadLength();
    line.hasStamps = options.hasTimestamps();
    line.stampEcho = options.timestampValue();
    line.connection = connection;
    line.network = network.index();
    line.vlanTci = packet.vlanTci();
    line.tries = 0;
    keep(packet.nowNanos());
  }

  private void keep(long nowNanos) {
    if (!queue.add(line, nowNanos + gapNanos)) {
      counters.count(Counter.TARPIT_DRIPS_LOST);
    }
  }

  /// Says what is due.
  ///
  /// @param decoys by network
  void tick(DecoyTable[] decoys, Looks looks, DayClock day, ReplyBudget budget, long nowNanos) {
    if (queue == null) {
      return;
    }
    for (int lines = 0; lines < LINES_PER_TURN && queue.take(line, nowNanos); lines++) {
      queue.forget(line);
      if (!mayBeSaid()) {
        continue;
      }
      long look = looks.of(line.targetHigh, line.targetLow);
      Habits habits = decoys[line.network].of(look).stack().habits();
      int length = EthernetHeader.LENGTH + packetLength(habits);
      if (budget.admit(line.clientHigh, line.clientLow, length, nowNanos) == null) {
        say(habits, look, day.millis(nowNanos));
        counters.count(Counter.TARPIT_DRIPS);
        line.tries++;
      }
      if (line.tries < TRIES) {
        keep(nowNanos);
      }
    }
    counters.set(Gauge.TARPIT_DRIPS_WAITING, queue.size());
  }

  /// Whether this node still speaks for the decoy, and its port still drips.
  private boolean mayBeSaid() {
    if (line.network >= view.size()) {
      return false;
    }
    NetworkView network = view.network(line.network);
    boolean isIpv4 = IpAddress.isIpv4(line.clientHigh, line.clientLow);
    int entry = addresses.table().find(line.network, line.targetHigh, line.targetLow);
    return network.tarpit()
        && network.modes().of(line.ports >>> 16).drips()
        && mastership.isMaster(network, isIpv4)
        && entry != AddressTable.NONE
        && addresses.table().state(entry) == AddressState.SIMULATED;
  }

  private boolean hasStamps(Habits habits) {
    return line.hasStamps && habits.tickMillis() > 0;
  }

  private int segmentLength(Habits habits) {
    return TcpHeader.MIN_LENGTH + (hasStamps(habits) ? 3 * WORD : 0) + LINE_BYTES;
  }

  private int packetLength(Habits habits) {
    boolean isIpv4 = IpAddress.isIpv4(line.clientHigh, line.clientLow);
    return (isIpv4 ? Ipv4Header.MIN_LENGTH : Ipv6Header.LENGTH) + segmentLength(habits);
  }

  private void say(Habits habits, long look, long millis) {
    NetworkView network = view.network(line.network);
    boolean isIpv4 = IpAddress.isIpv4(line.clientHigh, line.clientLow);
    int length = segmentLength(habits);
    int packetLength = packetLength(habits);
    Frame frame = transmit.newFrame(network.port());
    long at =
        ethernet.begin(
            frame,
            line.vlanTci,
            line.clientMac,
            line.ownMac,
            isIpv4 ? Ipv4Header.ETHER_TYPE : Ipv6Header.ETHER_TYPE,
            packetLength);
    if (isIpv4) {
      ipv4.create(
          at,
          packetLength,
          Ipv4Header.identificationWord(
              habits.identification().of(look, millis, line.sequence), habits.dontFragment()),
          habits.timeToLive(),
          TcpHeader.PROTOCOL,
          (int) line.targetLow,
          (int) line.clientLow);
      at = ipv4.payloadAddress();
    } else {
      ipv6.create(at, packetLength, TcpHeader.PROTOCOL)
          .hopLimit(habits.timeToLive())
          .source(line.targetHigh, line.targetLow)
          .destination(line.clientHigh, line.clientLow);
      at = ipv6.upperAddress();
    }
    tcp.create(at, length, length - LINE_BYTES)
        .sourcePort(line.ports >>> 16)
        .destinationPort(line.ports & 0xffff)
        .sequence(line.sequence)
        .acknowledgment(line.acknowledgment)
        .flags(TcpHeader.ACK | TcpHeader.PSH)
        .window(WINDOW);
    if (hasStamps(habits)) {
      Memory.putInt(tcp.optionsAddress(), TcpOptions.TIMESTAMPS_WORD);
      Memory.putInt(tcp.optionsAddress(), WORD, habits.timestamp(look, millis, line.connection));
      Memory.putInt(tcp.optionsAddress(), 2 * WORD, line.stampEcho);
    }
    write(
        network.modes().of(line.ports >>> 16),
        line.connection,
        line.sequence - 1 - line.connection,
        tcp.payloadAddress());
    if (isIpv4) {
      tcp.updateChecksum(ipv4);
    } else {
      tcp.updateChecksum(ipv6);
    }
    transmit.transmit(network.port(), frame);
  }

  /// Writes [#LINE_BYTES] of a connection's stream, from a place in it that may be amid a line for
  /// a client that takes less than one.
  private void write(TarpitMode mode, int connection, int from, long at) {
    for (int i = 0; i < LINE_BYTES; i++) {
      Memory.putByte(at + i, letter(mode, connection, from + i));
    }
  }

  private int letter(TarpitMode mode, int connection, int place) {
    int number = place / LINE_BYTES;
    int within = place % LINE_BYTES;
    byte[] form = mode == TarpitMode.SSH ? WORDS : number == 0 ? STATUS : FIELD;
    if (form[within] != DRAWN) {
      return form[within];
    }
    return LETTERS[(int) ((text.hash(connection, place) >>> 1) % LETTERS.length)];
  }
}
