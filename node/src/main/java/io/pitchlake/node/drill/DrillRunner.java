package io.pitchlake.node.drill;

import io.pitchlake.common.config.Configuration.Access;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.time.Clock;
import io.pitchlake.node.drill.DrillPlan.Pair;
import io.pitchlake.node.drill.Hooks.Occasion;
import io.pitchlake.node.drill.Lane.Stretch;
import io.pitchlake.node.drill.RunResult.Kept;
import io.pitchlake.node.port.Port;
import io.pitchlake.node.port.PortException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// Leads through a plan, run by run: a known state, the fault, what a client notices, the mending,
/// a known state again. The command's thread.
///
/// Nothing is waited for by the clock alone. Before a fault the pair says that it is ready and
/// every question has been answered for a while; a fault is over when that is so again.
public final class DrillRunner {
  private static final long POLL_NANOS = 50_000_000;
  private static final long STEADY_NANOS = 500_000_000;
  private static final long LONGEST_NANOS = 20_000_000_000L;

  private static final int FIRST_GUEST_PORT = 1000;

  private final DrillPlan plan;
  private final PortSource ports;
  private final Clock clock;
  private final Consumer<String> progress;
  private final List<RunResult> results = new ArrayList<>();

  /// Opens a port on an interface.
  @FunctionalInterface
  public interface PortSource {
    Port open(String name, Access access) throws PortException;
  }

  /// @param progress one line now and then, for who waits
  public DrillRunner(DrillPlan plan, PortSource ports, Clock clock, Consumer<String> progress) {
    this.plan = plan;
    this.ports = ports;
    this.clock = clock;
    this.progress = progress;
  }

  /// Does it all. The pairs take turns, so that all meet the same machine.
  public void run() throws DrillException, PortException {
    for (Drill drill : plan.drills()) {
      for (int run = 1; run <= plan.runs(); run++) {
        for (Pair pair : plan.pairs()) {
          if (drill == Drill.SYNC_LOSS && !pair.serves()) {
            continue; // it has no such link
          }
          RunResult result = run(new Occasion(drill, pair.name(), run), pair);
          results.add(result);
          progress.accept(TextReport.line(result, plan.runs()));
        }
      }
    }
  }

  /// What has been measured so far; a pair that breaks for good does not take it along.
  public DrillReport report() {
    return new DrillReport(plan, results);
  }

  private RunResult run(Occasion occasion, Pair pair) throws DrillException, PortException {
    awaitReady(occasion);
    Optional<InetSocketAddress> echo = pair.serves() ? plan.echo() : Optional.empty();
    Optional<IpAddress> trap = pair.serves() ? plan.trap() : Optional.empty();
    try (Prober prober = prober(pair, trap)) {
      prober.start();
      // Which also proves the trap's address, so that the peers that follow are answered.
      awaitSteady(occasion, prober, prober.lanes(), STEADY_NANOS);
      try (Guests flows = flows(echo);
          Guests trapped = trapped(trap);
          Streams streams = Streams.open(echo, clock)) {
        List<Lane> lanes = new ArrayList<>(prober.lanes());
        lanes.addAll(streams.lanes());
        awaitSteady(occasion, prober, lanes, STEADY_NANOS);
        List<OptionalLong> before = sessions(occasion, pair);
        return occasion.drill() == Drill.CALM
            ? calm(occasion, pair, prober, lanes, flows, trapped, before)
            : disturb(occasion, pair, prober, lanes, flows, trapped, before);
      }
    }
  }

  /// The stream, where there is an echo service.
  private record Streams(List<EchoStream> streams) implements AutoCloseable {
    static Streams open(Optional<InetSocketAddress> echo, Clock clock) throws DrillException {
      return new Streams(echo.isEmpty() ? List.of() : List.of(EchoStream.open(echo.get(), clock)));
    }

    List<Lane> lanes() {
      return streams.stream().map(EchoStream::lane).toList();
    }

    @Override
    public void close() {
      streams.forEach(EchoStream::close);
    }
  }

