package io.pitchlake.node.health;

import io.pitchlake.common.config.Setting;
import io.pitchlake.common.hash.SipHash;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.time.TimerWheel;
import io.pitchlake.common.time.TokenBucket;
import io.pitchlake.common.wire.Checksum;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.IcmpHeader;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.Ipv4Header;
import io.pitchlake.common.wire.Ipv6Header;
import io.pitchlake.common.wire.Memory;
import io.pitchlake.common.wire.QuotedPacket;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.common.wire.UdpHeader;
import io.pitchlake.node.engine.Command;
import io.pitchlake.node.engine.PacketContext;
import io.pitchlake.node.engine.Transmit;
import io.pitchlake.node.engine.View;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;

/// Asks what targets are asked in frames, at a bounded rate, and judges what comes back. Checks
/// that run elsewhere stand in the same list: their results come as commands, and their silence is
/// noticed here.
///
/// The first question of each check comes after a part of its interval, drawn by chance, so that
/// targets are not asked all at once. A probe is known by its source port (for an echo request the
/// identifier), which leads to the check, and by a token of 32 bits drawn from a keyed hash, which
/// must come back. Engine thread; no allocation but when a state changes.
final class Prober {
  /// Timers looked at in a turn, of which each sends one probe at most.
  private static final int CHECKS_PER_TURN = 16;

  private static final long SECOND_NANOS = 1_000_000_000L;

  /// A target whose MAC is not known yet is looked at again.
  private static final long NO_MAC_NANOS = 50_000_000;

  /// The longest that a first question waits.
  private static final long LONGEST_START_NANOS = SECOND_NANOS;

  /// Bytes behind the quoted IP header that name a probe.
  private static final int QUOTED_BYTES = 8;

  private static final int PORT_UNREACHABLE = 3;
  private static final int PORT_UNREACHABLE6 = 4;

  /// A question, be it a probe or [TargetWatch]'s, is said again as long as its answer is waited
  /// for, as TCP says a SYN again: where a frame is lost now and then, the target is there all the
  /// same.
  static final long REPEAT_NANOS = 200_000_000;

  /// A probe that could not be sent is tried again.
  private static final long AGAIN_NANOS = 10_000_000;

  private final CounterBank counters;
  private final SipHash secret;
  private final ProbeWriter writer;
  private final QuotedPacket quoted = new QuotedPacket();
  private final ProbePorts ports = new ProbePorts();
  private final TimerWheel.Expiry due = this::due;
  private final IntConsumer changed;
  private final Macs macs;
  private CheckState[] checks = new CheckState[0];
  private Map<CheckState.Key, Integer> places = Map.of();
  private TimerWheel timers;
  private TokenBucket rate;
  private long drawn;
  private long nowNanos;

  /// Where targets are.
  @FunctionalInterface
  interface Macs {
    /// The MAC of a target by its position, 0 when it is not known.
    long of(int target);
  }

  /// @param changed told the position of a target of which a check holds now or has failed
  Prober(Transmit transmit, CounterBank counters, SipHash secret, Macs macs, IntConsumer changed) {
    this.counters = counters;
    this.secret = secret;
    this.writer = new ProbeWriter(transmit);
    this.macs = macs;
    this.changed = changed;
  }

  /// Takes the checks of a new view over; those that were there keep their state.
  ///
  /// @param watched one list for each target that this engine checks
  void configure(List<List<CheckState>> watched, View view, long atNanos) {
    nowNanos = atNanos;
    rate = new TokenBucket(view.settings().get(Setting.TARGETPROBERATE), atNanos);
    Map<CheckState.Key, Integer> before = places;
    CheckState[] checksBefore = checks;
    checks = watched.stream().flatMap(List::stream).toArray(CheckState[]::new);
    places = new HashMap<>();
    timers = new TimerWheel(checks.length, atNanos);
    ports.clear();
    for (int place = 0; place < checks.length; place++) {
      CheckState check = checks[place];
      places.put(check.key, place);
      Integer old = before.get(check.key);
      if (old != null) {
        check.continueFrom(checksBefore[old]);
      } else {
        check.nextProbeNanos = atNanos + start(check, place);
      }
      schedule(place);
    }
  }

  private long start(CheckState check, int place) {
    long longest = Math.min(check.check().interval().toNanos(), LONGEST_START_NANOS);
    return (secret.hash(drawn++, place) >>> 1) % longest;
  }

  /// Whether nobody is asked anything, so that no frame can be an answer.
  boolean isIdle() {
    return checks.length == 0;
  }

  /// How many checks there are.
  int size() {
    return checks.length;
  }

  /// How many of them do not hold.
  int failing() {
    int failing = 0;
    for (CheckState check : checks) {
      failing += check.holds() ? 0 : 1;
    }
    return failing;
  }

