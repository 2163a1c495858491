package io.pitchlake.node.drill;

import io.pitchlake.common.time.Clock;
import io.pitchlake.common.time.ThreadEnd;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.Memory;
import io.pitchlake.node.port.Batch;
import io.pitchlake.node.port.Port;
import io.pitchlake.node.port.PortsWait;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Asks over the wire once a millisecond: who has the virtual address, does it answer a ping, does
/// a trap take a connection. Listens for the answers, for adverts, and at the taps for who spoke.
///
/// What a client would send to a MAC goes to the one that was heard last for the address, as in a
/// client's ARP cache. A thread of its own; lanes and changes may be read by any.
final class Prober implements AutoCloseable {
  static final long INTERVAL_NANOS = 1_000_000;

  /// A client's cache entry is asked for again about this often.
  private static final int TICKS_PER_TRAP_REQUEST = 100;

  private static final int BATCH_FRAMES = 64;
  private static final int VRRP = 112;
  private static final int ARP_REPLY = 2;
  private static final int SYN_ACK = 0x12;
  private static final int CLIENT = -1;

  /// An advert of another node than the one before.
  ///
  /// @param from its IPv4 source address
  record Change(long nanos, int from) {}

  private final Port wire;
  private final List<Port> taps;
  private final Clock clock;
  private final ProbeFrames frames;
  private final int virt;
  private final Optional<Integer> trap;
  private final AnswerLane arp;
  private final RequestLane ping = new RequestLane(Lane.Kind.PING);
  private final RequestLane syn = new RequestLane(Lane.Kind.TRAP);
  private final List<Change> changes = new ArrayList<>();
  private final Batch batch = new Batch(BATCH_FRAMES);
  private final Thread thread =
      Thread.ofPlatform().name("probe").daemon().unstarted(() -> Punctual.run(this::run));
  private long virtMac;
  private long trapMac;
  private int speaker;
  private int ticks;
  private volatile boolean stopping;
  private volatile RuntimeException failure;

  /// @param source the probe's own IPv4 address
  Prober(Port wire, List<Port> taps, Clock clock, int source, int virt, Optional<Integer> trap) {
    this.wire = wire;
    this.taps = List.copyOf(taps);
    this.clock = clock;
    this.arp = new AnswerLane(Lane.Kind.ARP, taps.size());
    this.frames = new ProbeFrames(wire.mac(), source);
    this.virt = virt;
    this.trap = trap;
  }

  void start() {
    thread.start();
  }

  /// The lanes that are asked on.
  List<Lane> lanes() {
    return trap.isPresent() ? List.of(arp, ping, syn) : List.of(arp, ping);
  }

  /// Whose adverts were heard, each time that they came from another node than before.
  List<Change> changes() {
    synchronized (changes) {
      return List.copyOf(changes);
    }
  }