  private RunResult disturb(
      Occasion occasion,
      Pair pair,
      Prober prober,
      List<Lane> lanes,
      Guests flows,
      Guests trapped,
      List<OptionalLong> before)
      throws DrillException {
    long fault = clock.nanoTime();
    plan.hooks().breakIt(occasion);
    long broken = clock.nanoTime();
    awaitReaction(prober, lanes, broken);
    Kept keptFlows = new Kept(flows.count(), flows.held());
    Kept keptPeers = new Kept(trapped.count(), trapped.held());
    List<OptionalLong> after = sessions(occasion, pair);
    long restore = 0;
    if (plan.hooks().restore().isPresent()) {
      restore = clock.nanoTime();
      plan.hooks().mendIt(occasion);
      awaitReady(occasion);
      awaitReaction(prober, lanes, clock.nanoTime());
    }
    prober.check();
    // The youngest requests have had no time to be answered.
    long end = clock.nanoTime() - RequestLane.GRACE_NANOS;
    return result(
        occasion,
        prober,
        lanes,
        new long[] {fault, broken, restore, end},
        List.of(before, after),
        keptFlows,
        keptPeers);
  }

  /// Watches a pair that nothing happens to but noise.
  private RunResult calm(
      Occasion occasion,
      Pair pair,
      Prober prober,
      List<Lane> lanes,
      Guests flows,
      Guests trapped,
      List<OptionalLong> before)
      throws DrillException {
    long fault = clock.nanoTime();
    long until = fault + plan.calm().toNanos();
    long said = fault;
    long end;
    // Longer than the drill only where that ends before its time.
    try (Noise _ = Noise.make(plan.load(), plan.calm().plus(Duration.ofSeconds(5)))) {
      plan.hooks().breakIt(occasion);
      for (long now = fault; now - until < 0; now = clock.nanoTime()) {
        LockSupport.parkNanos(Math.min(POLL_NANOS, until - now));
        prober.check();
        if (now - said >= 10_000_000_000L) {
          said = now;
          progress.accept(
              "calm  %s: %d s of %d, %d changes of the active node"
                  .formatted(
                      pair.name(),
                      (now - fault) / 1_000_000_000,
                      plan.calm().toSeconds(),
                      changes(prober, fault, now)));
        }
      }
      end = clock.nanoTime() - RequestLane.GRACE_NANOS;
      plan.hooks().mendIt(occasion);
    }
    Kept keptFlows = new Kept(flows.count(), flows.held());
    Kept keptPeers = new Kept(trapped.count(), trapped.held());
    return result(
        occasion,
        prober,
        lanes,
        new long[] {fault, fault, 0, end},
        List.of(before, sessions(occasion, pair)),
        keptFlows,
        keptPeers);
  }

  /// @param times of the fault, of its command's end, of the mending (0: none) and of the end
  private RunResult result(
      Occasion occasion,
      Prober prober,
      List<Lane> lanes,
      long[] times,
      List<List<OptionalLong>> sessions,
      Kept flows,
      Kept trapped) {
    long fault = times[0];
    long restore = times[2];
    long end = times[3];
    long turn = restore == 0 ? end : restore;
    Map<Lane.Kind, Outcome> broken = new EnumMap<>(Lane.Kind.class);
    Map<Lane.Kind, Outcome> back = new EnumMap<>(Lane.Kind.class);
    for (Lane lane : lanes) {
      broken.put(lane.kind(), lane.judge(new Stretch(fault, turn)));
      if (restore != 0) {
        back.put(lane.kind(), lane.judge(new Stretch(restore, end)));
      }
    }
    return new RunResult(
        occasion.drill(),
        occasion.pair(),
        occasion.run(),
        fault,
        times[1],
        restore,
        end,
        broken,
        back,
        changes(prober, fault, turn),
        restore == 0 ? 0 : changes(prober, restore, end),
        sessions.get(0),
        sessions.get(1),
        flows,
        trapped,
        List.copyOf(lanes));
  }

  private static int changes(Prober prober, long fromNanos, long toNanos) {
    return (int)
        prober.changes().stream()
            .filter(change -> change.nanos() - fromNanos >= 0 && change.nanos() - toNanos < 0)
            .count();
  }

