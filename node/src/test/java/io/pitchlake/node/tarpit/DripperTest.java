package io.pitchlake.node.tarpit;

import static io.pitchlake.common.wire.FrameAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.Persona;
import io.pitchlake.common.config.Configuration.TarpitMode;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.wire.PacketBuilder;
import io.pitchlake.node.sim.SimNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a client hears of ports that say something: lines that follow from what it acknowledges.
class DripperTest {
  private static final String DECOY = "192.168.2.77";
  private static final String DECOY6 = "2001:db8:1::77";
  private static final int CLIENT = 0x1234_5678;
  private static final int ACK = 0x10;
  private static final int PUSHED = 0x18;
  private static final int RST = 0x04;

  /// One segment from a decoy.
  private record Segment(int sequence, int acknowledgment, int flags, int window, String text) {
    static Segment of(byte[] frame) {
      assertThat(frame).hasGoodChecksums();
      ByteBuffer bytes = ByteBuffer.wrap(frame);
      int tcp = Fingerprint.upper(frame);
      int data = tcp + (bytes.get(tcp + 12) >> 4 & 15) * 4;
      boolean isIpv4 = bytes.getShort(12) == 0x0800;
      int end = 14 + (isIpv4 ? bytes.getShort(16) : 40 + bytes.getShort(18));
      return new Segment(
          bytes.getInt(tcp + 4),
          bytes.getInt(tcp + 8),
          bytes.get(tcp + 13),
          bytes.getShort(tcp + 14) & 0xffff,
          new String(Arrays.copyOfRange(frame, data, end), StandardCharsets.US_ASCII));
    }
  }

  /// A client of one connection.
  private static final class Client {
    private final ScannedSegment segment;
    private final String decoy;
    private final int from;
    private final int port;
    private final boolean timestamps;
    private final int server;
    private int said = 1;

    Client(ScannedSegment segment, String decoy, int from, int port, boolean timestamps) {
      this.segment = segment;
      this.decoy = decoy;
      this.from = from;
      this.port = port;
      this.timestamps = timestamps;
      PacketBuilder syn = begin(CLIENT).flags(2).mss(1460);
      byte[] answer = segment.ask((timestamps ? syn.timestamps(7, 0) : syn).build());
      server = Segment.of(answer).sequence();
    }

    private PacketBuilder begin(int sequence) {
      return segment.to(decoy).tcp(from, port).sequence(sequence);
    }

    /// A segment that has heard `heard` bytes.
    PacketBuilder at(int heard) {
      PacketBuilder built = begin(CLIENT + said).ack(server + 1 + heard);
      return timestamps ? built.timestamps(8, 0) : built;
    }

    /// What is answered at once.
    List<Segment> say(PacketBuilder built) {
      return segment.askAll(built.build()).stream()
          .filter(DripperTest::isTcp)
          .map(Segment::of)
          .toList();
    }

    List<Segment> acknowledge(int heard) {
      return say(at(heard));
    }

    List<Segment> tell(String text) {
      List<Segment> answers = say(at(0).payload(text));
      said += text.length();
      return answers;
    }

    /// What comes in the next `seconds`, but for what else the node says.
    List<Segment> hear(int seconds) {
      int before = segment.scanner().frames().size();
      segment.clock().advanceSeconds(seconds);
      return segment.scanner().frames().stream()
          .skip(before)
          .filter(DripperTest::isTcp)
          .map(Segment::of)
          .toList();
    }

    /// The place of a segment in what the decoy says.
    int place(Segment heard) {
      return heard.sequence() - server - 1;
    }
  }

  private static boolean isTcp(byte[] frame) {
    int type = ByteBuffer.wrap(frame).getShort(12) & 0xffff;
    return type == 0x0800 && frame[23] == 6 || type == 0x86dd && frame[20] == 6;
  }

  private static SimNode.Options options() {
    return new SimNode.Options()
        .mode(TarpitMode.SSH, 22, 22)
        .mode(TarpitMode.HTTP, 80, 80)
        .set(Setting.TARPITDRIPTO, 2);
  }

  private static ScannedSegment segment() {
    return segment(options());
  }

  private static ScannedSegment segment(SimNode.Options options) {
    return new ScannedSegment(options).trap(DECOY).trap(DECOY6);
  }

  private static long count(ScannedSegment segment, Counter counter) {
    return segment.node().counters().get(counter);
  }

