package io.pitchlake.node.slb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.config.Configuration.Duty;
import io.pitchlake.common.config.Configuration.Protocol;
import io.pitchlake.common.config.Configuration.Quorum;
import io.pitchlake.common.config.Configuration.Scheduler;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.net.AccessList;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimHost;
import io.pitchlake.common.sim.SimLan;
import io.pitchlake.common.wire.PacketBuilder;
import io.pitchlake.node.engine.ServerPlan;
import io.pitchlake.node.sim.SimNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// A simulated segment with a client, a node that balances and machines it balances over. What a
/// target gets is told from the frames that bear its MAC.
abstract class BalancedSegment {
  static final String CLIENT_MAC = "02:00:00:00:00:66";
  static final String VIRTUAL = new MacAddress(SimNode.VIRTUAL_MAC).toString();
  static final String VIRTUAL6 = new MacAddress(SimNode.VIRTUAL_MAC6).toString();

  final SimClock clock = new SimClock();
  final SimLan lan = new SimLan(clock, new Random(1));
  final SimHost client =
      new SimHost(clock, lan, "client", 0x0200_0000_0066L)
          .own(IpAddress.parse("192.168.2.66"))
          .own(IpAddress.parse("2001:db8:1::66"));
  final List<SimHost> targets = new ArrayList<>();
  SimNode node;

  /// Targets .30, .31, ... and ::30, ::31, ..., of which those of IPv4 are numbers 1 to `count`.
  SimNode.Options options(int count, int... weights) {
    SimNode.Options options = new SimNode.Options().set(Setting.TARPITSWEEPRATE, 0);
    for (int i = 0; i < count; i++) {
      targets.add(
          new SimHost(clock, lan, "target-" + i, 0x0200_0000_0030L + i)
              .own(IpAddress.parse("192.168.2." + (30 + i)))
              .own(IpAddress.parse("2001:db8:1::" + (30 + i))));
      options.target("192.168.2." + (30 + i), weights.length > i ? weights[i] : 1);
    }
    return options;
  }

  static Integer[] numbers(int from, int to) {
    return IntStream.rangeClosed(from, to).boxed().toArray(Integer[]::new);
  }

  void start(SimNode.Options options) {
    node = new SimNode(clock, lan, options);
    clock.advanceSeconds(1);
  }

  /// A node that balances TCP port 80 of .10 over `count` targets.
  void startWithTargets(int count) {
    start(options(count).server("192.168.2.10", Protocol.TCP, 80, numbers(1, count)));
    assertEquals(count, node.counters().get(Gauge.TARGETS_READY), "targets ready after a second");
  }

  /// Sends a frame to the node and returns the index of the target that got it, -1 for none. The
  /// target gets it as it was but for the two MAC addresses.
  int send(byte[] frame) {
    int[] before = targets.stream().mapToInt(target -> target.frames().size()).toArray();
    client.sendRaw(frame);
    clock.advanceMillis(1);
    int got = -1;
    for (int i = 0; i < targets.size(); i++) {
      List<byte[]> frames = targets.get(i).frames();
      for (byte[] seen : frames.subList(before[i], frames.size())) {
        if (mac(seen, 0) == targets.get(i).mac() && mac(seen, 6) == SimNode.MAC && !isArp(seen)) {
          assertEquals(-1, got, "two targets got the frame");
          assertArrayEquals(
              Arrays.copyOfRange(frame, 12, frame.length),
              Arrays.copyOfRange(seen, 12, frame.length),
              "more than the MAC addresses has changed");
          got = i;
        }
      }
    }
    return got;
  }

  static boolean isArp(byte[] frame) {
    return frame[12] == 8 && frame[13] == 6;
  }

  static long mac(byte[] frame, int offset) {
    long mac = 0;
    for (int i = 0; i < 6; i++) {
      mac = mac << 8 | frame[offset + i] & 0xff;
    }
    return mac;
  }

  static PacketBuilder tcp(int client, int port) {
    return PacketBuilder.ethernet(CLIENT_MAC, VIRTUAL)
        .ipv4(
            "10.%d.%d.%d".formatted(client >> 16, client >> 8 & 255, client & 255), "192.168.2.10")
        .tcp(port, 80);
  }

  int syn(int client) {
    return send(tcp(client, 40_000).syn().mss(1460).build());
  }

  int ack(int client) {
    return send(tcp(client, 40_000).ack(1).payload("GET /").build());
  }

  /// Adds a target at .30 and so on that has a duty.
  void target(SimNode.Options options, int host, Duty duty) {
    targets.add(
        new SimHost(clock, lan, "target-" + host, 0x0200_0000_0000L + host)
            .own(IpAddress.parse("192.168.2." + host)));
    options.target("192.168.2." + host, 1, duty);
  }

  /// One tier of targets, by number.
  static ServerPlan plan(Scheduler scheduler, Integer... targets) {
    return new Plan().scheduler(scheduler).tier(targets).build();
  }

  /// A server's plan, with targets by their numbers.
  static final class Plan {
    private final List<List<Integer>> tiers = new ArrayList<>();
    private Scheduler scheduler = Scheduler.MAGLEV;
    private int emergency = ServerPlan.NONE;
    private int abuse = ServerPlan.NONE;
    private Optional<AccessList> clients = Optional.empty();
    private Quorum quorum = Quorum.ONE;
    private Optional<Configuration.Persistence> persistence = Optional.empty();

    Plan scheduler(Scheduler which) {
      scheduler = which;
      return this;
    }

    Plan tier(Integer... numbers) {
      tiers.add(Stream.of(numbers).map(number -> number - 1).toList());
      return this;
    }

    Plan emergency(int number) {
      emergency = number - 1;
      return this;
    }

    Plan abuse(int number) {
      abuse = number - 1;
      return this;
    }

    Plan clients(AccessList permitted) {
      clients = Optional.of(permitted);
      return this;
    }

    Plan quorum(int up, int down) {
      quorum = new Quorum(up, down);
      return this;
    }

    Plan persistence(int length, int length6, int seconds) {
      persistence =
          Optional.of(new Configuration.Persistence(length, length6, Duration.ofSeconds(seconds)));
      return this;
    }

    ServerPlan build() {
      return new ServerPlan(scheduler, tiers, emergency, abuse, clients, quorum, persistence);
    }
  }
}
