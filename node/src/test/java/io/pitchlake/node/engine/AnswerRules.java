package io.pitchlake.node.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.wire.ArpHeader;
import io.pitchlake.common.wire.CaptureLine;
import io.pitchlake.common.wire.Checksum;
import io.pitchlake.common.wire.EthernetHeader;
import io.pitchlake.common.wire.Flyweight;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.FrameAssert;
import io.pitchlake.common.wire.IcmpHeader;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.Memory;
import io.pitchlake.common.wire.NativeBuffer;
import io.pitchlake.common.wire.ParsedFrame;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.node.sim.SimNode;
import java.util.Arrays;

/// What a node of the tarpit may say to a frame, whatever the frame is: the wire rules that hold
/// without knowing what came before. One thread.
final class AnswerRules implements AutoCloseable {
  /// MTU, Ethernet header and a tag.
  private static final int LONGEST_BYTES = 1500 + EthernetHeader.LENGTH + 4;

  private static final int ROOM_BYTES = 2048;

  private final NativeBuffer questionBytes = new NativeBuffer(ROOM_BYTES);
  private final NativeBuffer answerBytes = new NativeBuffer(ROOM_BYTES);
  private final ParsedFrame asked = new ParsedFrame();
  private final ParsedFrame given = new ParsedFrame();

  /// Judges what left without a question: proofs, repairs, announcements.
  void judge(byte[] sent) {
    assertTrue(sent.length >= EthernetHeader.LENGTH && sent.length <= LONGEST_BYTES, "length");
    assertTrue(given.parse(answerBytes.put(sent), sent.length), "malformed");
    assertFalse(MacAddress.isGroup(given.ethernet.source()), "from a group");
    assertFalse(
        isFound(given.icmpv6)
            && given.icmpv6.type() == Icmpv6Header.ROUTER_ADVERTISEMENT
            && given.ethernet.source() == SimNode.VIRTUAL_MAC6,
        "a router advertisement of its own");
  }

  /// Judges what left a node that another one has taken the place of: it may ask, for it watches
  /// over its targets, and it repairs what stations have learnt from it; it answers nobody.
  void judgeOfBackup(byte[] sent) {
    judge(sent);
    String line = CaptureLine.of(sent);
    assertNotEquals(SimNode.VIRTUAL_MAC, given.ethernet.source(), line);
    assertNotEquals(SimNode.VIRTUAL_MAC6, given.ethernet.source(), line);
    assertFalse(isFound(given.tcp), line);
    assertFalse(
        isFound(given.arp)
            && given.arp.operation() != ArpHeader.REQUEST
            && isOwn(given.arp.senderMac()),
        line);
    assertFalse(isNeighborAdvertisement(given) && !given.icmpv6.isOverride(), line);
  }

  private static boolean isOwn(long mac) {
    return mac == SimNode.VIRTUAL_MAC || mac == SimNode.MAC;
  }

  /// Whether a frame says that an address is here.
  boolean claims(byte[] sent, IpAddress address) {
    judge(sent);
    if (isFound(given.arp)) {
      return given.arp.senderMac() == SimNode.VIRTUAL_MAC
          && IpAddress.ofIpv4(given.arp.senderAddress()).equals(address);
    }
    return isNeighborAdvertisement(given)
        && !given.icmpv6.isOverride()
        && given.icmpv6.targetHigh() == address.high()
        && given.icmpv6.targetLow() == address.low();
  }

