package io.pitchlake.common.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.wire.Property;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpPrefixTest {
  @ParameterizedTest
  @CsvSource({
    "192.168.2.77/24, 192.168.2.0/24, 192.168.2.255",
    "192.168.2.77, 192.168.2.77/32, 192.168.2.77",
    "0.0.0.0/0, 0.0.0.0/0, 255.255.255.255",
    "128.0.0.0/1, 128.0.0.0/1, 255.255.255.255",
    "::ffff:10.1.2.3/104, 10.0.0.0/8, 10.255.255.255",
    "fe80::f001/10, fe80::/10, febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001:db8::1/64, 2001:db8::/64, 2001:db8::ffff:ffff:ffff:ffff",
    "2001:db8::1/65, 2001:db8::/65, 2001:db8::7fff:ffff:ffff:ffff",
    "2001:db8::3/127, 2001:db8::2/127, 2001:db8::3",
    "::1, ::1/128, ::1",
    "::/0, ::/0, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  })
  void readsBlocks(String text, String canonical, String last) {
    IpPrefix block = IpPrefix.parse(text);
    assertEquals(canonical, block.toString());
    assertEquals(IpAddress.parse(last), block.last());
    assertEquals(block, IpPrefix.parse(canonical));
    assertTrue(block.contains(block.address()));
    assertTrue(block.contains(block.last()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "/", "1.2.3.4/", "1.2.3.4/33", "1.2.3.4/-1", "::/129", "::/1 ", "::/٣", "x/8"})
  void refusesEverythingElse(String text) {
    assertEquals(Optional.empty(), IpPrefix.tryParse(text));
    assertThrows(IllegalArgumentException.class, () -> IpPrefix.parse(text));
  }

  @Test
  void refusesLengthsThatTheFamilyDoesNotHave() {
    IpAddress ipv4 = IpAddress.parse("10.0.0.1");
    assertThrows(IllegalArgumentException.class, () -> IpPrefix.around(ipv4, 33));
    assertThrows(IllegalArgumentException.class, () -> IpPrefix.around(ipv4, -1));
    assertThrows(IllegalArgumentException.class, () -> new IpPrefix(ipv4, 129));
  }

  @Test
  void aBlockShorterThanTheMappedPrefixIsNotIpv4() {
    IpPrefix half = new IpPrefix(IpAddress.parse("1.2.3.4"), 95);
    assertFalse(half.isIpv4());
    assertEquals(95, half.familyLength());
  }

  @Test
  void blocksOverlapWhenOneLiesInTheOther() {
    IpPrefix wide = IpPrefix.parse("10.0.0.0/8");
    assertTrue(wide.overlaps(IpPrefix.parse("10.1.0.0/16")));
    assertTrue(IpPrefix.parse("10.1.0.0/16").overlaps(wide));
    assertTrue(wide.overlaps(wide));
    assertFalse(wide.overlaps(IpPrefix.parse("11.0.0.0/8")));
    assertFalse(wide.overlaps(IpPrefix.parse("2001:db8::/32")));
  }

  @Test
  void containsExactlyTheAddressesThatShareItsBits() {
    Property.forAll(
        "contains",
        2000,
        random -> {
          IpAddress address = new IpAddress(random.nextLong(), random.nextLong());
          int length = random.nextInt(129);
          IpPrefix block = new IpPrefix(address, length);
          int flipped = random.nextInt(128);
          IpAddress other =
              new IpAddress(
                  address.high() ^ (flipped < 64 ? 1L << 63 - flipped : 0),
                  address.low() ^ (flipped < 64 ? 0 : 1L << 127 - flipped));
          assertEquals(flipped >= length, block.contains(other), block + " and " + other);
        });
  }
}