  void tick(long atNanos) {
    nowNanos = atNanos;
    if (checks.length > 0) {
      timers.advance(atNanos, CHECKS_PER_TURN, due);
    }
  }

  private void due(int place) {
    CheckState check = checks[place];
    if (check.judgment.expired(nowNanos)) {
      changed.accept(check.target.index());
    }
    if (check.waiting && nowNanos - check.sentNanos >= check.waitNanos()) {
      giveUp(check);
    } else if (check.isRepeated() && nowNanos - check.saidNanos >= REPEAT_NANOS) {
      repeat(check);
    }
    if (check.kind != CheckState.Kind.ELSEWHERE
        && !check.waiting
        && nowNanos - check.nextProbeNanos >= 0) {
      probe(place, check);
    }
    schedule(place);
  }

  /// Sets the timer to what comes first: the next probe, the end of waiting, or the moment from
  /// which on the check fails.
  private void schedule(int place) {
    CheckState check = checks[place];
    boolean mayExpire = !check.isDown();
    if (check.kind == CheckState.Kind.ELSEWHERE) {
      if (mayExpire) {
        timers.schedule(place, check.judgment.deadlineNanos());
      } else {
        timers.cancel(place);
      }
      return;
    }
    long at = check.waiting ? check.sentNanos + check.waitNanos() : check.nextProbeNanos;
    if (check.isRepeated() && check.saidNanos + REPEAT_NANOS - at < 0) {
      at = check.saidNanos + REPEAT_NANOS;
    }
    if (mayExpire && check.judgment.deadlineNanos() - at < 0) {
      at = check.judgment.deadlineNanos();
    }
    timers.schedule(place, at);
  }

  private void probe(int place, CheckState check) {
    long mac = macs.of(check.target.index());
    if (mac == 0) {
      check.nextProbeNanos = nowNanos + NO_MAC_NANOS;
      return;
    }
    int port =
        rate.take(nowNanos) ? ports.take(place, secret.hash(drawn++, place)) : ProbePorts.NONE;
    if (port == ProbePorts.NONE) {
      counters.count(Counter.PROBES_DELAYED);
      check.nextProbeNanos = nowNanos + AGAIN_NANOS;
      return;
    }
    check.port = port;
    check.token = (int) secret.hash(drawn++, place);
    check.sentNanos = nowNanos;
    check.waiting = true;
    check.nextProbeNanos = nowNanos + check.intervalNanos();
    say(check, mac);
  }

  /// Where there is no leave to say it, the next time is soon enough.
  private void repeat(CheckState check) {
    long mac = macs.of(check.target.index());
    check.saidNanos = nowNanos;
    if (mac != 0 && rate.take(nowNanos)) {
      say(check, mac);
    }
  }

  private void say(CheckState check, long mac) {
    check.saidNanos = nowNanos;
    switch (check.kind) {
      case SYN -> writer.syn(check, mac);
      case DATAGRAM, QUESTION -> writer.datagram(check, mac);
      case ECHO -> writer.echo(check, mac);
      case ELSEWHERE -> throw new IllegalStateException("is not asked from here");
    }
    counters.count(Counter.PROBES_SENT);
  }

  private void giveUp(CheckState check) {
    if (check.kind == CheckState.Kind.DATAGRAM) {
      good(check);
    } else {
      release(check);
      check.judgment.missed();
      counters.count(Counter.PROBES_UNANSWERED);
    }
  }

  private void release(CheckState check) {
    ports.release(check.port);
    check.waiting = false;
  }

  private void good(CheckState check) {
    if (check.waiting) {
      release(check);
    }
    counters.count(Counter.CHECKS_PASSED);
    if (check.judgment.passed(nowNanos)) {
      changed.accept(check.target.index());
    }
    if (check.holds()) {
      check.trouble(Trouble.SILENT);
    }
    hasten(check);
  }

  private void bad(CheckState check, Trouble trouble) {
    release(check);
    check.trouble(trouble);
    failed(check);
  }

  private void failed(CheckState check) {
    counters.count(Counter.CHECKS_FAILED);
    if (check.judgment.failed()) {
      changed.accept(check.target.index());
    }
    hasten(check);
  }

  /// A check that is about to change is asked sooner than it was to be.
  private void hasten(CheckState check) {
    long next = nowNanos + check.intervalNanos();
    if (check.nextProbeNanos - next > 0) {
      check.nextProbeNanos = next;
    }
  }

