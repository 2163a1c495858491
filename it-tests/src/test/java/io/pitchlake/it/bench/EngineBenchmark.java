package io.pitchlake.it.bench;

import io.pitchlake.common.config.Configuration.Persona;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.hash.TableHash;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.time.Clock;
import io.pitchlake.node.engine.Engine;
import io.pitchlake.node.event.EventRing;
import io.pitchlake.node.event.EventThrottle;
import io.pitchlake.node.port.Batch;
import io.pitchlake.node.port.Port;
import io.pitchlake.node.sim.CannedPort;
import io.pitchlake.node.sim.SimNode;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/// The whole engine between two port calls: SYNs to simulated addresses go through the chain and
/// leave as SYN-ACKs, events and all. The time of [#port] alone is to be taken off that of
/// [#synAck]; what remains is meant to stay within 55 ns.
public class EngineBenchmark extends NanosPerOperation {
  @Param({"ipv4", "ipv6"})
  String family;

  /// Whether addresses are machines of a kind, which all listen on the port of [Syn].
  @Param({"off", "on"})
  String personas;

  /// A port that always has more shows nothing of the present until so many frames were taken as
  /// may have waited in it (`Reception`), and one that is asked too seldom is deaf.
  private static final int MOST_TURNS = 20_000;

  private static final long TURN_NANOS = 50_000_000;

  private final Batch batch = new Batch(Engine.BATCH_FRAMES);
  private Port port;
  private SimNode node;

  /// The machine's clock, which the setup can put forward.
  private static final class AdjustedClock implements Clock {
    private long aheadNanos;

    @Override
    public long nanoTime() {
      return System.nanoTime() + aheadNanos;
    }

    @Override
    public long wallMillis() {
      return System.currentTimeMillis();
    }
  }

  /// Proves the addresses, so that every SYN is answered from then on.
  @Setup
  public void prove() {
    IntFunction<byte[]> syn = family.equals("ipv4") ? Syn::ipv4 : Syn::ipv6;
    List<byte[]> frames = IntStream.range(0, Syn.COUNT).mapToObj(syn).toList();
    AdjustedClock clock = new AdjustedClock();
    EventThrottle events =
        new EventThrottle(
            new EventRing(1024), new CounterBank(), new TableHash(3), 6, 50, clock.nanoTime());
    port = new CannedPort(frames);
    SimNode.Options options =
        new SimNode.Options().set(Setting.TARPITTRAPTO, 86_400).events(events);
    if (personas.equals("on")) {
      options.persona(Persona.PRINTER, 1);
    }
    node = new SimNode(clock, port, options);
    long answered = 0;
    for (int turn = 0; turn < MOST_TURNS && answered < Syn.COUNT; turn++) {
      long before = node.counters().get(Counter.TARPIT_SYNACKS);
      node.turn();
      answered = node.counters().get(Counter.TARPIT_SYNACKS) - before;
      clock.aheadNanos += TURN_NANOS;
    }
    if (answered < Syn.COUNT) {
      throw new IllegalStateException(answered + " of " + Syn.COUNT + " SYNs are answered");
    }
  }

  @Benchmark
  @OperationsPerInvocation(Syn.COUNT)
  public int synAck() {
    return node.turn();
  }

  /// The port's own part: frames in, frames out, nothing in between.
  @Benchmark
  @OperationsPerInvocation(Syn.COUNT)
  public int port() {
    int count = port.receive(batch);
    for (int i = 0; i < count; i++) {
      port.transmit(batch.get(i));
    }
    return port.flush();
  }
}