  private void run() {
    try {
      List<Port> all = new ArrayList<>(taps);
      all.add(wire);
      PortsWait wait = PortsWait.on(all);
      long due = clock.nanoTime();
      while (!stopping) {
        long nowNanos = clock.nanoTime();
        listen(nowNanos);
        if (nowNanos - due >= 0) {
          ask(nowNanos);
          due = Math.max(due + INTERVAL_NANOS, nowNanos);
        }
        wire.flush();
        wait.await(Math.max(0, due - clock.nanoTime()));
      }
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  private void ask(long nowNanos) {
    Frame frame = wire.newFrame();
    frames.arpRequest(frame, virt);
    arp.ask(nowNanos);
    wire.transmit(frame);
    if (virtMac != 0) {
      frame = wire.newFrame();
      frames.echoRequest(frame, virtMac, virt, ping.ask(nowNanos));
      wire.transmit(frame);
    }
    if (trap.isPresent()) {
      if (ticks++ % TICKS_PER_TRAP_REQUEST == 0) {
        frame = wire.newFrame();
        frames.arpRequest(frame, trap.get());
        wire.transmit(frame);
      }
      if (trapMac != 0) {
        frame = wire.newFrame();
        frames.syn(frame, trapMac, trap.get(), syn.ask(nowNanos));
        wire.transmit(frame);
      }
    }
  }

  private void listen(long nowNanos) {
    for (int node = 0; node < taps.size(); node++) {
      listen(taps.get(node), node, nowNanos);
    }
    listen(wire, CLIENT, nowNanos);
  }

  private void listen(Port port, int node, long nowNanos) {
    while (port.receive(batch) > 0) {
      for (int i = 0; i < batch.count(); i++) {
        Frame frame = batch.get(i);
        if (frame.length() >= ProbeFrames.ETHERNET_BYTES + 28) {
          read(frame, node, nowNanos);
        }
      }
    }
  }

  private void read(Frame frame, int node, long nowNanos) {
    long body = frame.address() + ProbeFrames.ETHERNET_BYTES;
    int bytes = frame.length() - ProbeFrames.ETHERNET_BYTES;
    switch (Memory.getShort(frame.address(), 12)) {
      case ProbeFrames.ARP -> readArp(body, node, nowNanos);
      case ProbeFrames.IPV4 -> readIpv4(body, bytes, node, nowNanos);
      default -> {}
    }
  }

  private void readArp(long arpHeader, int node, long nowNanos) {
    int sender = Memory.getInt(arpHeader, 14);
    boolean toUs =
        Memory.getShort(arpHeader, 6) == ARP_REPLY
            && Memory.getInt(arpHeader, 24) == frames.source();
    long mac =
        (long) Memory.getShort(arpHeader, 8) << 32 | Memory.getInt(arpHeader, 10) & 0xffff_ffffL;
    if (sender == virt) {
      if (node == CLIENT) {
        virtMac = mac;
      }
      if (toUs && node == CLIENT) {
        arp.answer(nowNanos);
      } else if (toUs) {
        arp.spoke(node, nowNanos);
      }
    } else if (node == CLIENT && trap.isPresent() && sender == trap.get()) {
      trapMac = mac;
    }
  }

  private void readIpv4(long ipv4, int bytes, int node, long nowNanos) {
    int headerBytes = (Memory.getByte(ipv4) & 0xf) * 4;
    long payload = ipv4 + headerBytes;
    int left = bytes - headerBytes;
    int source = Memory.getInt(ipv4, 12);
    switch (Memory.getByte(ipv4, 9)) {
      case ProbeFrames.ICMP -> {
        if (left >= 16
            && source == virt
            && Memory.getShort(payload) == 0
            && Memory.getShort(payload, 4) == ProbeFrames.ECHO_IDENTIFIER) {
          answered(ping, (int) Memory.getLong(payload, 8), node, nowNanos);
        }
      }
      case ProbeFrames.TCP -> {
        if (left >= 20
            && trap.isPresent()
            && source == trap.get()
            && Memory.getShort(payload) == ProbeFrames.TRAP_PORT
            && Memory.getShort(payload, 2)
                < ProbeFrames.FIRST_SOURCE_PORT + ProbeFrames.SOURCE_PORTS
            && Memory.getByte(payload, 13) == SYN_ACK) {
          answered(syn, Memory.getInt(payload, 8) - 1, node, nowNanos);
        }
      }
      case VRRP -> {
        if (left >= 12 && node == CLIENT) {
          readAdvert(payload, left, source, nowNanos);
        }
      }
      default -> {}
    }
  }

  private static void answered(RequestLane lane, int number, int node, long nowNanos) {
    if (node == CLIENT) {
      lane.answer(number, nowNanos);
    } else {
      lane.spoke(number, node);
    }
  }

  /// RFC 9568 section 5.2: priority in byte 2, addresses from byte 8.
  private void readAdvert(long advert, int bytes, int source, long nowNanos) {
    int priority = Memory.getByte(advert, 2);
    if (priority == 0 || source == speaker || !lists(advert, bytes)) {
      return;
    }
    speaker = source;
    synchronized (changes) {
      changes.add(new Change(nowNanos, source));
    }
  }

  private boolean lists(long advert, int bytes) {
    int count = Memory.getByte(advert, 3);
    for (int i = 0; i < count && 12 + 4 * i <= bytes; i++) {
      if (Memory.getInt(advert, 8 + 4 * i) == virt) {
        return true;
      }
    }
    return false;
  }

  /// Throws what has ended the probe before its time.
  void check() {
    RuntimeException ended = failure;
    if (ended != null) {
      throw ended;
    }
  }

  @Override
  public void close() {
    stopping = true;
    ThreadEnd.await(thread);
    taps.forEach(Port::close);
    wire.close();
  }
}
