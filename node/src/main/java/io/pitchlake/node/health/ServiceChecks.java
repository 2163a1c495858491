package io.pitchlake.node.health;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.pitchlake.common.config.HealthCheck;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.engine.Command;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The checks that run through the host's kernel, once per process whatever the number of engines:
/// http, https, agent and script. So the host needs an address and a route to the targets.
///
/// Each check has a virtual thread that keeps its pace; connections live on one event loop of
/// Netty, programs are processes of their own. Nothing of it touches an engine thread, which gets
/// each result as a [Command.CheckResult]. A result that an engine has no room for is lost; when
/// none comes any more, the engine sees the check expire.
public final class ServiceChecks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("pitchlake");

  /// Programs at once; more wait, and their checks with them.
  private static final int PROGRAMS_AT_ONCE = 32;

  private static final long LONGEST_START_NANOS = 1_000_000_000L;

  private final Consumer<Command.CheckResult> results;
  private final RandomGenerator random;
  private final Semaphore programs = new Semaphore(PROGRAMS_AT_ONCE);
  private final Map<Watched, Thread> running = new HashMap<>();
  private EventLoopGroup loop;

  /// One check of one target.
  ///
  /// @param target number in the configuration
  /// @param port of the service, which programs are told; 0: none
  public record Watched(
      int target,
      IpAddress address,
      int port,
      HealthCheck check,
      int rise,
      int fall,
      long fastNanos) {}

  /// @param results told of every result, on any thread; must not wait
  /// @param random for the first moments of checks
  public ServiceChecks(Consumer<Command.CheckResult> results, RandomGenerator random) {
    this.results = results;
    this.random = random;
  }

  /// Runs these checks from now on. One that ran before goes on undisturbed.
  public synchronized void configure(List<Watched> wanted) {
    running
        .entrySet()
        .removeIf(entry -> {
          boolean isGone = !wanted.contains(entry.getKey());
          if (isGone) {
            entry.getValue().interrupt();
          }
          return isGone;
        });
    for (Watched watched : wanted) {
      if (!running.containsKey(watched)) {
        Attempt attempt = attempt(watched);
        long longest = Math.min(watched.check.interval().toNanos(), LONGEST_START_NANOS);
        long startNanos = random.nextLong(longest);
        running.put(
            watched,
            Thread.ofVirtual()
                .name("check " + watched.check.title())
                .start(() -> repeat(watched, attempt, startNanos)));
      }
    }
  }

  private Attempt attempt(Watched watched) {
    return switch (watched.check) {
      case HealthCheck.Http http ->
          new HttpAttempt(loop(), watched.address, http.port(), http.timeout(), http.request());
      case HealthCheck.Https https -> new HttpAttempt(loop(), watched.address, https);
      case HealthCheck.Agent agent -> new AgentAttempt(loop(), watched.address, agent);
      case HealthCheck.Script script -> new ScriptAttempt(watched, script, programs);
      case HealthCheck.Arp _,
          HealthCheck.Ping _,
          HealthCheck.TcpOpen _,
          HealthCheck.Udp _,
          HealthCheck.Dns _ ->
          throw new IllegalArgumentException(watched.check.title() + " runs on the engine");
    };
  }

  private EventLoopGroup loop() {
    if (loop == null) {
      loop =
          new MultiThreadIoEventLoopGroup(
              1, new DefaultThreadFactory("health", true), NioIoHandler.newFactory());
    }
    return loop;
  }

  private void repeat(Watched watched, Attempt attempt, long startNanos) {
    RiseAndFall pace =
        new RiseAndFall(
            watched.rise, watched.fall, watched.check.timeout().toNanos(), System.nanoTime());
    try {
      TimeUnit.NANOSECONDS.sleep(startNanos);
      while (true) {
        long begunNanos = System.nanoTime();
        Finding finding = run(watched, attempt);
        results.accept(
            new Command.CheckResult(
                watched.target,
                watched.address,
                watched.check,
                finding.result(),
                finding.reason(),
                finding.percent()));
        switch (finding.result()) {
          case GOOD -> pace.passed(System.nanoTime());
          case BAD -> pace.failed();
          case SILENT -> pace.missed();
        }
        long intervalNanos =
            watched.fastNanos > 0 && pace.isTurning()
                ? watched.fastNanos
                : watched.check.interval().toNanos();
        TimeUnit.NANOSECONDS.sleep(begunNanos + intervalNanos - System.nanoTime());
      }
    } catch (InterruptedException e) {
      // The check was taken out of the configuration, or the program ends.
    }
  }

  /// A fault of ours must not end the check for good: it would look like a target's.
  private static Finding run(Watched watched, Attempt attempt) throws InterruptedException {
    try {
      return attempt.run();
    } catch (RuntimeException e) {
      LOG.warn("{} of target {} has failed itself", watched.check.title(), watched.target, e);
      return Finding.bad("the check itself failed: " + e);
    }
  }

  /// Ends all checks; a program that runs is killed.
  @Override
  public void close() {
    List<Thread> threads;
    synchronized (this) {
      threads = List.copyOf(running.values());
      running.clear();
    }
    threads.forEach(Thread::interrupt);
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (loop != null) {
      loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }
}
