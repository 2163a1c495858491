package io.pitchlake.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pitchlake.node.Node;
import io.pitchlake.node.event.sink.UnixSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What a service manager hears, through a real socket.
@EnabledOnOs(OS.LINUX)
class ServiceManagerTest {
  private static final long PID = 4711;

  @TempDir private Path folder;

  private ServiceManager manager(String... variables) {
    Map<String, String> environment =
        Map.of(
            "NOTIFY_SOCKET",
            folder.resolve("notify").toString(),
            variables.length > 0 ? variables[0] : "NONE",
            variables.length > 0 ? variables[1] : "");
    return ServiceManager.of(environment::get, PID);
  }

  @Test
  void hearsOfTheStartOfTheStateAndOfTheEnd() throws Exception {
    try (UnixSocket socket = UnixSocket.bind(folder.resolve("notify"));
        ServiceManager manager = manager()) {
      manager.ready("ready: node-a");
      manager.status("last minute: quiet");
      manager.stopping();
      assertEquals("READY=1\nSTATUS=ready: node-a", socket.receive());
      assertEquals("STATUS=last minute: quiet", socket.receive());
      assertEquals("STOPPING=1", socket.receive());
    }
  }

  @Test
  void theWatchdogIsFedByWhatTheEngineDid() throws Exception {
    Node node = QuietNode.make();
    try (UnixSocket socket = UnixSocket.bind(folder.resolve("notify"));
        ServiceManager manager = manager("WATCHDOG_USEC", "2000000")) {
      EnginePulse pulse = new EnginePulse(List.of(node));
      manager.feed(pulse);
      manager.feed(pulse);
      assertThrows(AssertionError.class, socket::receive, "the engine has not turned");
      node.turn();
      manager.feed(pulse);
      assertEquals("WATCHDOG=1", socket.receive());
      manager.feed(pulse);
      assertThrows(AssertionError.class, socket::receive, "it has not turned again");
      node.turn();
      manager.feed(pulse);
      assertEquals("WATCHDOG=1", socket.receive());
    } finally {
      node.close();
    }
  }

  @Test
  void nobodyIsToldWhereNobodyAsked() {
    try (ServiceManager manager = ServiceManager.of(name -> null, PID)) {
      manager.ready("ready");
      manager.stopping();
    }
  }
}