  @ParameterizedTest
  @CsvSource({
    DECOY + ", true",
    DECOY + ", false",
    DECOY6 + ", true",
    DECOY6 + ", false",
  })
  void sshSaysALineAndTheNextWhenThatIsAcknowledged(String decoy, boolean timestamps) {
    ScannedSegment segment = segment();
    Client client = new Client(segment, decoy, 50_000, 22, timestamps);
    assertEquals(List.of(), client.acknowledge(0), "the end of the handshake");
    assertEquals(List.of(), client.hear(1), "before its time");
    String last = "";
    for (int line = 0; line < 5; line++) {
      List<Segment> heard = client.hear(line == 0 ? 1 : 2);
      assertEquals(1, heard.size(), "lines: " + heard);
      Segment said = heard.getFirst();
      assertEquals(32 * line, client.place(said));
      assertEquals(CLIENT + 1, said.acknowledgment());
      assertEquals(PUSHED, said.flags());
      assertEquals(1, said.window());
      assertTrue(said.text().matches("[A-Za-z0-9]{30}\r\n"), said::toString);
      assertNotEquals(last, said.text());
      last = said.text();
      assertEquals(List.of(), client.acknowledge(32 * (line + 1)));
    }
    assertEquals(5, count(segment, Counter.TARPIT_DRIPS));
    // The next line, and the last one, which proves to be acknowledged when its time comes again.
    assertEquals(2, segment.node().counters().get(Gauge.TARPIT_DRIPS_WAITING));
  }

  @Test
  void whatAnSshClientSaysIsTaken() {
    ScannedSegment segment = segment();
    Client client = new Client(segment, DECOY, 50_000, 22, true);
    client.acknowledge(0);
    List<Segment> answers = client.tell("SSH-2.0-OpenSSH_9.2\r\n");
    assertEquals(
        List.of(new Segment(client.server + 1, CLIENT + 22, ACK, 1, "")), answers, "at once");
    assertEquals(1, client.hear(2).size(), "one line, although there were two segments");
  }

  @Test
  void httpAnswersWhatItIsAskedWithAHeaderThatDoesNotEnd() {
    ScannedSegment segment = segment();
    Client client = new Client(segment, DECOY, 50_000, 80, true);
    assertEquals(List.of(), client.acknowledge(0));
    assertEquals(List.of(), client.hear(30), "before it is asked anything");
    String question = "GET / HTTP/1.1\r\nHost: 192.168.2.77\r\n\r\n";
    assertEquals(CLIENT + 1 + question.length(), client.tell(question).getFirst().acknowledgment());
    StringBuilder header = new StringBuilder();
    for (int line = 0; line < 20; line++) {
      List<Segment> heard = client.hear(2);
      assertEquals(1, heard.size(), "lines: " + heard);
      header.append(heard.getFirst().text());
      client.acknowledge(header.length());
    }
    assertTrue(
        header
            .toString()
            .matches(
                "HTTP/1\\.1 200 OK\r\nETag: W/\"\\w{3}\"\r\n(X-[A-Za-z0-9]{8}: [A-Za-z0-9]{18}\r\n){19}"),
        header::toString);
    assertFalse(header.toString().contains("\r\n\r\n"), "the end of a header");
  }

  /// Who takes less than a line is told the rest of it.
  @Test
  void aLineIsGoneOnWithWhereItsClientIs() {
    ScannedSegment segment = segment();
    Client client = new Client(segment, DECOY, 50_000, 22, true);
    client.acknowledge(0);
    String first = client.hear(2).getFirst().text();
    client.acknowledge(20);
    Segment rest = client.hear(2).getFirst();
    assertEquals(20, client.place(rest));
    assertTrue(rest.text().startsWith(first.substring(20)), rest::toString);
  }

  @Test
  void aLostLineIsSaidAgainANumberOfTimes() {
    ScannedSegment segment = segment();
    Client client = new Client(segment, DECOY, 50_000, 22, true);
    client.acknowledge(0);
    List<Segment> heard = client.hear(60);
    assertEquals(Dripper.TRIES, heard.size());
    assertEquals(1, heard.stream().distinct().count(), "the same each time: " + heard);
    assertEquals(0, segment.node().counters().get(Gauge.TARPIT_DRIPS_WAITING));
    // Whoever comes back to it is told again.
    client.acknowledge(0);
    assertEquals(heard.subList(0, 1), client.hear(2));
  }