  /// Takes the result of a check that runs elsewhere.
  void checked(Command.CheckResult result, long atNanos) {
    nowNanos = atNanos;
    Integer place =
        places.get(
            new CheckState.Key(
                result.target(), result.address(), Optional.empty(), result.check()));
    if (place == null) {
      return; // another engine's, or one of a view that is gone
    }
    CheckState check = checks[place];
    boolean asksForOther =
        result.result() == Command.Result.GOOD && check.percent(result.percent());
    switch (result.result()) {
      case GOOD -> good(check);
      case BAD -> {
        check.trouble(result.reason());
        failed(check);
      }
      case SILENT -> {
        check.trouble(result.reason());
        check.judgment.missed();
        counters.count(Counter.PROBES_UNANSWERED);
      }
    }
    if (asksForOther) {
      changed.accept(check.target.index());
    }
    schedule(place);
  }

  // ---- answers

  /// Looks whether a frame to `real` answers a probe; true when it did its work.
  boolean isAnswer(PacketContext packet, long atNanos) {
    nowNanos = atNanos;
    return switch (packet.transport()) {
      case TCP -> onSegment(packet);
      case UDP -> onDatagram(packet);
      case ICMP -> onIcmp(packet, packet.icmp().type());
      case ICMPV6 -> onIcmp(packet, packet.icmpv6().type());
      case OTHER -> false;
    };
  }

  private boolean isFrom(CheckState check, PacketContext packet) {
    return check.address.low() == packet.sourceLow() && check.address.high() == packet.sourceHigh();
  }

  private boolean onSegment(PacketContext packet) {
    TcpHeader tcp = packet.tcp();
    int place = ports.checkOf(tcp.destinationPort());
    if (place == ProbePorts.NONE) {
      return false;
    }
    CheckState check = checks[place];
    if (check.kind != CheckState.Kind.SYN
        || !isFrom(check, packet)
        || tcp.sourcePort() != check.check().port()
        || !tcp.hasAny(TcpHeader.ACK)
        || tcp.acknowledgment() != check.token + 1
        || verdict(packet) == Checksum.Verdict.BAD) {
      return false;
    }
    if (tcp.hasAny(TcpHeader.RST)) {
      answered(packet, place, Trouble.REFUSED);
    } else if (tcp.hasAny(TcpHeader.SYN)) {
      writer.reset(check, packet.ethernet().source());
      answered(packet, place, null);
    } else {
      // An old connection of the same ports: RFC 9293 3.10.7.4 has it acknowledge what it expects.
      return false;
    }
    return true;
  }

  private static Checksum.Verdict verdict(PacketContext packet) {
    boolean isIpv4 = packet.kind() == PacketContext.Kind.IPV4;
    Frame.ChecksumState state = packet.frame().checksumState();
    return switch (packet.transport()) {
      case TCP ->
          isIpv4
              ? packet.tcp().verifyChecksum(state, packet.ipv4())
              : packet.tcp().verifyChecksum(state, packet.ipv6());
      case UDP ->
          isIpv4
              ? packet.udp().verifyChecksum(state, packet.ipv4())
              : packet.udp().verifyChecksum(state, packet.ipv6());
      case ICMPV6 -> packet.icmpv6().verifyChecksum(state, packet.ipv6());
      case ICMP -> packet.icmp().isChecksumGood() ? Checksum.Verdict.GOOD : Checksum.Verdict.BAD;
      case OTHER -> Checksum.Verdict.BAD;
    };
  }

  private boolean onDatagram(PacketContext packet) {
    UdpHeader udp = packet.udp();
    int place = ports.checkOf(udp.destinationPort());
    if (place == ProbePorts.NONE) {
      return false;
    }
    CheckState check = checks[place];
    if (!isFrom(check, packet)
        || udp.sourcePort() != check.check().port()
        || verdict(packet) == Checksum.Verdict.BAD) {
      return false;
    }
    if (check.kind == CheckState.Kind.DATAGRAM) {
      answered(packet, place, null);
      return true;
    }
    if (check.kind != CheckState.Kind.QUESTION
        || !DnsQuestion.isAnswered(
            check.question, check.token & 0xffff, udp.payloadAddress(), udp.payloadLength())) {
      return false;
    }
    check.responseCode = DnsQuestion.code(udp.payloadAddress());
    boolean accepted = (check.acceptedCodes >>> check.responseCode & 1) != 0;
    answered(packet, place, accepted ? null : Trouble.RESPONSE_CODE);
    return true;
  }

