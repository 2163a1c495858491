package io.pitchlake.node.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pitchlake.common.config.Configuration.Outbound;
import io.pitchlake.common.config.Configuration.Persona;
import io.pitchlake.common.config.Configuration.Protocol;
import io.pitchlake.common.config.Configuration.TarpitMode;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.session.AddressState;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.wire.PacketBuilder;
import io.pitchlake.node.sim.SimNode;
import io.pitchlake.node.sim.SimPort;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.provider.MethodSource;

/// Any sequence of frames, through the whole chain of a node: no frame makes it throw, and what it
/// says keeps to the rules of the wire. Whatever came before, a machine that comes up with a
/// simulated address gets it, and a node that is a backup answers nobody.
///
/// The input is a sequence of records: how long to wait (1 byte, five milliseconds each, the
/// highest bit saying whether checksums are put right first), the frame's length (2 bytes), the
/// frame.
class EngineFuzzTest {
  private static final IpAddress FREE = IpAddress.parse("192.168.2.77");
  private static final IpAddress FREE6 = IpAddress.parse("2001:db8:1::77");
  private static final String STATION = "02:00:00:00:00:66";
  private static final String OWNER = "02:00:00:00:00:77";
  private static final String VIRTUAL = "00:00:5e:00:01:32";
  private static final String VIRTUAL6 = "00:00:5e:00:02:32";
  private static final int MENDED = 0x80;
  private static final int MOST_FRAMES = 16;
  private static final int LONGEST_BYTES = 1518;
  private static final long TURN_NANOS = 5_000_000;

  private final AnswerRules rules = new AnswerRules();

  @AfterEach
  void free() {
    rules.close();
  }

  /// A node with two decoys, a balanced server and a translated one.
  private final class Trap implements AutoCloseable {
    private final SimClock clock = new SimClock();
    private final SimPort port = new SimPort("node", SimNode.MAC);
    private final List<byte[]> sent = new ArrayList<>();
    private final SimNode.Options options = new SimNode.Options();
    private final SimNode node;
    private boolean active = true;

    Trap() {
      options
          .target("192.168.2.20", 1)
          .server("192.168.2.10", Protocol.TCP, 80, 1)
          .target("192.168.2.21", 1)
          .server("192.168.2.11", Protocol.UDP, 53, 2)
          .translated()
          .outbound(Outbound.ROUTE, "192.168.2.1")
          .mode(TarpitMode.PERSIST)
          .mode(TarpitMode.SSH, 22, 22)
          .set(Setting.TARPITDRIPTO, 1)
          .persona(Persona.LINUX, 1)
          .persona(Persona.WINDOWS, 1)
          .sessions(64)
          .set(Setting.ADDRESSES, 256)
          .set(Setting.TARPITSTATIONS, 256)
          .set(Setting.TARPITSWEEPRATE, 0);
      port.outlet(sent::add);
      node = new SimNode(clock, port, options);
      tell(request());
      tell(solicitation());
      waitFor(200);
      assertEquals(Optional.of(AddressState.SIMULATED), node.state(FREE));
      assertEquals(Optional.of(AddressState.SIMULATED), node.state(FREE6));
    }

    private void tell(byte[] frame) {
      sent.clear();
      port.arrive(frame.clone());
      node.turn();
    }

    void waitFor(int turns) {
      for (int i = 0; i < turns; i++) {
        sent.clear();
        clock.advance(TURN_NANOS);
        node.turn();
        sent.forEach(active ? rules::judge : rules::judgeOfBackup);
      }
    }

    void ask(byte[] frame) {
      tell(frame);
      if (active) {
        sent.forEach(answer -> rules.judge(frame, answer));
      } else {
        sent.forEach(rules::judgeOfBackup);
      }
      assertTrue(sent.size() < 64, () -> sent.size() + " frames for one");
    }

    /// Another node is active from now on; what it knows, it keeps.
    void resign() {
      options.backup();
      active = false;
    }

    /// A machine makes sure that nobody has its address, and then somebody asks for it.
    void comesUp(IpAddress address, byte[] probe, byte[] question) {
      tell(probe);
      sent.forEach(frame -> assertFalse(rules.claims(frame, address), "an answer to a probe"));
      assertNotEquals(Optional.of(AddressState.SIMULATED), node.state(address), "not given up");
      tell(question);
      sent.forEach(frame -> assertFalse(rules.claims(frame, address), "an answer for its owner"));
    }

    @Override
    public void close() {
      port.close();
    }
  }

