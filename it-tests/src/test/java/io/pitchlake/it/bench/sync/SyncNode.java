package io.pitchlake.it.bench.sync;

import io.pitchlake.common.config.Configuration.SyncTransport;
import io.pitchlake.common.hash.ClusterKey;
import io.pitchlake.common.hash.FlowHash;
import io.pitchlake.common.hash.SipHash;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.time.SystemClock;
import io.pitchlake.node.engine.IdleStrategy.Rest;
import io.pitchlake.node.engine.RealTime;
import io.pitchlake.node.port.ThreadPriority;
import io.pitchlake.sync.ReplicationThread;
import io.pitchlake.sync.Replicator;
import io.pitchlake.sync.SessionReplicator;
import io.pitchlake.sync.SyncEvent;
import io.pitchlake.sync.link.JGroupsLink;
import io.pitchlake.sync.link.LinkException;
import io.pitchlake.sync.link.LinkSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/// One of the two nodes: `SyncNode TRANSPORT BIND PEER ENTRIES`. It does what lines on its standard
/// input say and answers on its standard output:
///
/// - `fill`: changes every entry once, then says `filled`
/// - `pace N`: changes N entries a second from now on, each in its turn; -1: as many as are told on
/// - `figures`: what happened since the last time, as `figures NAME=NUMBER ...`
///
/// What the replication has to say comes as `event ...`. It ends with its input.
public final class SyncNode {
  private static final int PORT = 7800;
  private static final int CHANGES_PER_TURN = 512;
  private static final int CHANGES_WAITING = 4_096;
  private static final long LONGEST_WAIT_NANOS = 500_000;
  private static final int BATCH = 64;
  private static final long BATCH_NANOS = 100_000;

  /// Odd, so that every entry has its turn before one has it again.
  private static final int STRIDE = 0x9e37_79b1;

  private final Lags lags = new Lags();
  private final CounterBank counters = new CounterBank();
  private final BenchTable table;
  private final SessionReplicator sessions;
  private final Replicator replicator;
  private final JGroupsLink link;
  private final ReplicationThread thread;
  private final Queue<String> commands = new ConcurrentLinkedQueue<>();
  private long pace;
  private long paceSinceNanos;
  private long changedAtPace;
  private long changed;
  private long longestTurnNanos;
  private long changedBefore;
  private long mergedBefore;
  private Duration cpuBefore = Duration.ZERO;

  private SyncNode(SyncTransport transport, IpAddress bind, IpAddress peer, int entries)
      throws LinkException {
    long now = System.nanoTime();
    long boot = ThreadLocalRandom.current().nextLong();
    ClusterKey key =
        new ClusterKey("the key of a benchmark, of no use".getBytes(StandardCharsets.US_ASCII));
    table = new BenchTable(entries, lags);
    sessions = new SessionReplicator(counters, FlowHash.drawnFrom(new SipHash(1, 2), 3), now);
    table.tell(sessions.replicate(table));
    replicator = new Replicator(sessions, boot, 1, List.of(), SyncNode::say, now);
    thread = new ReplicationThread(replicator, SystemClock.INSTANCE);
    link =
        JGroupsLink.open(
            new LinkSettings(
                transport,
                bind,
                PORT,
                List.of(new LinkSettings.Endpoint(peer, PORT)),
                "bench",
                key,
                boot),
            replicator,
            thread::wake,
            SystemClock.INSTANCE);
    replicator.attach(link);
    thread.start(() -> link.poll(64));
  }

  public static void main(String[] arguments) throws LinkException {
    SyncNode node =
        new SyncNode(
            SyncTransport.valueOf(arguments[0].toUpperCase(Locale.ROOT)),
            IpAddress.parse(arguments[1]),
            IpAddress.parse(arguments[2]),
            Integer.parseInt(arguments[3]));
    Thread.ofPlatform().daemon().start(node::listen);
    node.turn();
  }

  private static void say(SyncEvent event) {
    System.out.println("event " + event.line());
  }

  private void listen() {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
      in.lines().forEach(commands::add);
    } catch (IOException e) {
      System.out.println("event " + e.getMessage());
    }
    commands.add("end");
  }

  /// The engine's thread, scheduled as a node's.
  private void turn() {
    try (ThreadPriority priority = new ThreadPriority()) {
      RealTime realTime = new RealTime(new InRealTime(priority), counters);
      realTime.begin(System.nanoTime());
      turn(realTime);
    }
    thread.close();
    link.close();
    replicator.close();
  }

  private record InRealTime(ThreadPriority priority) implements RealTime.Kernel {
    @Override
    public boolean realTime() {
      boolean done = priority.realTime(RealTime.PRIORITY);
      if (!done) {
        System.out.println("event not in real time: " + priority.refusal());
      }
      return done;
    }

    @Override
    public void normal() {
      priority.normal();
    }
  }

  private void turn(RealTime realTime) {
    boolean running = true;
    while (running) {
      for (String command = commands.poll(); command != null; command = commands.poll()) {
        running &= obey(command);
      }
      long before = System.nanoTime();
      int work = change(before) + sessions.turn(before);
      longestTurnNanos = Math.max(longestTurnNanos, System.nanoTime() - before);
      // What comes, comes as frames do, a batch at a time.
      boolean waits = work < BATCH;
      if (waits) {
        long mostNanos = work > 0 ? BATCH_NANOS : LONGEST_WAIT_NANOS;
        LockSupport.parkNanos(Math.min(sessions.untilDueNanos(before), mostNanos));
      }
      realTime.afterTurn(waits ? Rest.WAIT : Rest.NONE, before);
    }
  }

  private int change(long now) {
    long due =
        pace < 0
            ? CHANGES_WAITING - counters.get(Gauge.SYNC_TO_TELL)
            : (now - paceSinceNanos) / 1_000 * pace / 1_000_000 - changedAtPace;
    int count = (int) Math.clamp(due, 0, CHANGES_PER_TURN);
    for (int i = 0; i < count; i++) {
      table.change((int) changed++ * STRIDE & table.capacity() - 1, now);
    }
    changedAtPace += count;
    return count;
  }

  /// False for the end.
  private boolean obey(String command) {
    String[] words = command.split(" ");
    switch (words[0]) {
      case "fill" -> {
        for (int entry = 0; entry < table.capacity(); entry++) {
          table.change(entry, System.nanoTime());
        }
        System.out.println("filled");
      }
      case "pace" -> {
        pace = Long.parseLong(words[1]);
        paceSinceNanos = System.nanoTime();
        changedAtPace = 0;
      }
      case "figures" -> figures();
      default -> {
        return false;
      }
    }
    return true;
  }

  private void figures() {
    Duration cpu = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    System.out.printf(
        Locale.ROOT,
        "figures changed=%d merged=%d p50=%.3f p99=%.3f p999=%.3f longestTurn=%.3f cpu=%d%n",
        changed - changedBefore,
        table.merged() - mergedBefore,
        lags.quantileMillis(0.5),
        lags.quantileMillis(0.99),
        lags.quantileMillis(0.999),
        longestTurnNanos / 1e6,
        cpu.minus(cpuBefore).toMillis());
    changedBefore = changed;
    mergedBefore = table.merged();
    cpuBefore = cpu;
    longestTurnNanos = 0;
    lags.clear();
  }
}
