package io.pitchlake.sync.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.SyncTransport;
import io.pitchlake.common.hash.ClusterKey;
import io.pitchlake.sync.SyncLink;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jgroups.JChannel;
import org.jgroups.protocols.TCP;
import org.jgroups.protocols.TCPPING;
import org.jgroups.protocols.UNICAST3;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.protocols.pbcast.NAKACK2;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Real links over real sockets, on loopback addresses of their own.
@Timeout(120)
class JGroupsLinkTest {
  private static final ClusterKey KEY = TestNode.key(1);

  private final String network = TestNode.network(new Random());
  private final String a = network + 1;
  private final String b = network + 2;
  private final String c = network + 3;

  @Test
  void nodesOfOneKeyFindEachOtherAndTalk() throws Exception {
    try (TestNode first = TestNode.open(a, KEY, "lab", a, b);
        TestNode second = TestNode.open(b, KEY, "lab", a, b)) {
      first.awaitLine("joined " + b);
      second.awaitLine("joined " + a);
      assertTrue(first.send(first.peers().getFirst(), "good morning"));
      second.awaitLine("frame good morning of " + a);
      assertTrue(second.send(second.peers().getFirst(), "good evening"));
      first.awaitLine("frame good evening of " + b);
      second.close();
      first.awaitLine("left " + b);
      assertTrue(first.peers().isEmpty());
    }
  }

  @Test
  void threeNodesTalkPairByPair() throws Exception {
    List<String> all = List.of(a, b, c);
    try (TestNode first = TestNode.open(a, KEY, "lab", a, b, c);
        TestNode second = TestNode.open(b, KEY, "lab", a, b, c);
        TestNode third = TestNode.open(c, KEY, "lab", a, b, c)) {
      List<TestNode> nodes = List.of(first, second, third);
      for (int me = 0; me < 3; me++) {
        for (String other : all) {
          if (!other.equals(all.get(me))) {
            nodes.get(me).awaitLine("joined " + other);
          }
        }
      }
      for (TestNode node : nodes) {
        node.peers().forEach(peer -> assertTrue(node.send(peer, "for " + peer.name())));
      }
      for (int me = 0; me < 3; me++) {
        for (String other : all) {
          if (!other.equals(all.get(me))) {
            nodes.get(me).awaitLine("frame for " + all.get(me) + " of " + other);
          }
        }
      }
    }
  }

  @Test
  void aNodeOfAnotherKeyIsRefusedByName() throws Exception {
    try (TestNode first = TestNode.open(a, KEY, "lab", a, b);
        TestNode other = TestNode.open(b, TestNode.key(2), "lab", a, b)) {
      first.awaitAny(
          line -> line.startsWith("refused " + b + ": ") && line.endsWith("holds another key"),
          "refused");
      other.awaitAny(
          line -> line.startsWith("refused " + a + ": ") && line.endsWith("holds another key"),
          "refused");
      assertTrue(first.peers().isEmpty());
      assertTrue(other.peers().isEmpty());
    }
  }

  @Test
  void theLongestFramePasses() throws Exception {
    try (TestNode first = TestNode.open(a, KEY, "lab", a, b);
        TestNode second = TestNode.open(b, KEY, "lab", a, b)) {
      first.awaitLine("joined " + b);
      second.awaitLine("joined " + a);
      String text = "x".repeat(SyncLink.MAX_FRAME_BYTES);
      assertTrue(first.send(first.peers().getFirst(), text));
      second.awaitLine("frame " + text + " of " + a);
    }
  }

  @Test
  void aNodeOfAnotherClusterIsRefusedByName() throws Exception {
    try (TestNode first = TestNode.open(a, KEY, "lab", a, b);
        TestNode other = TestNode.open(b, KEY, "cellar", a, b)) {
      first.awaitLine("refused " + b + ": belongs to the cluster 'cellar', not 'lab'");
      other.awaitLine("refused " + a + ": belongs to the cluster 'lab', not 'cellar'");
      assertTrue(first.peers().isEmpty());
    }
  }

