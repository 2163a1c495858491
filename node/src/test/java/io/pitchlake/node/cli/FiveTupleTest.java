package io.pitchlake.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The ways in which people write a flow.
class FiveTupleTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tcp 192.168.2.66:4711 192.168.2.10:80",
        "TCP 192.168.2.66:4711 > 192.168.2.10:80",
        "tcp 192.168.2.66:4711 -> 192.168.2.10:80",
        "tcp 192.168.2.66/4711 192.168.2.10/80",
        "tcp 192.168.2.66 4711 192.168.2.10 80",
        "tcp,192.168.2.66,4711,192.168.2.10,80"
      })
  void aFlowOfIpv4(String text) {
    assertEquals(
        "tcp 192.168.2.66 4711 192.168.2.10 80", plain(FiveTuple.parse(List.of(text.split(" ")))));
    assertEquals("tcp 192.168.2.66 4711 192.168.2.10 80", plain(FiveTuple.parse(List.of(text))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "udp [2001:db8::66]:4711 [2001:db8::10]:53",
        "udp 2001:db8::66/4711 2001:db8::10/53",
        "udp 2001:db8::66 4711 2001:db8::10 53"
      })
  void aFlowOfIpv6(String text) {
    assertEquals(
        "udp 2001:db8::66 4711 2001:db8::10 53", plain(FiveTuple.parse(List.of(text.split(" ")))));
  }

  private static String plain(Optional<FiveTuple> flow) {
    return flow.map(of ->
            "%s %s %d %s %d"
                .formatted(
                    of.protocol(),
                    of.source(),
                    of.sourcePort(),
                    of.destination(),
                    of.destinationPort()))
        .orElse("none");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "tcp",
        "sctp 10.0.0.1:1 10.0.0.2:2",
        "tcp 10.0.0.1:1",
        "tcp 10.0.0.1 10.0.0.2",
        "tcp 10.0.0.1:1 10.0.0.2:65536",
        "tcp 10.0.0.1:1 10.0.0.2:x",
        "tcp 10.0.0.1:1 10.0.0.300:2",
        "tcp 2001:db8::66:80 2001:db8::10:53",
        "tcp :1 :2",
        "tcp [10.0.0.1:1 10.0.0.2]:2",
        "tcp 10.0.0.1:1 10.0.0.2:2 3"
      })
  void whatIsNone(String text) {
    assertEquals("none", plain(FiveTuple.parse(List.of(text.split(" ")))));
  }
}
