package io.pitchlake.common.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MacAddressTest {
  @Test
  void readsColonsAndHyphensAndWritesColons() {
    assertEquals(0x0000_5e00_0132L, MacAddress.parse("00:00:5e:00:01:32").value());
    assertEquals("00:00:5e:00:01:32", MacAddress.parse("00-00-5E-00-01-32").toString());
    assertEquals("ff:ff:ff:ff:ff:ff", new MacAddress(MacAddress.BROADCAST).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00:00:5e:00:01",
        "00:00:5e:00:01:32:00",
        "0:0:5e:0:1:32",
        "00:00:5e:00:01-32",
        "00:00:5e:00:01:3g",
        "00005e000132",
        "00.00.5e.00.01.32",
        "00:00:5e:00:01:+2"
      })
  void refusesEverythingElse(String text) {
    assertEquals(Optional.empty(), MacAddress.tryParse(text));
    String message =
        assertThrows(IllegalArgumentException.class, () -> MacAddress.parse(text)).getMessage();
    assertEquals("'" + text + "' is not a MAC address such as 00:00:5e:00:01:32", message);
  }

  @Test
  void hasFortyEightBits() {
    assertThrows(IllegalArgumentException.class, () -> new MacAddress(1L << 48));
    assertThrows(IllegalArgumentException.class, () -> new MacAddress(-1));
  }

  @Test
  void knowsGroups() {
    assertTrue(MacAddress.isGroup(MacAddress.BROADCAST));
    assertTrue(MacAddress.isGroup(0x0100_5e00_0012L));
    assertFalse(MacAddress.isGroup(0x0000_5e00_0132L));
  }
}
