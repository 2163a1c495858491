package io.pitchlake.node.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.pcap.PcapReader;
import io.pitchlake.common.pcap.PcapWriter;
import io.pitchlake.common.wire.CaptureLine;
import io.pitchlake.common.wire.PacketBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A small capture through the whole program: what goes in, what comes out, and when.
class ReplayCommandTest {
  private static final String CONFIGURATION =
      """
      interface 1 { name eth0 }
      network 1 { mask 24 real 192.168.2.4 virt 192.168.2.5 tarpit enable interface 1 }
      set tarpitsweeprate 0
      register networks 1
      enable networks 1
      """;
  private static final String SCANNER = "02:00:00:00:00:66";
  private static final String BROADCAST = "ff:ff:ff:ff:ff:ff";
  private static final long START_NANOS = 1_700_000_000_000_000_000L;

  @TempDir Path folder;
  private Path configuration;
  private Path input;
  private Path output;

  @BeforeEach
  void nameFiles() throws Exception {
    configuration = folder.resolve("node.conf");
    input = folder.resolve("in.pcap");
    output = folder.resolve("out.pcap");
    Files.writeString(configuration, CONFIGURATION);
  }

  private void capture(long offsetMillis, byte[] frame, Object... rest) throws Exception {
    try (PcapWriter writer = PcapWriter.create(input)) {
      writer.write(START_NANOS + offsetMillis * 1_000_000, frame, 0, frame.length);
      for (int i = 0; i < rest.length; i += 2) {
        byte[] next = (byte[]) rest[i + 1];
        writer.write(START_NANOS + (Integer) rest[i] * 1_000_000L, next, 0, next.length);
      }
    }
  }

  private static byte[] arpRequest(String target) {
    return PacketBuilder.ethernet(SCANNER, BROADCAST).arpRequest("192.168.2.66", target).build();
  }

  private TestWorld replay(String... options) {
    TestWorld world = new TestWorld(folder);
    List<String> line =
        new ArrayList<>(
            List.of("replay", input.toString(), output.toString(), "-c", configuration.toString()));
    line.addAll(Arrays.asList(options));
    assertEquals(0, world.execute(line.toArray(String[]::new)), world.err());
    return world;
  }

  /// Every frame of the output with its time in milliseconds after the capture's start.
  private List<String> answers() throws Exception {
    List<String> lines = new ArrayList<>();
    try (PcapReader reader = PcapReader.open(output)) {
      while (reader.next()) {
        lines.add(
            (reader.timestampNanos() - START_NANOS) / 1_000_000
                + " "
                + CaptureLine.of(Arrays.copyOf(reader.bytes(), reader.length())));
      }
    }
    return lines;
  }

  @Test
  void aFreeAddressIsProvedAndThenAnsweredAtTheCapturesOwnPace() throws Exception {
    capture(0, arpRequest("192.168.2.77"));
    TestWorld world = replay();
    List<String> answers = answers();
    assertEquals(4, answers.size(), answers.toString());
    for (int proof = 0; proof < 3; proof++) {
      assertTrue(answers.get(proof).contains("192.168.2.77"), answers.toString());
      assertTrue(answers.get(proof).contains("192.168.2.4"), answers.toString());
    }
    long answeredMillis = Long.parseLong(answers.getLast().split(" ")[0]);
    assertTrue(answeredMillis >= 600 && answeredMillis < 620, answers.toString());
    assertTrue(
        world
            .out()
            .startsWith(
                "TARPIT IPv4 ARP_REPLY for 192.168.2.77 sent to 192.168.2.66 [" + SCANNER + "]"),
        world.out());
    assertTrue(world.out().contains("  ARP replies for simulated addresses"), world.out());
  }

  @Test
  void aNodeOfAPairAnswersAloneWithTheVirtualRoutersMac() throws Exception {
    Files.writeString(configuration, CONFIGURATION + "vrrp 1 { vrid 50 network 1 }\n");
    capture(0, arpRequest("192.168.2.5"));
    replay();
    assertEquals(1, answers().size(), () -> "one answer for virt, and no adverts");
    assertTrue(answers().getFirst().contains("00:00:5e:00:01:32"), answers().toString());
  }

  @Test
  void aLivingAddressIsLeftAlone() throws Exception {
    byte[] owner =
        PacketBuilder.ethernet("02:00:00:00:00:20", "02:00:00:00:00:01")
            .arpReply("192.168.2.77", "192.168.2.4")
            .build();
    capture(0, arpRequest("192.168.2.77"), 100, owner);
    TestWorld world = replay();
    assertEquals(1, answers().size(), () -> "one proof and no answer:\n" + world.out());
    assertFalse(world.out().contains("TARPIT"), world.out());
  }

  @Test
  void theSameSeedGivesTheSameFileAndAnotherSeedOtherSequenceNumbers() throws Exception {
    capture(0, arpRequest("192.168.2.77"));
    replay();
    String virtualMac = virtualMac();
    byte[] syn =
        PacketBuilder.ethernet(SCANNER, virtualMac)
            .ipv4("192.168.2.66", "192.168.2.77")
            .tcp(40000, 80)
            .syn()
            .sequence(1)
            .mss(1460)
            .build();
    capture(0, arpRequest("192.168.2.77"), 1000, syn);
    replay();
    byte[] first = Files.readAllBytes(output);
    assertEquals(5, answers().size(), answers().toString());
    replay("--seed", "0");
    assertArrayEquals(first, Files.readAllBytes(output));
    replay("--seed", "1");
    assertNotEquals(Arrays.hashCode(first), Arrays.hashCode(Files.readAllBytes(output)));
    assertEquals(first.length, Files.size(output));
  }

  /// The source of the last frame, which answers for a simulated address.
  private String virtualMac() throws Exception {
    String mac = "";
    try (PcapReader reader = PcapReader.open(output)) {
      while (reader.next()) {
        byte[] frame = reader.bytes();
        mac =
            "%02x:%02x:%02x:%02x:%02x:%02x"
                .formatted(frame[6], frame[7], frame[8], frame[9], frame[10], frame[11]);
      }
    }
    return mac;
  }

  @Test
  void aBrokenCaptureEndsWithSixAndSaysWhere() throws Exception {
    capture(0, arpRequest("192.168.2.77"));
    byte[] whole = Files.readAllBytes(input);
    Files.write(input, Arrays.copyOf(whole, whole.length - 5));
    TestWorld world = new TestWorld(folder);
    int seen =
        world.execute(
            "replay", input.toString(), output.toString(), "-c", configuration.toString());
    assertEquals(6, seen, world.err());
    assertTrue(world.err().contains(input + ": byte "), world.err());
    assertFalse(Files.exists(output), "nothing is written for a damaged capture");
  }

  @Test
  void aMacThatIsNoneEndsWithTwo() throws Exception {
    capture(0, arpRequest("192.168.2.77"));
    for (String mac : List.of("ff:ff:ff:ff:ff:ff", "cheese")) {
      TestWorld world = new TestWorld(folder);
      int seen =
          world.execute(
              "replay",
              input.toString(),
              output.toString(),
              "-c",
              configuration.toString(),
              "--mac",
              mac);
      assertEquals(2, seen, world.err());
      assertTrue(world.err().contains("'" + mac + "'"), world.err());
    }
  }
}