  private Prober prober(Pair pair, Optional<IpAddress> trap) throws PortException, DrillException {
    int source = ownAddress();
    List<Port> opened = new ArrayList<>();
    try {
      for (String tap : pair.taps()) {
        opened.add(ports.open(tap, Access.RING));
      }
      Port wire = ports.open(plan.link(), Access.RING);
      return new Prober(wire, opened, clock, source, pair.virt().ipv4(), trap.map(IpAddress::ipv4));
    } catch (PortException e) {
      opened.forEach(Port::close);
      throw e;
    }
  }

  private int ownAddress() throws DrillException {
    try {
      NetworkInterface link = NetworkInterface.getByName(plan.link());
      List<InetAddress> addresses =
          link == null ? List.of() : Collections.list(link.getInetAddresses());
      return addresses.stream()
          .filter(Inet4Address.class::isInstance)
          .map(address -> ByteBuffer.wrap(address.getAddress()).getInt())
          .findFirst()
          .orElseThrow(() ->
              new DrillException(
                  "interface '"
                      + plan.link()
                      + "' has no IPv4 address to ask from; give this machine one on the pair's network"));
    } catch (SocketException e) {
      throw new DrillException(
          "the addresses of '" + plan.link() + "' cannot be read: " + e.getMessage());
    }
  }

  private Guests flows(Optional<InetSocketAddress> echo) throws DrillException {
    return Guests.arrive(
        echo.map(address -> Collections.nCopies(plan.guests(), address)).orElse(List.of()),
        true,
        clock);
  }

  private Guests trapped(Optional<IpAddress> trap) throws DrillException {
    return Guests.arrive(
        trap.map(address ->
                IntStream.range(0, plan.guests())
                    .mapToObj(i -> new InetSocketAddress(address.toString(), FIRST_GUEST_PORT + i))
                    .toList())
            .orElse(List.of()),
        false,
        clock);
  }

  private List<OptionalLong> sessions(Occasion occasion, Pair pair) throws DrillException {
    List<OptionalLong> sessions = new ArrayList<>();
    if (pair.serves()) {
      for (String node : pair.taps()) {
        sessions.add(plan.hooks().sessionsOf(node, occasion));
      }
    }
    return sessions;
  }

  private void awaitReady(Occasion occasion) throws DrillException {
    long end = clock.nanoTime() + plan.patience().toNanos();
    while (!plan.hooks().isReady(occasion)) {
      if (clock.nanoTime() - end > 0) {
        throw new DrillException(
            "the pair %s did not become ready within %d s (drill %s, run %d): --ready did not end with 0"
                .formatted(
                    occasion.pair(),
                    plan.patience().toSeconds(),
                    occasion.drill().word(),
                    occasion.run()));
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /// Waits until every question has been answered for `steadyNanos`.
  private void awaitSteady(Occasion occasion, Prober prober, List<Lane> lanes, long steadyNanos)
      throws DrillException {
    long end = clock.nanoTime() + plan.patience().toNanos();
    while (true) {
      long now = clock.nanoTime();
      List<Lane> unsteady =
          lanes.stream().filter(lane -> lane.steadyNanos(now) < steadyNanos).toList();
      if (unsteady.isEmpty()) {
        return;
      }
      if (now - end > 0) {
        throw new DrillException(
            "before drill %s of %s not every %s was answered: the pair is not in a known state"
                .formatted(
                    occasion.drill().word(),
                    occasion.pair(),
                    String.join(
                        ", ", unsteady.stream().map(lane -> lane.kind().title()).toList())));
      }
      prober.check();
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /// Waits until the pair has had time to react and every question has been answered for a while
  /// again, for 20 s at most: what lasts longer is reported as that long.
  private void awaitReaction(Prober prober, List<Lane> lanes, long sinceNanos) {
    long reaction = Math.max(2 * STEADY_NANOS, 15 * plan.advertNanos());
    long steady = Math.max(STEADY_NANOS, 5 * plan.advertNanos());
    while (true) {
      long now = clock.nanoTime();
      boolean settled =
          lanes.stream().allMatch(lane -> lane.isBroken() || lane.steadyNanos(now) >= steady);
      if (now - sinceNanos >= reaction && settled || now - sinceNanos >= LONGEST_NANOS) {
        return;
      }
      prober.check();
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
