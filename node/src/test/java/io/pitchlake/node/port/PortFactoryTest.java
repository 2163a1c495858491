package io.pitchlake.node.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.pitchlake.common.config.Configuration.Access;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@RequiresNamespaces
class PortFactoryTest {
  private final NetworkNamespace namespace = new NetworkNamespace();
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final Logger log = new LoggerContext().getLogger("port");

  @BeforeEach
  void layWire() {
    namespace.veth("near0", "02:00:00:00:00:e0", namespace, "far0", "02:00:00:00:00:a0");
    lines.start();
    log.setLevel(Level.INFO);
    log.addAppender(lines);
  }

  @AfterEach
  void leaveNamespace() {
    namespace.close();
  }

  private String opened(String name, Access access) {
    return namespace.call(() -> {
      try (Port port = PortFactory.open(name, access, log)) {
        return port.access();
      }
    });
  }

  @Test
  void opensWhatWasAskedForWithoutAWord() {
    assertEquals("xdp", opened("near0", Access.AUTO));
    assertEquals("xdp", opened("near0", Access.XDP));
    assertEquals("ring", opened("near0", Access.RING));
    assertEquals("pcap", opened("near0", Access.PCAP));
    assertEquals(0, lines.list.size());
  }

  @Test
  void fallsBackToTheRingAndSaysWhy() {
    namespace.run("ip", "link", "set", "near0", "mtu", "9000");
    assertEquals("ring", opened("near0", Access.XDP));
    assertEquals(1, lines.list.size());
    String line = lines.list.getFirst().getFormattedMessage();
    assertTrue(line.startsWith("near0 is read by ring, because"), line);
    assertTrue(line.contains("MTU of 9000"), line);
  }

  @Test
  void takesGenericXdpOnlyWhereItWasAskedFor() {
    namespace.run("ip", "link", "add", "plain0", "type", "bridge");
    namespace.run("ip", "link", "set", "plain0", "up");
    assertEquals("ring", opened("plain0", Access.AUTO));
    assertEquals("xdp", opened("plain0", Access.XDP));
    assertEquals(2, lines.list.size());
    String line = lines.list.getLast().getFormattedMessage();
    assertTrue(line.startsWith("plain0 is read by generic xdp, because"), line);
  }

  @Test
  void doesNotTryOtherPortsOnAnInterfaceThatIsNotThere() {
    IllegalStateException failure =
        assertThrows(IllegalStateException.class, () -> opened("nosuch0", Access.AUTO));
    PortException refusal = (PortException) failure.getCause();
    assertEquals(PortException.Reason.UNKNOWN_INTERFACE, refusal.reason());
    assertEquals(0, lines.list.size());
  }
}
