package io.pitchlake.common.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.wire.Property;
import java.net.InetAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {
  @ParameterizedTest
  @CsvSource({
    "02:00:00:00:00:04, fe80::ff:fe00:4",
    "aa:6a:29:b9:bc:e0, fe80::a86a:29ff:feb9:bce0",
    "00:00:5e:00:02:32, fe80::200:5eff:fe00:232"
  })
  void aMacMakesALinkLocalAddress(String mac, String address) {
    assertEquals(
        IpAddress.parse(address),
        IpAddress.linkLocal(MacAddress.tryParse(mac).orElseThrow().value()));
  }

  /// Text as people write it, and RFC 5952's form of the same address.
  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, 0.0.0.0",
    "192.168.2.255, 192.168.2.255",
    "::ffff:192.168.2.1, 192.168.2.1",
    "::FFFF:c0a8:0201, 192.168.2.1",
    "::, ::",
    "::1, ::1",
    "1::, 1::",
    "fe80::20e:cff:fe6c:ba4a, fe80::20e:cff:fe6c:ba4a",
    "2001:db8:1111::2:0, 2001:db8:1111::2:0",
    "2001:0DB8:0:0:0:0:0:1, 2001:db8::1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:db8::1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
    "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
    "64:ff9b::192.0.2.1, 64:ff9b::c000:201",
    "1:2:3:4:5:6:1.2.3.4, 1:2:3:4:5:6:102:304",
  })
  void readsEveryFormAndWritesOne(String text, String canonical) {
    IpAddress address = IpAddress.parse(text);
    assertEquals(canonical, address.toString());
    assertEquals(address, IpAddress.parse(canonical));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        ":",
        ":::",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.256",
        "1.2.3.04",
        "1.2.3.4 ",
        "1.2.3.-4",
        "1..2.3",
        "1.2.3.4.",
        "99999999999.1.1.1",
        "::ffff:",
        "::ffff:1.2.3",
        "1::2::3",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7:1.2.3.4",
        ":1::2",
        "1::2:",
        "12345::",
        "g::",
        "1.2.3.4::",
        "fe80::1%eth0",
        "٣.1.1.1",
        "::٣",
      })
  void refusesEverythingElse(String text) {
    assertEquals(Optional.empty(), IpAddress.tryParse(text));
    assertThrows(IllegalArgumentException.class, () -> IpAddress.parse(text));
  }

  @Test
  void readsWhatItWrites() {
    Property.forAll(
        "address text",
        2000,
        random -> {
          int keep = random.nextInt(256);
          IpAddress address =
              new IpAddress(
                  random.nextLong() & spread(keep), random.nextLong() & spread(keep >> 4));
          assertEquals(address, IpAddress.parse(address.toString()));
          // The JDK reads the same text; a literal is never looked up.
          byte[] bytes = InetAddress.getByName(address.toString()).getAddress();
          assertEquals(address.isIpv4() ? 4 : 16, bytes.length);
        });
  }

  /// Turns whole 16-bit groups off, so that runs of zeros are frequent.
  private static long spread(int bits) {
    long mask = 0;
    for (int group = 0; group < 4; group++) {
      mask |= (bits >>> group & 1) == 0 ? 0 : 0xffffL << (16 * group);
    }
    return mask;
  }

  @Test
  void ordersAsUnsignedNumbers() {
    assertTrue(IpAddress.parse("10.0.0.1").compareTo(IpAddress.parse("200.0.0.1")) < 0);
    assertTrue(IpAddress.parse("fe80::1").compareTo(IpAddress.parse("2001::")) > 0);
    assertTrue(IpAddress.parse("1::ffff:0:0:0").compareTo(IpAddress.parse("1::1")) > 0);
    assertEquals(0, IpAddress.parse("::1").compareTo(IpAddress.parse("0::1")));
  }

  @Test
  void knowsTheKindsOfAddresses() {
    assertTrue(IpAddress.parse("224.0.0.18").isMulticast());
    assertTrue(IpAddress.parse("239.255.255.255").isMulticast());
    assertFalse(IpAddress.parse("223.255.255.255").isMulticast());
    assertFalse(IpAddress.parse("240.0.0.0").isMulticast());
    assertTrue(IpAddress.parse("ff02::12").isMulticast());
    assertFalse(IpAddress.parse("fe80::1").isMulticast());
    assertTrue(IpAddress.parse("febf::1").isLinkLocal());
    assertFalse(IpAddress.parse("fec0::1").isLinkLocal());
    assertTrue(IpAddress.parse("0.0.0.0").isUnspecified());
    assertTrue(IpAddress.parse("::").isUnspecified());
    assertFalse(IpAddress.parse("::1").isUnspecified());
    assertTrue(IpAddress.parse("255.255.255.255").isLimitedBroadcast());
    assertFalse(IpAddress.parse("ffff::ffff:ffff").isLimitedBroadcast());
    assertEquals(0xc0a8_0201, IpAddress.parse("192.168.2.1").ipv4());
    assertEquals(IpAddress.parse("192.168.2.1"), IpAddress.ofIpv4(0xc0a8_0201));
  }
}