  @Test
  void aLineWaitsOnceHoweverOftenItIsAskedFor() {
    ScannedSegment segment = segment();
    Client client = new Client(segment, DECOY, 50_000, 22, true);
    for (int i = 0; i < 100; i++) {
      client.acknowledge(0);
    }
    assertEquals(1, segment.node().counters().get(Gauge.TARPIT_DRIPS_WAITING));
    assertEquals(1, client.hear(2).size());
    for (int i = 0; i < 100; i++) {
      client.acknowledge(32);
    }
    assertEquals(1, client.hear(2).size());
  }

  @Test
  void whoFindsNoRoomHangsInSilence() {
    ScannedSegment segment = segment(options().set(Setting.TARPITDRIPS, 4));
    Client last = null;
    for (int i = 0; i < 10; i++) {
      last = new Client(segment, DECOY, 50_000 + i, 22, true);
      last.acknowledge(0);
    }
    assertEquals(4, segment.node().counters().get(Gauge.TARPIT_DRIPS_WAITING));
    assertEquals(6, count(segment, Counter.TARPIT_DRIPS_LOST));
    assertEquals(4, last.hear(2).size());
  }

  @Test
  void noLineIsSaidForAnAddressThatAMachineHasTaken() {
    ScannedSegment segment = segment();
    Client client = new Client(segment, DECOY, 50_000, 22, true);
    client.acknowledge(0);
    segment.livingMachine(DECOY).announce(IpAddress.parse(DECOY));
    assertEquals(List.of(), client.hear(20));
    assertEquals(0, count(segment, Counter.TARPIT_DRIPS));
  }

  @Test
  void whoWantsToEndIsToldNothingMore() {
    ScannedSegment segment = segment();
    Client client = new Client(segment, DECOY, 50_000, 22, true);
    assertEquals(List.of(), client.say(client.at(0).fin()));
    assertEquals(List.of(), client.hear(20));
  }

  /// A stream is as long as the places behind the cookie that count as the connection's.
  @Test
  void aStreamEndsInSilence() {
    ScannedSegment segment = segment(options().set(Setting.TARPITRSTRATE, 1_000_000));
    Client client = new Client(segment, DECOY, 50_000, 22, true);
    int end = Dripper.STREAM_BYTES - 2 * Dripper.LINE_BYTES;
    client.acknowledge(end);
    assertEquals(end, client.place(client.hear(2).getFirst()));
    assertEquals(List.of(), client.acknowledge(end + Dripper.LINE_BYTES));
    assertEquals(0, count(segment, Counter.TARPIT_RESETS));
    assertEquals(RST, client.acknowledge(Dripper.STREAM_BYTES).getFirst().flags());
    assertEquals(RST, client.acknowledge(-1).getFirst().flags(), "before the stream");
  }

  @ParameterizedTest
  @ValueSource(strings = {"LINUX", "WINDOWS", "DEVICE", "PRINTER", "BSD"})
  void aLineBearsTheHabitsOfItsMachine(Persona persona) {
    ScannedSegment segment =
        segment(
            new SimNode.Options()
                .mode(TarpitMode.SSH)
                .persona(persona, 1)
                .set(Setting.TARPITDRIPTO, 1));
    int port = segment.anOpenPort(DECOY);
    Client client = new Client(segment, DECOY, 50_000, port, true);
    client.acknowledge(0);
    int before = segment.scanner().frames().size();
    segment.clock().advanceSeconds(1);
    byte[] line =
        segment.scanner().frames().stream()
            .skip(before)
            .filter(DripperTest::isTcp)
            .findFirst()
            .orElseThrow();
    Habits habits = Habits.of(persona);
    assertEquals(habits.timeToLive(), line[22] & 0xff, "its TTL");
    assertEquals(habits.dontFragment() ? 0x40 : 0, line[20], "DF");
    assertEquals(habits.tickMillis() > 0 ? 32 : 20, (line[46] >> 4 & 15) * 4, "its header");
  }

  @Test
  void linesObeyTheBudget() {
    ScannedSegment segment = segment(options().set(Setting.TARPITSOURCERATE, 1));
    Client client = new Client(segment, DECOY, 50_000, 22, true);
    client.acknowledge(0);
    // A line that is not within it waits for its next turn.
    for (int i = 0; i < 5; i++) {
      segment.askAll(segment.syn(DECOY, 22).build());
    }
    assertTrue(segment.node().counters().get(DropReason.SOURCE_RATE) > 0);
    assertEquals(1, client.hear(20).stream().distinct().count());
  }
}
