package io.pitchlake.common.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

/// A learning switch: unicast to a MAC it has seen goes to that port alone, everything else to all
/// others. Frames take a few microseconds, and with a loss rate some do not arrive. One thread,
/// that of the clock.
public final class SimLan {
  private static final long LATENCY_NANOS = 5_000;

  /// A port of the switch and what hangs on it.
  public final class Attachment {
    private final String name;
    private final Consumer<byte[]> receiver;
    private boolean connected = true;
    private boolean hears = true;
    private boolean speaks = true;

    private Attachment(String name, Consumer<byte[]> receiver) {
      this.name = name;
      this.receiver = receiver;
    }

    public String name() {
      return name;
    }

    /// Sends a frame into the switch.
    public void send(byte[] frame) {
      if (connected && speaks) {
        forward(this, frame);
      }
    }

    /// Lets frames pass in each direction, or not: a one-way cut, or a silent one.
    public void passes(boolean toIt, boolean fromIt) {
      hears = toIt;
      speaks = fromIt;
    }

    /// Plugs or pulls the cable.
    public void connected(boolean plugged) {
      connected = plugged;
    }
  }

  /// Told of every frame that enters the switch, before it is delivered.
  @FunctionalInterface
  public interface Monitor {
    void onFrame(Attachment from, byte[] frame);
  }

  private final SimClock clock;
  private final Random random;
  private final List<Attachment> attachments = new ArrayList<>();
  private final List<Monitor> monitors = new ArrayList<>();
  private final Map<Long, Attachment> learnt = new HashMap<>();
  private double lossRate;
  private BiPredicate<String, String> filter = (from, to) -> true;

  public SimLan(SimClock clock, Random random) {
    this.clock = clock;
    this.random = random;
  }

  /// Hangs something on a free port.
  public Attachment attach(String name, Consumer<byte[]> receiver) {
    Attachment attachment = new Attachment(name, receiver);
    attachments.add(attachment);
    return attachment;
  }

  public void monitor(Monitor monitor) {
    monitors.add(monitor);
  }

  /// Lets frames pass only between ports, by their names, for which `passes` says so.
  public void filter(BiPredicate<String, String> passes) {
    filter = passes;
  }

  /// The share of deliveries that fail, 0 to 1.
  public void lossRate(double rate) {
    lossRate = rate;
  }

  private void forward(Attachment from, byte[] frame) {
    for (Monitor monitor : monitors) {
      monitor.onFrame(from, frame);
    }
    long destination = mac(frame, 0);
    learnt.put(mac(frame, 6), from);
    boolean group = (frame[0] & 1) != 0;
    Attachment known = group ? null : learnt.get(destination);
    if (known != null) {
      if (known != from) {
        deliver(from, known, frame);
      }
      return;
    }
    for (Attachment to : attachments) {
      if (to != from) {
        deliver(from, to, frame);
      }
    }
  }

  private void deliver(Attachment from, Attachment to, byte[] frame) {
    if (!filter.test(from.name(), to.name())) {
      return;
    }
    if (lossRate > 0 && random.nextDouble() < lossRate) {
      return;
    }
    clock.after(
        LATENCY_NANOS,
        () -> {
          if (to.connected && to.hears) {
            to.receiver.accept(frame.clone());
          }
        });
  }

  private static long mac(byte[] frame, int offset) {
    long mac = 0;
    for (int i = 0; i < 6; i++) {
      mac = mac << 8 | frame[offset + i] & 0xff;
    }
    return mac;
  }
}
