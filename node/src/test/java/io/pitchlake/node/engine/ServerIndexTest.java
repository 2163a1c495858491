package io.pitchlake.node.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.Protocol;
import io.pitchlake.common.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Servers found by address, protocol and port.
class ServerIndexTest {
  private static final int TCP = 6;
  private static final int UDP = 17;

  private final List<ServerView> servers = new ArrayList<>();

  private void server(String address, Protocol protocol, int port) {
    servers.add(
        new ServerView(
            servers.size(),
            servers.size() + 1,
            IpAddress.parse(address),
            port,
            protocol,
            null,
            List.of(),
            ServerPlan.of(List.of())));
  }

  private Integer find(String address, int protocol, int port) {
    IpAddress wanted = IpAddress.parse(address);
    ServerView found = new ServerIndex(servers).find(wanted.high(), wanted.low(), protocol, port);
    return found == null ? null : found.id();
  }

  @Test
  void withoutServersThereIsNone() {
    assertNull(find("192.168.2.10", TCP, 80));
    assertFalse(ServerIndex.EMPTY.contains(0, 0));
  }

  @Test
  void thePortsOwnServerComesBeforeTheOneOfEveryPort() {
    server("192.168.2.10", Protocol.ANY, 0);
    server("192.168.2.10", Protocol.TCP, 80);
    server("2001:db8::10", Protocol.UDP, 53);
    assertEquals(2, find("192.168.2.10", TCP, 80));
    assertEquals(1, find("192.168.2.10", UDP, 80));
    assertEquals(1, find("192.168.2.10", TCP, 81));
    assertEquals(3, find("2001:db8::10", UDP, 53));
    assertNull(find("2001:db8::10", TCP, 53));
    assertNull(find("2001:db8::10", UDP, 54));
    assertNull(find("192.168.2.11", TCP, 80));
  }

  @Test
  void everyServerOfThousandsIsFound() {
    for (int i = 0; i < 4000; i++) {
      server(
          "10.0." + i / 250 + "." + i % 250, i % 2 == 0 ? Protocol.TCP : Protocol.UDP, 1 + i % 9);
    }
    ServerIndex index = new ServerIndex(servers);
    for (int i = 0; i < 4000; i++) {
      IpAddress address = servers.get(i).address();
      int protocol = i % 2 == 0 ? TCP : UDP;
      assertEquals(
          servers.get(i), index.find(address.high(), address.low(), protocol, 1 + i % 9), "" + i);
      assertNull(index.find(address.high(), address.low(), 23 - protocol, 1 + i % 9), "" + i);
      assertTrue(index.contains(address.high(), address.low()), "" + i);
    }
    assertFalse(index.contains(0, IpAddress.parse("10.0.99.1").low()));
  }
}
