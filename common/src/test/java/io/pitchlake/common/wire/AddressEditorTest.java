package io.pitchlake.common.wire;

import static io.pitchlake.common.wire.FrameAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pitchlake.common.net.IpAddress;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// An edited packet is byte for byte the packet that a sender with the other addresses and ports
/// would have built and summed itself.
class AddressEditorTest {
  private static final int RUNS = 3000;

  private enum Sum {
    FINAL,
    PARTIAL_KNOWN,
    PARTIAL_GUESSED,
    NONE,
    BAD
  }

  private enum Carries {
    TCP,
    UDP,
    ECHO_REQUEST,
    ECHO_REPLY
  }

  private record Ends(String source, int sourcePort, String destination, int destinationPort) {}

  private final NativeBuffer buffer = new NativeBuffer(4096);
  private final EthernetHeader ethernet = new EthernetHeader();
  private final Ipv4Header ipv4 = new Ipv4Header();
  private final Ipv6Header ipv6 = new Ipv6Header();
  private final AddressEditor editor = new AddressEditor();

  @Test
  void anEditedPacketIsTheOneBuiltWithTheOtherAddresses() {
    Property.forAll(
        "an edited packet is the one built with the other addresses",
        RUNS,
        random -> {
          boolean isIpv4 = random.nextBoolean();
          Carries carries = pick(random, Carries.values());
          Sum sum = sum(random, carries, isIpv4);
          byte[] payload = new byte[random.nextInt(0, 60)];
          random.nextBytes(payload);
          boolean more = sum == Sum.FINAL && random.nextInt(8) == 0;
          Ends before = ends(random, isIpv4);
          Ends after = ends(random, isIpv4);
          byte[] original = build(isIpv4, carries, before, payload, sum, more);
          byte[] wanted = build(isIpv4, carries, after, payload, sum, more);
          Frame frame = buffer.refill().frame(original);
          point(frame, sum);
          edit(after, true, true);
          if (sum != Sum.BAD) {
            assertThat(frame).hasBytes(wanted);
          }
          edit(before, true, true);
          assertThat(frame).hasBytes(original);
        });
  }

  @Test
  void oneEndAloneIsEdited() {
    Property.forAll(
        "one end alone is edited",
        RUNS,
        random -> {
          boolean isIpv4 = random.nextBoolean();
          Ends before = ends(random, isIpv4);
          Ends other = ends(random, isIpv4);
          Frame frame =
              buffer
                  .refill()
                  .frame(build(isIpv4, Carries.TCP, before, new byte[9], Sum.FINAL, false));
          point(frame, Sum.FINAL);
          boolean source = random.nextBoolean();
          edit(other, source, !source);
          Ends wanted =
              source
                  ? new Ends(
                      other.source, other.sourcePort, before.destination, before.destinationPort)
                  : new Ends(
                      before.source, before.sourcePort, other.destination, other.destinationPort);
          assertThat(frame)
              .hasBytes(build(isIpv4, Carries.TCP, wanted, new byte[9], Sum.FINAL, false));
        });
  }

  @Test
  void anErrorsChecksumFollowsItsQuote() {
    Property.forAll(
        "an error's checksum follows its quote",
        RUNS,
        random -> {
          boolean isIpv4 = random.nextBoolean();
          Carries carries = pick(random, Carries.values());
          Ends before = ends(random, isIpv4);
          byte[] inner = build(isIpv4, carries, before, new byte[20], Sum.FINAL, false);
          int header = isIpv4 ? 20 : 40;
          // From the eight bytes that RFC 792 asks for up to the whole packet.
          int quoted = random.nextInt(header + 8, inner.length - 14 + 1);
          byte[] quote = new byte[4 + quoted];
          System.arraycopy(inner, 14, quote, 4, quoted);
          PacketBuilder error = PacketBuilder.ethernet("02:00:00:00:00:01", "02:00:00:00:00:02");
          Frame frame =
              buffer
                  .refill()
                  .frame(
                      (isIpv4
                              ? error.ipv4("10.9.9.9", before.source).icmp(3, 4, quote)
                              : error.ipv6("2001:db8:9::9", before.source).icmp(2, 0, quote))
                          .build());
          assertThat(frame).hasGoodChecksums();
          point(frame, Sum.FINAL);
          long message = isIpv4 ? ipv4.payloadAddress() : ipv6.upperAddress();
          int protocol = Memory.getByte(message + 8 + (isIpv4 ? 9 : 6));
          Ends after = ends(random, isIpv4);
          AddressEditor quoteEditor =
              new AddressEditor()
                  .quote(message + 8, isIpv4, protocol, message + 8 + header, quoted - header);
          IpAddress source = IpAddress.parse(after.source);
          quoteEditor.source(source.high(), source.low(), after.sourcePort);
          IpAddress destination = IpAddress.parse(after.destination);
          quoteEditor.destination(destination.high(), destination.low(), after.destinationPort);
          editor.destination(source.high(), source.low(), 0);
          editor.follow(quoteEditor.gain());
          assertThat(frame).hasGoodChecksums();
          byte[] wanted = build(isIpv4, carries, after, new byte[20], Sum.FINAL, false);
          byte[] seen = frame.toByteArray();
          for (int i = 0; i < quoted; i++) {
            boolean known = carries != Carries.TCP || i < header + 16 || quoted >= header + 18;
            if (known) {
              assertEquals(
                  wanted[14 + i], seen[14 + header + 8 + i], "byte " + i + " of the quote");
            }
          }
        });
  }

