package io.pitchlake.node.tarpit;

import static io.pitchlake.common.wire.FrameAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pitchlake.common.config.Configuration.Persona;
import io.pitchlake.common.config.Configuration.TarpitMode;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.wire.PacketBuilder;
import io.pitchlake.node.sim.SimNode;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a peer sees of a connection that is held, in each mode.
class TrappedPeerTest {
  private static final String DECOY = "192.168.2.77";
  private static final String DECOY6 = "2001:db8:1::77";
  private static final int FROM = 50_000;
  private static final int CLIENT = 0x1234_5678;

  /// A connection whose peer has timestamps, or none.
  private static final class Peer {
    private final ScannedSegment segment;
    private final String decoy;
    private final int port;
    private final boolean timestamps;
    private final int server;
    private int heard;

    Peer(ScannedSegment segment, String decoy, int port, boolean timestamps) {
      this.segment = segment;
      this.decoy = decoy;
      this.port = port;
      this.timestamps = timestamps;
      PacketBuilder syn = begin(CLIENT).flags(2).mss(1460);
      byte[] answer = segment.ask((timestamps ? syn.timestamps(7, 0) : syn).build());
      server = ByteBuffer.wrap(answer).getInt(Fingerprint.upper(answer) + 4);
      heard = (int) Fingerprint.timestamp(answer);
    }

    private PacketBuilder begin(int sequence) {
      return segment.to(decoy).tcp(FROM, port).sequence(sequence);
    }

    /// A segment this many bytes behind the SYN.
    PacketBuilder at(int offset) {
      PacketBuilder built = begin(CLIENT + 1 + offset).ack(server + 1);
      return timestamps ? built.timestamps(8, heard) : built;
    }

    /// What the answer acknowledges, behind the SYN, and its window; `-` for silence.
    String say(PacketBuilder built) {
      List<byte[]> answers = segment.askAll(built.build());
      if (answers.isEmpty()) {
        return "-";
      }
      assertEquals(1, answers.size(), "answers to one segment");
      byte[] answer = answers.getFirst();
      assertThat(answer).hasGoodChecksums();
      ByteBuffer bytes = ByteBuffer.wrap(answer);
      int tcp = Fingerprint.upper(answer);
      assertEquals(0x10, bytes.get(tcp + 13), "an acknowledgment and nothing else");
      assertEquals(server + 1, bytes.getInt(tcp + 4), "its sequence number");
      assertEquals(timestamps ? 52 - 20 : 20, (bytes.get(tcp + 12) >> 4 & 15) * 4, "its header");
      if (timestamps) {
        heard = (int) Fingerprint.timestamp(answer);
      }
      return bytes.getInt(tcp + 8) - CLIENT - 1 + " window " + (bytes.getShort(tcp + 14) & 0xffff);
    }
  }

  private static ScannedSegment segment(TarpitMode mode) {
    return new ScannedSegment(new SimNode.Options().mode(mode)).trap(DECOY).trap(DECOY6);
  }

  @ParameterizedTest
  @ValueSource(strings = {DECOY, DECOY6})
  void persistTakesDataOnceAndAnswersEachProbe(String decoy) {
    ScannedSegment segment = segment(TarpitMode.PERSIST);
    Peer peer = new Peer(segment, decoy, 80, true);
    assertEquals("-", peer.say(peer.at(0)), "the end of the handshake");
    assertEquals("1400 window 0", peer.say(peer.at(0).payload(new byte[1400])));
    assertEquals("2800 window 0", peer.say(peer.at(1400).payload(new byte[1400])), "on its way");
    for (int i = 0; i < 5; i++) {
      segment.clock().advanceMillis(200L << i);
      assertEquals("2800 window 0", peer.say(peer.at(2799)), "a Linux probe");
      assertEquals("2800 window 0", peer.say(peer.at(2800).payload("x")), "one byte");
    }
    segment.clock().advanceMillis(200);
    assertEquals("2800 window 0", peer.say(peer.at(2800).fin()), "there is no room for a FIN");
    assertEquals(13, segment.node().counters().get(Counter.TARPIT_ACKS));
    assertEquals(1, segment.node().counters().get(DropReason.COOKIE_HELD));
  }