  /// Judges what left in the turn in which a frame was read.
  void judge(byte[] question, byte[] answer) {
    try {
      judge(answer);
      boolean whole = asked.parse(questionBytes.put(question), question.length);
      if (isFound(given.arp)) {
        arp();
      } else if (isNeighborAdvertisement(given) && !given.icmpv6.isOverride()) {
        advertisement();
      } else if (isAnswer()) {
        assertTrue(whole, "an answer to a malformed frame");
        assertFalse(MacAddress.isGroup(asked.ethernet.source()), "an answer to a group");
        assertEquals(asked.ethernet.source(), given.ethernet.destination(), "to somebody else");
        assertEquals(asked.ethernet.isTagged(), given.ethernet.isTagged(), "another tag");
        FrameAssert.assertThat(answer).hasGoodChecksums();
        if (isFound(given.tcp)) {
          tcp();
        } else if (isFound(given.icmp) && given.icmp.type() == IcmpHeader.ECHO_REPLY
            || isFound(given.icmpv6) && given.icmpv6.type() == Icmpv6Header.ECHO_REPLY) {
          echo();
        }
      }
    } catch (AssertionError e) {
      throw new AssertionError(
          "%s%nasked: %s%ngiven: %s"
              .formatted(e.getMessage(), CaptureLine.of(question), CaptureLine.of(answer)),
          e);
    }
  }

  /// Replies that name another's MAC are repairs, and need no question.
  private void arp() {
    if (given.arp.operation() != ArpHeader.REPLY || !isOwn(given.arp.senderMac())) {
      return;
    }
    assertFalse(MacAddress.isGroup(given.ethernet.destination()), "a reply to everybody");
    assertTrue(isFound(asked.arp), "a reply to no ARP");
    assertEquals(ArpHeader.REQUEST, asked.arp.operation(), "a reply to no request");
    assertNotEquals(0, asked.arp.senderAddress(), "a reply to a probe");
  }

  private void advertisement() {
    assertTrue(isFound(asked.icmpv6), "an advertisement to no ICMPv6");
    assertEquals(Icmpv6Header.NEIGHBOR_SOLICITATION, asked.icmpv6.type(), "to no solicitation");
    assertEquals(Icmpv6Header.NDP_HOP_LIMIT, asked.ipv6.hopLimit(), "hop limit of the question");
    assertEquals(0, asked.icmpv6.code(), "code of the question");
    assertFalse(asked.ipv6.isFragment(), "to a fragment");
    assertNotEquals(0, asked.ipv6.sourceHigh() | asked.ipv6.sourceLow(), "to a probe");
    assertNotEquals(Checksum.Verdict.BAD, verdict6(asked), "to a bad checksum");
    assertTrue(given.icmpv6.isSolicited() && !given.icmpv6.isRouter(), "flags");
    assertEquals(Icmpv6Header.NDP_HOP_LIMIT, given.ipv6.hopLimit(), "hop limit");
  }

  private void tcp() {
    assertTrue(isFound(asked.tcp), "a segment to no segment");
    boolean overIpv4 = isFound(asked.ipv4);
    assertFalse(overIpv4 ? asked.ipv4.isFragment() : asked.ipv6.isFragment(), "to a fragment");
    assertNotEquals(
        Checksum.Verdict.BAD,
        overIpv4
            ? asked.tcp.verifyChecksum(Frame.ChecksumState.UNKNOWN, asked.ipv4)
            : asked.tcp.verifyChecksum(Frame.ChecksumState.UNKNOWN, asked.ipv6),
        "to a bad checksum");
    assertFalse(asked.tcp.hasAny(TcpHeader.RST), "to a reset");
    boolean synAck =
        asked.tcp.hasAny(TcpHeader.SYN) && asked.tcp.hasAny(TcpHeader.ACK | TcpHeader.FIN);
    assertFalse(synAck, "to a SYN with ACK or FIN");
    assertEquals(0, given.tcp.payloadLength(), "a payload");
    if (given.tcp.hasAny(TcpHeader.SYN)) {
      assertTrue(asked.tcp.isPureSyn(), "a SYN-ACK to no SYN");
      assertEquals(asked.tcp.sequence() + 1, given.tcp.acknowledgment(), "acknowledgment");
    }
  }