  private static Sum sum(RandomGenerator random, Carries carries, boolean isIpv4) {
    Sum sum = pick(random, Sum.values());
    boolean ports = carries == Carries.TCP || carries == Carries.UDP;
    boolean partial = sum == Sum.PARTIAL_KNOWN || sum == Sum.PARTIAL_GUESSED;
    return sum == Sum.NONE && (carries != Carries.UDP || !isIpv4) || partial && !ports
        ? Sum.FINAL
        : sum;
  }

  private static <T> T pick(RandomGenerator random, T[] values) {
    return values[random.nextInt(values.length)];
  }

  private static Ends ends(RandomGenerator random, boolean isIpv4) {
    return new Ends(
        address(random, isIpv4),
        random.nextInt(0x10000),
        address(random, isIpv4),
        random.nextInt(0x10000));
  }

  /// Also such that are all zeros or all ones, where one's complement has two zeros.
  private static String address(RandomGenerator random, boolean isIpv4) {
    long low =
        switch (random.nextInt(6)) {
          case 0 -> 0;
          case 1 -> -1;
          default -> random.nextLong();
        };
    return isIpv4
        ? IpAddress.ofIpv4((int) low).toString()
        : new IpAddress(0x2001_0db8_0000_0000L | random.nextInt(3), low).toString();
  }

  private static byte[] build(
      boolean isIpv4, Carries carries, Ends ends, byte[] payload, Sum sum, boolean more) {
    PacketBuilder packet = PacketBuilder.ethernet("02:00:00:00:00:01", "02:00:00:00:00:02");
    packet =
        isIpv4
            ? packet.ipv4(ends.source, ends.destination)
            : packet.ipv6(ends.source, ends.destination);
    packet = more ? packet.identification(77).fragment(0, true) : packet;
    packet =
        switch (carries) {
          case TCP -> packet.tcp(ends.sourcePort, ends.destinationPort).ack(1);
          case UDP -> packet.udp(ends.sourcePort, ends.destinationPort);
          case ECHO_REQUEST -> packet.echoRequest(ends.sourcePort, 1);
          case ECHO_REPLY -> packet.echoReply(ends.destinationPort, 1);
        };
    packet =
        switch (sum) {
          case FINAL -> packet;
          case PARTIAL_KNOWN, PARTIAL_GUESSED -> packet.partialChecksum();
          case NONE -> packet.noChecksum();
          case BAD -> packet.badChecksum();
        };
    return packet.payload(payload).build();
  }

  private void point(Frame frame, Sum sum) {
    ethernet.wrap(frame.address(), frame.length());
    boolean isIpv4 = ethernet.payloadType() == Ipv4Header.ETHER_TYPE;
    long ip = ethernet.payloadAddress();
    if (isIpv4) {
      ipv4.wrap(ip, ethernet.payloadLength());
    } else {
      ipv6.wrap(ip, ethernet.payloadLength());
    }
    long transport = isIpv4 ? ipv4.payloadAddress() : ipv6.upperAddress();
    int bytes = isIpv4 ? ipv4.payloadLength() : ipv6.upperLength();
    int protocol = isIpv4 ? ipv4.protocol() : ipv6.upperProtocol();
    if (sum == Sum.PARTIAL_KNOWN) {
      int start = (int) (transport - frame.address());
      frame.offload(1, start + 20, 500, start, protocol == 6 ? 16 : 6);
    } else if (sum != Sum.PARTIAL_GUESSED && frame.length() % 2 == 0) {
      frame.checksumState(Frame.ChecksumState.COMPLETE);
    }
    boolean fragment = isIpv4 ? ipv4.isFragment() : ipv6.isFragment();
    editor.packet(frame, ip, isIpv4, protocol, transport, bytes, fragment);
  }

  private void edit(Ends ends, boolean source, boolean destination) {
    if (source) {
      IpAddress address = IpAddress.parse(ends.source);
      editor.source(address.high(), address.low(), ends.sourcePort);
    }
    if (destination) {
      IpAddress address = IpAddress.parse(ends.destination);
      editor.destination(address.high(), address.low(), ends.destinationPort);
    }
  }
}
