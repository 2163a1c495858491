package io.pitchlake.common.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// Text that is taken for an address is one for the JDK, too, and is written and read as the same.
class AddressTextFuzzTest {
  static Stream<byte[]> texts() {
    return Stream.of(
            "192.168.2.77",
            "2001:db8:1::77",
            "::ffff:192.168.2.77",
            "fe80:0:0:0:1:2:3:4",
            "192.168.2.0/24",
            "2001:db8::/32",
            "02:00:00:00:00:66",
            "02-00-00-00-00-66")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("texts")
  @FuzzTest
  void anyText(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    IpAddress.tryParse(text)
        .ifPresent(address -> {
          assertEquals(InetAddress.ofLiteral(text), address.inet());
          assertEquals(address, IpAddress.parse(address.toString()));
        });
    IpPrefix.tryParse(text)
        .ifPresent(prefix -> assertEquals(prefix, IpPrefix.parse(prefix.toString())));
    MacAddress.tryParse(text).ifPresent(mac -> assertEquals(mac, MacAddress.parse(mac.toString())));
  }
}