  static Stream<byte[]> conversations() {
    byte[] syn =
        toFree()
            .tcp(40_000, 22)
            .syn()
            .sequence(7)
            .mss(1460)
            .sackPermitted()
            .timestamps(1, 0)
            .windowScale(7)
            .build();
    byte[] data = toFree().tcp(40_000, 22).sequence(8).ack(1).psh().payload("x").build();
    byte[] ping = toFree().echoRequest(1, 1).payload("payload").build();
    byte[] syn6 = toFree6().tcp(40_000, 443).syn().sequence(7).mss(1440).build();
    byte[] ping6 = toFree6().echoRequest(1, 1).payload("payload").build();
    byte[] offer =
        PacketBuilder.ethernet("02:00:00:00:00:01", "ff:ff:ff:ff:ff:ff")
            .ipv4("192.168.2.1", "255.255.255.255")
            .udp(67, 68)
            .dhcp(2, 2, FREE.toString(), OWNER)
            .build();
    byte[] owner =
        PacketBuilder.ethernet("02:00:00:00:00:20", "00:00:5e:00:01:32")
            .arpReply("192.168.2.20", "192.168.2.4")
            .build();
    byte[] toServer =
        PacketBuilder.ethernet(STATION, VIRTUAL)
            .ipv4("192.168.2.66", "192.168.2.10")
            .tcp(40_001, 80)
            .syn()
            .build();
    byte[] question =
        PacketBuilder.ethernet(STATION, VIRTUAL)
            .ipv4("192.168.2.66", "192.168.2.11")
            .udp(5000, 53)
            .payload("question")
            .build();
    byte[] tagged =
        PacketBuilder.ethernet(STATION, VIRTUAL)
            .vlan(0)
            .ipv4("192.168.2.66", FREE.toString())
            .tcp(40_002, 22)
            .syn()
            .build();
    byte[] routed =
        PacketBuilder.ethernet(STATION, VIRTUAL)
            .ipv4("192.168.2.66", "198.51.100.1")
            .timeToLive(1)
            .udp(1, 2)
            .payload("far")
            .build();
    byte[] report =
        PacketBuilder.ethernet(STATION, "33:33:00:00:00:16")
            .ipv6("fe80::66", "ff02::16")
            .timeToLive(1)
            .extension(0, (byte) 5, (byte) 2, (byte) 0, (byte) 0, (byte) 1, (byte) 0)
            .icmp(143, 0, new byte[4])
            .build();
    byte[] quoting =
        PacketBuilder.ethernet(STATION, VIRTUAL)
            .ipv4("192.168.2.66", "192.168.2.5")
            .icmp(3, 4, new byte[4])
            .payload(Arrays.copyOfRange(toServer, 14, toServer.length))
            .build();
    return Stream.of(
            List.of(syn, data),
            List.of(ping, ping6),
            List.of(syn6),
            List.of(solicitation(), probe6(), solicitation()),
            List.of(request(), probe(), request()),
            List.of(offer, request()),
            List.of(owner, toServer),
            List.of(question, quoting),
            List.of(tagged),
            List.of(routed),
            List.of(report))
        .map(EngineFuzzTest::records);
  }

  private static PacketBuilder toFree() {
    return PacketBuilder.ethernet(STATION, VIRTUAL).ipv4("192.168.2.66", FREE.toString());
  }

  private static PacketBuilder toFree6() {
    return PacketBuilder.ethernet(STATION, VIRTUAL6).ipv6("2001:db8:1::66", FREE6.toString());
  }

  private static byte[] request() {
    return PacketBuilder.ethernet(STATION, "ff:ff:ff:ff:ff:ff")
        .arpRequest("192.168.2.66", FREE.toString())
        .build();
  }

  private static byte[] solicitation() {
    return PacketBuilder.ethernet(STATION, "33:33:ff:00:00:77")
        .ipv6("2001:db8:1::66", "ff02::1:ff00:77")
        .neighborSolicitation(FREE6.toString())
        .sourceLinkLayer(STATION)
        .build();
  }

  private static byte[] probe() {
    return PacketBuilder.ethernet(OWNER, "ff:ff:ff:ff:ff:ff").arpProbe(FREE.toString()).build();
  }

  private static byte[] probe6() {
    return PacketBuilder.ethernet(OWNER, "33:33:ff:00:00:77")
        .ipv6("::", "ff02::1:ff00:77")
        .neighborSolicitation(FREE6.toString())
        .build();
  }

  private static byte[] records(List<byte[]> frames) {
    ByteBuffer all = ByteBuffer.allocate(frames.stream().mapToInt(frame -> 3 + frame.length).sum());
    for (byte[] frame : frames) {
      all.put((byte) (MENDED | 1)).putShort((short) frame.length).put(frame);
    }
    return all.array();
  }

  @MethodSource("conversations")
  @FuzzTest
  void anyConversation(byte[] data) {
    try (Trap trap = new Trap()) {
      hold(trap, data);
      trap.comesUp(FREE, probe(), request());
      trap.comesUp(FREE6, probe6(), solicitation());
    }
  }

  @MethodSource("conversations")
  @FuzzTest
  void anyConversationWithABackup(byte[] data) {
    try (Trap trap = new Trap()) {
      trap.resign();
      hold(trap, data);
    }
  }

  private void hold(Trap trap, byte[] data) {
    ByteBuffer in = ByteBuffer.wrap(data);
    for (int i = 0; i < MOST_FRAMES && in.remaining() >= 3; i++) {
      int head = in.get();
      int length = Short.toUnsignedInt(in.getShort());
      byte[] frame = new byte[Math.min(Math.min(length, in.remaining()), LONGEST_BYTES)];
      in.get(frame);
      trap.ask((head & MENDED) != 0 ? rules.mended(frame) : frame);
      trap.waitFor(head & ~MENDED & 0x7f);
    }
    trap.waitFor(4);
  }
}
