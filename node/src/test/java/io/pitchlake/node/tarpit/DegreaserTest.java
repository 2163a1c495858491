package io.pitchlake.node.tarpit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pitchlake.common.config.Configuration.Persona;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.wire.PacketBuilder;
import io.pitchlake.node.sim.SimNode;
import io.pitchlake.node.tarpit.Degreaser.Verdict;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A detector of tarpits takes every decoy for a machine, and knows tarpits when it sees them.
class DegreaserTest {
  private static final String DECOY = "192.168.2.77";
  private static final int ACK = 0x10;

  /// A tarpit as the detector's authors have found them.
  private record Known(int window, Integer flagsToAck, Integer flagsToData)
      implements Degreaser.Peer {
    @Override
    public PacketBuilder to() {
      return segment(40_000, 80);
    }

    private static PacketBuilder segment(int from, int to) {
      return PacketBuilder.ethernet("02:00:00:00:00:66", "02:00:00:00:00:77")
          .ipv4("192.168.2.66", DECOY)
          .tcp(from, to);
    }

    @Override
    public List<byte[]> ask(byte[] asked) {
      int tcp = Fingerprint.upper(asked);
      boolean isData = asked.length > tcp + 20 && asked[tcp + 13] == ACK;
      if (asked[tcp + 13] == 2) {
        return List.of(
            segment(80, 40_000).sequence(1).ack(1001).flags(0x12).window(window).build());
      }
      Integer flags = isData ? flagsToData : flagsToAck;
      return flags == null
          ? List.of()
          : List.of(segment(80, 40_000).sequence(2).flags(flags).window(0).build());
    }
  }

  @Test
  void itKnowsTarpits() {
    assertEquals(Verdict.LABREA, Degreaser.judge(new Known(10, null, null)));
    assertEquals(Verdict.IPTABLES, Degreaser.judge(new Known(5, ACK, ACK)));
    assertEquals(Verdict.DELUDE, Degreaser.judge(new Known(3, 4, null)));
    assertEquals(Verdict.REAL_HOST, Degreaser.judge(new Known(10, null, ACK)));
    assertEquals(Verdict.REAL_HOST, Degreaser.judge(new Known(1024, null, null)));
  }

  private static Verdict judge(ScannedSegment segment, String decoy, int port) {
    int from = 50_000;
    return Degreaser.judge(
        new Degreaser.Peer() {
          @Override
          public PacketBuilder to() {
            return segment.to(decoy).tcp(from, port);
          }

          @Override
          public List<byte[]> ask(byte[] asked) {
            return segment.askAll(asked);
          }
        });
  }

  @ParameterizedTest
  @CsvSource({"LINUX", "WINDOWS", "DEVICE", "PRINTER", "BSD", "''"})
  void itTakesEveryDecoyForAMachine(String name) {
    SimNode.Options options = new SimNode.Options().set(Setting.TARPITRSTRATE, 1_000_000);
    Stream.of(name)
        .filter(kind -> !kind.isEmpty())
        .forEach(kind -> options.persona(Persona.valueOf(kind), 1));
    ScannedSegment segment = new ScannedSegment(options);
    for (int last = 70; last < 90; last++) {
      String decoy = "192.168.2." + last;
      segment.trap(decoy);
      for (int port : segment.open(decoy)) {
        assertEquals(Verdict.REAL_HOST, judge(segment, decoy, port), decoy + " port " + port);
      }
      assertEquals(
          name.isEmpty() ? Verdict.REAL_HOST : Verdict.REFUSES,
          judge(segment, decoy, 4444),
          "a port that no such machine has open");
    }
  }
}
