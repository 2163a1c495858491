package io.pitchlake.node.admin;

import static io.pitchlake.node.admin.Column.flag;
import static io.pitchlake.node.admin.Column.number;
import static io.pitchlake.node.admin.Column.text;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.pcap.PcapWriter;
import io.pitchlake.node.engine.Capture;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The capture of what decoys are sent and answer, one at a time. Any thread.
final class Captures {
  private static final long DEFAULT_SECONDS = 3600;
  private static final long LONGEST_SECONDS = 86_400;

  /// Room between each engine and whoever reads: about 20,000 SYNs and their answers.
  private static final int RING_BYTES = 4 << 20;

  private static final long MILLI_NANOS = 1_000_000;

  static final Shape SHAPE =
      Shape.facts(
          flag("running", "whether one runs now; the rest tells of it, or of the last one"),
          text("address", "the one address it is about; null: all"),
          number("seconds", "since it began, or how long it took"),
          number("frames", "handed over"),
          number("bytes", "that they were, on the wire"),
          number("lost", "frames that found no room, for they were not read in time"));

  private final Operated operated;
  private final List<EngineReader> engines;
  private Running last;
  private boolean running;

  Captures(Operated operated, List<EngineReader> engines) {
    this.operated = operated;
    this.engines = engines;
  }

  synchronized Page show(Request request) {
    Page page = new Page(SHAPE).fact("running", running);
    return last == null ? page : last.tell(page);
  }

  /// Begins one. On a worker; whoever has begun it ends it.
  ///
  /// @throws Refusal another one runs, or an engine does not answer
  Running begin(Request request) throws Refusal {
    IpAddress only = request.address("address").orElse(null);
    long seconds = request.number("seconds", DEFAULT_SECONDS, 1, LONGEST_SECONDS);
    synchronized (this) {
      if (running) {
        throw Refusal.conflict("another capture runs; there is one at a time");
      }
      running = true;
    }
    Running begun = new Running(only, seconds);
    try {
      begun.start();
    } catch (Refusal refusal) {
      begun.end();
      throw refusal;
    }
    synchronized (this) {
      last = begun;
    }
    return begun;
  }

  /// One capture that runs; [#writeTo] and [#end] belong to one thread.
  final class Running {
    private final IpAddress only;
    private final List<Capture> rings = new ArrayList<>();
    private final long startNanos = System.nanoTime();
    private final long untilNanos;

    /// What is to be added to an engine's clock for the time of day.
    private final long epochNanos;

    private long endNanos;
    private long frames;
    private long bytes;

    private Running(IpAddress only, long seconds) {
      this.only = only;
      this.untilNanos = startNanos + TimeUnit.SECONDS.toNanos(seconds);
      this.epochNanos = operated.clock().wallMillis() * MILLI_NANOS - operated.clock().nanoTime();
    }

    private void start() throws Refusal {
      for (EngineReader engine : engines) {
        rings.add(
            engine.ask(inside -> {
              Capture ring = inside.newCapture(only, RING_BYTES);
              inside.capture(ring);
              return ring;
            }));
      }
    }

    /// Writes what is there, about `most` bytes of it; returns how many there were.
    int writeTo(PcapWriter file, int most) throws IOException {
      int written = 0;
      for (Capture ring : rings) {
        written +=
            ring.drain(
                most,
                (nanos, from, offset, length) -> {
                  file.write(epochNanos + nanos, from, offset, length);
                  count(length);
                });
      }
      return written;
    }

    private void count(int length) {
      synchronized (Captures.this) {
        frames++;
        bytes += length;
      }
    }

    boolean isOver() {
      return System.nanoTime() - untilNanos >= 0;
    }

    /// Has the engines copy no more.
    void end() {
      if (endNanos != 0) {
        return;
      }
      for (EngineReader engine : engines) {
        try {
          var _ =
              engine.ask(inside -> {
                inside.capture(null);
                return true;
              });
        } catch (Refusal _) {
          // It goes on copying into a ring that is full and that nobody reads, until the next
          // capture takes its place.
          continue;
        }
      }
      synchronized (Captures.this) {
        endNanos = System.nanoTime();
        running = false;
      }
    }

    private Page tell(Page page) {
      long until = endNanos == 0 ? System.nanoTime() : endNanos;
      return page.fact("address", only == null ? null : only.toString())
          .fact("seconds", TimeUnit.NANOSECONDS.toSeconds(until - startNanos))
          .fact("frames", frames)
          .fact("bytes", bytes)
          .fact("lost", rings.stream().mapToLong(Capture::lost).sum());
    }
  }
}
