package io.pitchlake.node.health;

import io.pitchlake.common.config.HealthCheck;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.engine.TargetView;
import java.util.Optional;

/// One check of one target as it stands: its judgment, and the probe that is on its way. Engine
/// thread.
final class CheckState {
  private static final long LONG_ANSWER_NANOS = 1_000_000_000L;

  /// From the end of a program's time to the news that it was killed.
  private static final long KILLING_NANOS = 500_000_000L;

  /// Which check this is, whatever view it stands in.
  ///
  /// @param target number in the configuration
  /// @param address the target's
  /// @param alias the server's address that is looked for; empty: a check of the target itself
  record Key(int target, IpAddress address, Optional<IpAddress> alias, HealthCheck check) {}

  /// What is sent.
  enum Kind {
    SYN,
    DATAGRAM,
    QUESTION,
    ECHO,
    /// Nothing: the check runs off the engine thread.
    ELSEWHERE;

    static Kind of(HealthCheck check) {
      return switch (check) {
        case HealthCheck.TcpOpen _ -> SYN;
        case HealthCheck.Udp _ -> DATAGRAM;
        case HealthCheck.Dns _ -> QUESTION;
        case HealthCheck.Ping _ -> ECHO;
        case HealthCheck.Http _, HealthCheck.Https _, HealthCheck.Script _, HealthCheck.Agent _ ->
            ELSEWHERE;
        case HealthCheck.Arp _ ->
            throw new IllegalArgumentException("arp is what the target's watch looks at");
      };
    }
  }

  final Key key;
  final TargetView target;
  final RiseAndFall judgment;

  final Kind kind;

  /// Where the probe goes: the target's own address, or the alias.
  final IpAddress address;

  /// A question in the form of DNS, of which the identification is still missing; empty for other
  /// checks.
  final byte[] question;

  /// Codes that a DNS server may answer with, one bit each.
  final int acceptedCodes;

  long nextProbeNanos;

  // The probe on its way.
  boolean waiting;
  int port;
  int token;
  long sentNanos;

  /// When it was said last.
  long saidNanos;

  /// Of the last answer to a question.
  int responseCode;

  // What was wrong last.
  private Trouble trouble = Trouble.SILENT;
  private String words = "";
  private int percent = 100;

  CheckState(Key key, TargetView target, long nowNanos) {
    this.key = key;
    this.target = target;
    this.kind = Kind.of(key.check);
    this.address = key.alias.orElse(key.address);
    this.judgment =
        new RiseAndFall(
            target.health().rise(), target.health().fall(), patienceNanos(key.check), nowNanos);
    this.nextProbeNanos = nowNanos;
    if (key.check instanceof HealthCheck.Dns dns) {
      question = DnsQuestion.of(dns);
      acceptedCodes = DnsQuestion.bits(dns.accepted());
    } else {
      question = new byte[0];
      acceptedCodes = 0;
    }
  }

  /// How long nothing good may be heard. Each run of a program has the whole timeout and begins up
  /// to an interval after the last good one; when it is over its time, who kills it says so first.
  private static long patienceNanos(HealthCheck check) {
    long timeoutNanos = check.timeout().toNanos();
    return check instanceof HealthCheck.Script
        ? timeoutNanos + check.interval().toNanos() + KILLING_NANOS
        : timeoutNanos;
  }

  /// Goes on from the same check in an earlier view; a probe on its way is given up.
  void continueFrom(CheckState before) {
    judgment.continueFrom(before.judgment);
    nextProbeNanos = before.nextProbeNanos;
    trouble = before.trouble;
    words = before.words;
    percent = before.percent;
  }

  boolean isAlias() {
    return key.alias.isPresent();
  }

  HealthCheck check() {
    return key.check;
  }

  boolean holds() {
    return judgment.state() == RiseAndFall.State.UP;
  }

  boolean isDown() {
    return judgment.state() == RiseAndFall.State.DOWN;
  }

  /// Time to the next probe.
  long intervalNanos() {
    long fast = target.health().fastNanos();
    return fast > 0 && judgment.isTurning() ? fast : key.check.interval().toNanos();
  }

  /// How much of its weight the target asks for.
  int percent() {
    return percent;
  }

  /// Notes how much of its weight the target asks for; true when that is news.
  boolean percent(int wanted) {
    boolean changed = percent != wanted;
    percent = wanted;
    return changed;
  }

  /// How long an answer is waited for. A datagram's silence is good, so it has only to be long
  /// enough for a "port unreachable".
  long waitNanos() {
    return kind == Kind.DATAGRAM
        ? Math.min(intervalNanos(), LONG_ANSWER_NANOS)
        : Math.min(Math.max(intervalNanos(), LONG_ANSWER_NANOS), key.check.timeout().toNanos() / 3);
  }

  /// Whether a probe is on its way whose answer is waited for.
  boolean isRepeated() {
    return waiting && kind != Kind.DATAGRAM;
  }

  void trouble(Trouble found) {
    trouble = found;
    words = "";
  }

  /// What a check off the engine thread has found.
  void trouble(String found) {
    trouble = Trouble.SILENT;
    words = found;
  }

  /// Whether what went wrong last is that nothing came.
  boolean isSilent() {
    return trouble == Trouble.SILENT && words.isEmpty();
  }

  /// Which check it is, in words for people.
  String title() {
    return isAlias() ? "alias of " + address : key.check.title();
  }

  /// Why the check fails, in words for people.
  String reason() {
    String wrong = words.isEmpty() ? trouble.words() : words;
    if (trouble == Trouble.RESPONSE_CODE) {
      wrong += " (" + DnsQuestion.nameOf(responseCode) + ")";
    }
    if (!isAlias()) {
      return key.check.title() + ": " + wrong;
    }
    return "alias of %s missing: %s on the virtual address at its MAC; give the target %s on its lo"
            .formatted(address, wrong, address)
        + ", without answering ARP for it, or write 'aliascheck off'";
  }
}