  /// A peer that does not understand an acknowledgment says what it has acknowledged itself; two
  /// that answer each other at once would do so for ever.
  @Test
  void anEmptySegmentThatComesAtOnceIsNotAnswered() {
    ScannedSegment segment = segment(TarpitMode.PERSIST);
    Peer peer = new Peer(segment, DECOY, 80, true);
    assertEquals("10 window 0", peer.say(peer.at(0).payload(new byte[10])));
    assertEquals("-", peer.say(peer.at(9)));
    segment.clock().advanceMillis(50);
    assertEquals("-", peer.say(peer.at(9)));
    segment.clock().advanceMillis(60);
    assertEquals("10 window 0", peer.say(peer.at(9)));
    assertEquals("-", peer.say(peer.at(9)));
  }

  @Test
  void withoutTimestampsDataAndItsProbesAreAnsweredAndEmptySegmentsAreNot() {
    ScannedSegment segment = segment(TarpitMode.PERSIST);
    Peer peer = new Peer(segment, DECOY, 80, false);
    assertEquals("-", peer.say(peer.at(0)));
    assertEquals("1 window 0", peer.say(peer.at(0).payload("x")), "the first byte is taken");
    assertEquals("11 window 0", peer.say(peer.at(1).payload(new byte[10])));
    segment.clock().advanceSeconds(10);
    assertEquals("-", peer.say(peer.at(10)));
    assertEquals("11 window 0", peer.say(peer.at(11).payload("y")));
  }

  @Test
  void throttleTakesEverythingInSmallPieces() {
    ScannedSegment segment = segment(TarpitMode.THROTTLE);
    Peer peer = new Peer(segment, DECOY, 80, true);
    assertEquals("-", peer.say(peer.at(0)));
    assertEquals("1400 window 1", peer.say(peer.at(0).payload(new byte[1400])));
    assertEquals("1401 window 1", peer.say(peer.at(1400).payload("x")));
    assertEquals("1465 window 1", peer.say(peer.at(1401).payload(new byte[64])));
  }

  @ParameterizedTest
  @CsvSource({"22, 5 window 0", "79, -", "80, 5 window 1", "90, 5 window 1", "91, -"})
  void aPortHasTheModeOfItsRange(int port, String answer) {
    ScannedSegment segment =
        new ScannedSegment(
                new SimNode.Options()
                    .mode(TarpitMode.PERSIST, 22, 22)
                    .mode(TarpitMode.THROTTLE, 80, 90)
                    .mode(TarpitMode.RESET, 65_535, 65_535))
            .trap(DECOY);
    Peer peer = new Peer(segment, DECOY, port, true);
    assertEquals(answer, peer.say(peer.at(0).payload("hello")));
    byte[] refused = segment.syn(DECOY, 65_535).build();
    assertEquals("AR", segment.read(refused).replaceAll(".* F=([A-Z]+) .*", "$1"));
  }

  /// A connection is held by whoever is active: nothing of it has to be told.
  @Test
  void theNodeThatTakesOverHoldsOn() {
    Peer peer = new Peer(segment(TarpitMode.PERSIST), DECOY, 22, true);
    assertEquals("100 window 0", peer.say(peer.at(0).payload(new byte[100])));
    ScannedSegment other =
        new ScannedSegment(new SimNode.Options().mode(TarpitMode.PERSIST), 77_000_000_000_000L)
            .trap(DECOY);
    other.clock().advanceSeconds(20);
    List<byte[]> answers = other.askAll(peer.at(99).build());
    assertEquals(1, answers.size(), "answers of the other node");
    assertEquals(
        CLIENT + 101,
        ByteBuffer.wrap(answers.getFirst()).getInt(Fingerprint.upper(answers.getFirst()) + 8));
  }

  @Test
  void whatASourceIsAnsweredHasABound() {
    ScannedSegment segment =
        new ScannedSegment(
                new SimNode.Options()
                    .mode(TarpitMode.PERSIST)
                    .persona(Persona.LINUX, 1)
                    .set(Setting.TARPITRSTRATE, 1_000_000)
                    .set(Setting.TARPITSOURCERATE, 10))
            .trap(DECOY);
    int answers = 0;
    for (int i = 0; i < 50; i++) {
      answers += segment.askAll(segment.syn(DECOY, i % 2 == 0 ? 22 : 4444).build()).size();
      answers += segment.askAll(segment.to(DECOY).echoRequest(1, i).build()).size();
    }
    // A second's worth at once, and what has come in the half second that this took.
    assertEquals(16, answers, 2);
    assertEquals(100 - answers, segment.node().counters().get(DropReason.SOURCE_RATE));
  }
}