  private void echo() {
    boolean overIpv4 = isFound(given.icmp);
    if (overIpv4) {
      assertTrue(isFound(asked.icmp), "an echo of nothing");
      assertEquals(IcmpHeader.ECHO_REQUEST, asked.icmp.type(), "an echo of no request");
      assertTrue(asked.icmp.isChecksumGood(), "to a bad checksum");
      assertFalse(asked.ipv4.isFragment(), "to a fragment");
    } else {
      assertTrue(isFound(asked.icmpv6), "an echo of nothing");
      assertEquals(Icmpv6Header.ECHO_REQUEST, asked.icmpv6.type(), "an echo of no request");
      assertNotEquals(Checksum.Verdict.BAD, verdict6(asked), "to a bad checksum");
      assertFalse(asked.ipv6.isFragment(), "to a fragment");
    }
    assertArrayEquals(echoed(asked, overIpv4), echoed(given, overIpv4), "payload");
  }

  private static byte[] echoed(ParsedFrame frame, boolean overIpv4) {
    long at = overIpv4 ? frame.icmp.address() : frame.icmpv6.address();
    int length = overIpv4 ? frame.icmp.lengthBytes() : frame.icmpv6.lengthBytes();
    byte[] bytes = new byte[length - IcmpHeader.IDENTIFIER];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Memory.getByte(at + IcmpHeader.IDENTIFIER + i);
    }
    return bytes;
  }

  private static Checksum.Verdict verdict6(ParsedFrame frame) {
    return frame.icmpv6.verifyChecksum(Frame.ChecksumState.UNKNOWN, frame.ipv6);
  }

  /// Whether the packet goes from whom the question was for to who has asked; what is passed on
  /// does not.
  private boolean isAnswer() {
    if (isFound(given.ipv4) && isFound(asked.ipv4)) {
      return given.ipv4.source() == asked.ipv4.destination()
          && given.ipv4.destination() == asked.ipv4.source();
    }
    return isFound(given.ipv6)
        && isFound(asked.ipv6)
        && given.ipv6.sourceHigh() == asked.ipv6.destinationHigh()
        && given.ipv6.sourceLow() == asked.ipv6.destinationLow()
        && given.ipv6.destinationHigh() == asked.ipv6.sourceHigh()
        && given.ipv6.destinationLow() == asked.ipv6.sourceLow();
  }

  private static boolean isNeighborAdvertisement(ParsedFrame frame) {
    return isFound(frame.icmpv6) && frame.icmpv6.type() == Icmpv6Header.NEIGHBOR_ADVERTISEMENT;
  }

  private static boolean isFound(Flyweight header) {
    return header.address() != 0;
  }

  /// Puts right the checksums of a frame as far as it has any, for a fuzzer would not guess them.
  byte[] mended(byte[] frame) {
    byte[] bytes = Arrays.copyOf(frame, Math.min(frame.length, ROOM_BYTES));
    boolean whole = asked.parse(questionBytes.put(bytes), bytes.length);
    if (isFound(asked.ipv4)) {
      asked.ipv4.updateChecksum();
    }
    if (whole && isFound(asked.tcp)) {
      if (isFound(asked.ipv4)) {
        asked.tcp.updateChecksum(asked.ipv4);
      } else {
        asked.tcp.updateChecksum(asked.ipv6);
      }
    } else if (whole && isFound(asked.udp)) {
      if (isFound(asked.ipv4)) {
        asked.udp.updateChecksum(asked.ipv4);
      } else {
        asked.udp.updateChecksum(asked.ipv6);
      }
    } else if (whole && isFound(asked.icmp)) {
      asked.icmp.updateChecksum();
    } else if (whole && isFound(asked.icmpv6) && isFound(asked.ipv6)) {
      asked.icmpv6.updateChecksum(asked.ipv6);
    }
    return questionBytes.get(bytes.length);
  }

  @Override
  public void close() {
    questionBytes.close();
    answerBytes.close();
  }
}