  private boolean onIcmp(PacketContext packet, int type) {
    boolean isIpv4 = packet.kind() == PacketContext.Kind.IPV4;
    if (type == (isIpv4 ? IcmpHeader.ECHO_REPLY : Icmpv6Header.ECHO_REPLY)) {
      return isIpv4
          ? onEcho(
              packet,
              packet.icmp().identifier(),
              packet.icmp().dataAddress(),
              packet.icmp().dataLength())
          : onEcho(
              packet,
              packet.icmpv6().identifier(),
              packet.icmpv6().dataAddress(),
              packet.icmpv6().dataLength());
    }
    if (type == (isIpv4 ? IcmpHeader.DESTINATION_UNREACHABLE : Icmpv6Header.DESTINATION_UNREACHABLE)
        || type == (isIpv4 ? IcmpHeader.TIME_EXCEEDED : Icmpv6Header.TIME_EXCEEDED)) {
      return onError(packet, isIpv4);
    }
    return false;
  }

  private boolean onEcho(PacketContext packet, int identifier, long data, int length) {
    int place = ports.checkOf(identifier);
    if (place == ProbePorts.NONE || length < ProbeWriter.ECHO_DATA_BYTES) {
      return false;
    }
    CheckState check = checks[place];
    if (check.kind != CheckState.Kind.ECHO
        || !isFrom(check, packet)
        || Memory.getInt(data) != check.token
        || Memory.getInt(data + 4) != check.token
        || verdict(packet) == Checksum.Verdict.BAD) {
      return false;
    }
    answered(packet, place, null);
    return true;
  }

  /// An error that quotes a probe: a closed port of UDP, a filter, or a target that sends on.
  private boolean onError(PacketContext packet, boolean isIpv4) {
    long at = isIpv4 ? packet.icmp().address() : packet.icmpv6().address();
    int length = isIpv4 ? packet.ipv4().payloadLength() : packet.ipv6().upperLength();
    // Probes have no IP options and no extension headers.
    if (!quoted.wrap(at + QuotedPacket.OFFSET, length - QuotedPacket.OFFSET, isIpv4)
        || quoted.headerLength() != (isIpv4 ? Ipv4Header.MIN_LENGTH : Ipv6Header.LENGTH)
        || quoted.transportLength() < QUOTED_BYTES
        || verdict(packet) == Checksum.Verdict.BAD) {
      return false;
    }
    int protocol = quoted.protocol();
    long transport = quoted.transportAddress();
    boolean isEcho = protocol == (isIpv4 ? IcmpHeader.PROTOCOL : Icmpv6Header.PROTOCOL);
    int place = ports.checkOf(Memory.getShort(transport + (isEcho ? IcmpHeader.IDENTIFIER : 0)));
    if (place == ProbePorts.NONE) {
      return false;
    }
    CheckState check = checks[place];
    boolean ours =
        check.address.high() == quoted.destinationHigh()
            && check.address.low() == quoted.destinationLow()
            && isQuoted(check, protocol, isEcho, transport);
    if (ours) {
      answered(packet, place, troubleOf(packet, check, isIpv4));
    }
    return ours;
  }

  private static boolean isQuoted(CheckState check, int protocol, boolean isEcho, long transport) {
    return switch (check.kind) {
      case SYN ->
          protocol == TcpHeader.PROTOCOL
              && Memory.getShort(transport + TcpHeader.DESTINATION_PORT) == check.check().port()
              && Memory.getInt(transport + TcpHeader.SEQUENCE) == check.token;
      case DATAGRAM, QUESTION ->
          protocol == UdpHeader.PROTOCOL
              && Memory.getShort(transport + UdpHeader.DESTINATION_PORT) == check.check().port();
      case ECHO ->
          isEcho && Memory.getShort(transport + IcmpHeader.SEQUENCE) == (check.token & 0xffff);
      case ELSEWHERE -> false;
    };
  }

  private static Trouble troubleOf(PacketContext packet, CheckState check, boolean isIpv4) {
    boolean closedPort =
        isIpv4
            ? packet.icmp().type() == IcmpHeader.DESTINATION_UNREACHABLE
                && packet.icmp().code() == PORT_UNREACHABLE
            : packet.icmpv6().type() == Icmpv6Header.DESTINATION_UNREACHABLE
                && packet.icmpv6().code() == PORT_UNREACHABLE6;
    if (closedPort) {
      return Trouble.REFUSED;
    }
    return check.isAlias() ? Trouble.SENT_ON : Trouble.UNREACHABLE;
  }

  /// An alias is there when anything answers in its name at the target's MAC, be it a refusal; who
  /// serves there is the other checks' business.
  ///
  /// @param trouble null when the answer is good
  private void answered(PacketContext packet, int place, Trouble trouble) {
    CheckState check = checks[place];
    Trouble found = trouble;
    if (check.isAlias()) {
      if (packet.ethernet().source() != macs.of(check.target.index())) {
        found = Trouble.ELSEWHERE;
      } else if (trouble != Trouble.SENT_ON) {
        found = null;
      }
    }
    if (found == null) {
      good(check);
    } else {
      bad(check, found);
    }
    schedule(place);
  }
}
