package io.pitchlake.it.bench.rate;

import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;

/// The generator's end of the wire: what it sends with and what it counts with.
final class Wire {
  /// Time for what is on the way to arrive, before counters are read.
  static final long SETTLE_MILLIS = 200;

  private final Place engine;
  private final LinkCounter link = new LinkCounter(Options.GENERATOR_LINK);
  private final Watcher watcher;
  private final KernelFlood saturation;
  private final PacedFlood paced;
  private final PingPong pingPong;
  private final ForwardProbe forwardProbe;

  /// @param engine whoever is at the other end
  Wire(Place engine) {
    this.engine = engine;
    Kernel kernel = new Kernel();
    int index = kernel.interfaceIndex(Options.GENERATOR_LINK);
    watcher = new Watcher(kernel, index);
    saturation = new KernelFlood(kernel, index);
    paced = new PacedFlood(kernel, index);
    pingPong = new PingPong(kernel, index);
    forwardProbe = new ForwardProbe(kernel, index, watcher);
  }

  /// What the counters said at one moment.
  ///
  /// @param received frames that came back, ARP left out
  /// @param cpuNanos what the contestant has used
  record Mark(long nanos, long received, long cpuNanos) {
    double perSecond(Mark later) {
      return (later.received - received) / ((later.nanos - nanos) / 1e9);
    }

    double cpuNanosEach(Mark later) {
      return (double) (later.cpuNanos - cpuNanos) / (later.received - received);
    }

    double cpuPercent(Mark later) {
      return 100.0 * (later.cpuNanos - cpuNanos) / (later.nanos - nanos);
    }
  }

  Mark mark(Running running) {
    return new Mark(
        System.nanoTime(), link.receivedFrames() - watcher.arpFrames(), running.cpuNanos());
  }

  /// The MAC where a contestant listens, as soon as it answers for each of `count` addresses.
  long awaitMac(Contestant contestant, Running running, int firstAddress, int count)
      throws InterruptedException {
    OptionalLong fixed = contestant.fixedMac();
    long mac = fixed.isPresent() ? fixed.getAsLong() : watcher.await(firstAddress, count, running);
    running.requireItself();
    return mac;
  }

  PingPong pingPong() {
    return pingPong;
  }

  ForwardProbe forwardProbe() {
    return forwardProbe;
  }

  void aim(Traffic traffic, long destinationMac) {
    saturation.aim(traffic, destinationMac);
    paced.aim(traffic, destinationMac);
  }

  /// Sends a frame of each flow at a fixed rate.
  void fill(Traffic traffic, long destinationMac, int framesPerSecond) {
    paced.fill(traffic, destinationMac, framesPerSecond);
  }

  /// Sends for about `nanos` as much as a core can; returns how many frames were offered.
  long flood(long nanos) {
    return saturation.run(nanos);
  }

  /// Sends for `nanos` at a fixed rate; returns how many frames the kernel took.
  long pace(int framesPerSecond, long nanos) {
    return paced.run(framesPerSecond, nanos);
  }

  /// A veth takes frames from an XDP program only when its peer has GRO on. Off at all other times,
  /// as a veth is by default.
  void grouping(boolean on) throws IOException, InterruptedException {
    Process ethtool =
        new ProcessBuilder(
                List.of(
                    "ip",
                    "netns",
                    "exec",
                    engine.namespace(),
                    "ethtool",
                    "-K",
                    engine.link(),
                    "gro",
                    on ? "on" : "off"))
            .inheritIO()
            .start();
    if (ethtool.waitFor() != 0) {
      throw new BenchException("ethtool cannot switch GRO on " + engine.link());
    }
  }
}