  @Test
  void aPlainMemberOfJGroupsIsRefused() throws Exception {
    TCP tcp = new TCP();
    tcp.setBindAddress(InetAddress.getByName(b)).setBindPort(TestNode.PORT).setPortRange(0);
    tcp.setClientBindAddr(InetAddress.getByName(b));
    try (TestNode first = TestNode.open(a, KEY, "lab", a, b);
        JChannel plain =
            new JChannel(
                tcp,
                new TCPPING()
                    .initialHosts(List.of(new InetSocketAddress(a, TestNode.PORT)))
                    .portRange(0),
                new NAKACK2().useMcastXmit(false),
                new UNICAST3(),
                new GMS().setJoinTimeout(500).printLocalAddress(false))) {
      plain.setName("plain");
      tcp.getDiagnosticsHandler().setEnabled(false);
      plain.connect("lab");
      first.awaitLine("refused " + b + ": speaks JGroups without the cluster's key");
      assertEquals(1, plain.getView().size());
      assertTrue(first.peers().isEmpty());
    }
  }

  @Test
  void aRestartedNodeIsAnotherPeer() throws Exception {
    try (TestNode first = TestNode.open(a, KEY, "lab", a, b)) {
      long boot;
      try (TestNode second = TestNode.open(b, KEY, "lab", a, b)) {
        first.awaitLine("joined " + b);
        boot = first.peers().getFirst().boot();
        second.awaitLine("joined " + a);
      }
      first.awaitLine("left " + b);
      first.forget();
      try (TestNode second = TestNode.open(b, KEY, "lab", a, b)) {
        first.awaitLine("joined " + b);
        second.awaitLine("joined " + a);
        assertTrue(first.peers().getFirst().boot() != boot);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void anAddressThatTheHostLacksIsOneSentence(SyncTransport transport) {
    LinkException e =
        assertThrows(
            LinkException.class, () -> new TestNode(transport, "192.0.2.77", KEY, "lab", a));
    assertEquals(
        "the sync link cannot listen on 192.0.2.77 port 7800: this host does not have the address;"
            + " write one that 'ip address' shows, or give the host this one",
        e.getMessage());
  }

  @ParameterizedTest
  @EnumSource
  void aPortThatIsTakenIsOneSentence(SyncTransport transport) throws Exception {
    try (TestNode first = new TestNode(transport, a, KEY, "lab", a, b)) {
      LinkException e =
          assertThrows(LinkException.class, () -> new TestNode(transport, a, KEY, "lab", b));
      assertEquals(
          "the sync link cannot listen on "
              + a
              + " port 7800: something else listens there; stop it, or write another 'port' on"
              + " every node",
          e.getMessage());
      assertEquals(List.of(), first.peers());
    }
  }

  /// Whoever waits for peers at the start is not there when the first packet comes.
  @Test
  void openingWaitsForNobody() throws Exception {
    long before = System.nanoTime();
    try (TestNode first = TestNode.open(a, KEY, "lab", a, b, "192.0.2.1")) {
      long millis = (System.nanoTime() - before) / 1_000_000;
      assertTrue(millis < 5_000, () -> "took " + millis + " ms");
      assertEquals(List.of(), first.peers());
    }
  }

  @Test
  void sendingToNobodyIsForgotten() throws Exception {
    try (TestNode first = TestNode.open(a, KEY, "lab", a, b);
        TestNode second = TestNode.open(b, KEY, "lab", a, b)) {
      first.awaitLine("joined " + b);
      var gone = first.peers().getFirst();
      second.close();
      first.awaitLine("left " + b);
      assertTrue(
          Stream.generate(() -> ByteBuffer.allocate(60_000))
              .limit(500)
              .allMatch(frame -> first.link.send(gone, frame)));
    }
  }
}
