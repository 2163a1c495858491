package io.pitchlake.common.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

/// A learning switch: unicast to a MAC it has seen goes to that port alone, everything else to all
/// others. Frames take a few microseconds, and with a loss rate some do not arrive. Each port's
/// cable has two [wires][SimWire] that can fail by themselves, and switches can be joined. One
/// thread, that of the clock.
public final class SimLan {
  private static final long LATENCY_NANOS = 5_000;

  /// A port of the switch and what hangs on it.
  public final class Attachment {
    private final String name;
    private final Consumer<byte[]> receiver;
    private final SimWire toSwitch = new SimWire(clock, random, 0);
    private final SimWire fromSwitch = new SimWire(clock, random, LATENCY_NANOS);
    private boolean connected = true;

    private Attachment(String name, Consumer<byte[]> receiver) {
      this.name = name;
      this.receiver = receiver;
    }

    public String name() {
      return name;
    }

    /// Sends a frame into the switch.
    public void send(byte[] frame) {
      if (connected) {
        toSwitch.carry(() -> forward(this, frame));
      }
    }

    /// Lets frames pass in each direction, or not: a one-way cut, or a silent one.
    public void passes(boolean toIt, boolean fromIt) {
      pass(fromSwitch, toIt);
      pass(toSwitch, fromIt);
    }

    private static void pass(SimWire wire, boolean passes) {
      if (passes) {
        wire.heal();
      } else {
        wire.cut();
      }
    }

    /// What carries frames into the switch.
    public SimWire toSwitch() {
      return toSwitch;
    }

    /// What carries frames out of it.
    public SimWire fromSwitch() {
      return fromSwitch;
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

  /// Joins this switch and another by a cable; says by which of our ports.
  public Attachment join(SimLan other) {
    Attachment[] ends = new Attachment[2];
    ends[0] = attach("trunk", frame -> ends[1].send(frame));
    ends[1] = other.attach("trunk", frame -> ends[0].send(frame));
    return ends[0];
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
    to.fromSwitch.carry(() -> {
      if (to.connected) {
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
