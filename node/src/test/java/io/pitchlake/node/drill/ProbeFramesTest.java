package io.pitchlake.node.drill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.wire.ArpHeader;
import io.pitchlake.common.wire.Checksum;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.Frame.ChecksumState;
import java.lang.foreign.Arena;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The probe's frames, summed and read as a receiver would.
class ProbeFramesTest {
  private static final int PROBE = 0xc0a80263;
  private static final int TARGET = 0xc0a80205;
  private static final long MAC = 0x0200_0000_0001L;
  private static final long VIRTUAL_MAC = 0x0000_5e00_0132L;

  private final ProbeFrames frames = new ProbeFrames(MAC, PROBE);
  private final Arena arena = Arena.ofConfined();
  private Frame frame;

  @BeforeEach
  void makeRoom() {
    frame = new Frame().wrap(arena.allocate(128, 8).fill((byte) 0xa5).address(), 0, 128);
  }

  @AfterEach
  void giveBack() {
    arena.close();
  }

  @Test
  void anArpRequestAsksEverybody() {
    frames.arpRequest(frame, TARGET);
    assertEquals(60, frame.length());
    assertEquals("ffffffffffff020000000001080600010800060400010200000000", hex().substring(0, 54));
    ArpHeader arp = new ArpHeader();
    assertTrue(arp.wrap(frame.address() + 14, frame.length() - 14));
    assertEquals("01c0a80263000000000000c0a80205", hex().substring(54, 84));
  }

  @Test
  void anEchoRequestHasGoodChecksumsAndItsNumber() {
    frames.echoRequest(frame, VIRTUAL_MAC, TARGET, 70_000);
    long ipv4 = frame.address() + 14;
    assertEquals(0, Checksum.finish(Checksum.sum(ipv4, 20)));
    assertEquals(0, Checksum.finish(Checksum.sum(ipv4 + 20, 16)));
    assertTrue(hex().contains("504c1170" + "0000000000011170"), hex());
    assertEquals(ChecksumState.COMPLETE, frame.checksumState());
  }

  @Test
  void aSynHasAGoodChecksumAndItsNumberAsSequence() {
    frames.syn(frame, VIRTUAL_MAC, TARGET, 20_001);
    long ipv4 = frame.address() + 14;
    assertEquals(0, Checksum.finish(Checksum.sum(ipv4, 20)));
    long pseudo = Checksum.pseudoHeaderSum(PROBE, TARGET, 6, 24);
    assertEquals(0, Checksum.finish(Checksum.sum(ipv4 + 20, 24) + pseudo));
    assertTrue(hex().contains("2711" + "0050" + "00004e21" + "00000000" + "6002"), hex());
  }

  private String hex() {
    return HexFormat.of().formatHex(frame.toByteArray());
  }
}
