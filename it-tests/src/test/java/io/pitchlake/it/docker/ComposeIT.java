package io.pitchlake.it.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.SyncTransport;
import io.pitchlake.common.hash.ClusterKey;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.time.SystemClock;
import io.pitchlake.it.docker.Machine.Plug;
import io.pitchlake.sync.SyncLink;
import io.pitchlake.sync.link.JGroupsLink;
import io.pitchlake.sync.link.LinkException;
import io.pitchlake.sync.link.LinkSettings;
import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.ComposeContainer;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.junit.jupiter.Container;

/// The lab of `docker-compose.yml`, started once as users start it. Each test breaks something in
/// it and mends it again; the outages it measured are printed.
@RequiresDocker
class ComposeIT {
  private static final Duration START = Duration.ofMinutes(3);
  private static final String ACTIVE = "IPv4) BACKUP -> ACTIVE";
  private static final List<String> NODES = List.of("node-a", "node-b");

  /// With adverts every 100 ms a dead node is missed after 300 and a bit; the rest is for a busy
  /// machine.
  private static final int LONGEST_OUTAGE_MILLIS = 2_000;

  private static final int SYNC_PORT = 7800;

  @Container
  private static final ComposeContainer LAB =
      new ComposeContainer(new File(System.getProperty("pitchlake.compose")))
          .withEnv("JAR_FROM", "host")
          .withBuild(true)
          .withPull(false)
          .waitingFor("node-a", Wait.forHealthcheck().withStartupTimeout(START))
          .waitingFor("node-b", Wait.forHealthcheck().withStartupTimeout(START));

  private final Machine nodeA = machine("node-a");
  private final Machine nodeB = machine("node-b");
  private final Machine scanner = machine("scanner");

  private static Machine machine(String service) {
    return new Machine(service, LAB.getContainerByServiceName(service).orElseThrow());
  }

  /// Every test begins with node A active, B behind it, and all backends ready on both.
  @BeforeEach
  void settle() {
    for (Machine node : List.of(nodeA, nodeB)) {
      node.awaitHealth("healthy");
    }
    Machine.await(
        () -> role(nodeA).equals("ACTIVE") && role(nodeB).equals("BACKUP"),
        () -> "node A active before node B: " + role(nodeA) + ", " + role(nodeB));
    for (Machine node : List.of(nodeA, nodeB)) {
      for (String backend : List.of("172.31.2.30", "172.31.2.31")) {
        Machine.await(
            () -> isReady(node, backend), () -> backend + " is not ready on " + node.service());
      }
    }
  }

  private static String role(Machine node) {
    String log = node.log();
    int at = log.lastIndexOf("IPv4) ");
    return at < 0 ? "" : log.substring(log.indexOf("-> ", at) + 3).split("[^A-Z]", 2)[0];
  }

  private static boolean isReady(Machine node, String address) {
    String log = node.log();
    int started = log.lastIndexOf("ready: node");
    return log.lastIndexOf("target " + address + " is ready [")
        > Math.max(started, log.lastIndexOf("target " + address + " is not ready"));
  }

  @AfterAll
  static void keepLogs() throws IOException {
    Path folder = Files.createDirectories(Path.of(System.getProperty("pitchlake.records")));
    for (String node : NODES) {
      Files.writeString(folder.resolve("docker-" + node + ".log"), machine(node).log());
    }
  }

  private static void report(String what, Object noticed) {
    System.out.println("in containers, " + what + ": " + noticed);
  }

  // ---- what users see

  @Test
  void aScannerFindsAFullOffice() {
    String found = scanner.say("nmap", "-n", "-sn", "172.31.2.0/24");
    // All 254, but for what another test holds for a machine coming up.
    assertTrue(found.matches("(?s).*\\(25[34] hosts up\\).*"), found);
    String ports =
        scanner.say("nmap", "-n", "-Pn", "-sS", "-p", "22,80", "172.31.2.77", "172.31.2.20");
    String[] hosts = ports.split("scan report for 172.31.2.20");
    assertTrue(hosts[0].contains("22/tcp open") && hosts[0].contains("80/tcp open"), ports);
    assertTrue(hosts[1].contains("22/tcp closed") && hosts[1].contains("80/tcp open"), ports);
  }

  @Test
  void nobodyElsesAddressIsTaken() {
    assertTrue(
        scanner.say("curl", "-sS", "-m", "5", "http://172.31.2.20/").contains("I am host-a"));
    String asked = scanner.say("arping", "-c", "1", "-I", "eth0", "172.31.2.20");
    assertFalse(asked.contains("00:00:5E:00:01:32"), asked);
    ExecResult probed = scanner.exec("arping", "-D", "-c", "2", "-I", "eth0", "172.31.2.99");
    assertTrue(probed.getStdout().contains("Received 0 response"), probed::toString);
  }

  @Test
  void whoConnectsToATrapHangs() {
    ExecResult hung = scanner.exec("curl", "-sS", "-v", "-m", "2", "http://172.31.2.77/");
    assertEquals(28, hung.getExitCode(), hung::toString);
    assertTrue(hung.getStderr().contains("Connected to 172.31.2.77"), hung::toString);
    assertTrue(
        scanner.say("ndisc6", "-1", "fd31:2::77", "eth0").contains("00:00:5E:00:02:32"),
        "a neighbour advertisement");
    nodeA.awaitSaying(0, "TARPIT IPv4 TCP_SYNACK for 172.31.2.77/80 sent to 172.31.2.66/");
  }

  @Test
  void backendsAnswerTheClientThemselves() {
    for (String server : List.of("172.31.2.10", "[fd31:2::10]")) {
      List<String> answers =
          Stream.generate(() -> scanner.say("curl", "-sS", "-m", "5", "http://" + server + "/"))
              .limit(20)
              .distinct()
              .sorted()
              .toList();
      String me = server.startsWith("[") ? "fd31:2::66" : "172.31.2.66";
      assertEquals(
          Stream.of("backend-1", "backend-2")
              .map(name -> "I am " + name + ", and I am real. You are " + me + ".")
              .toList(),
          answers);
    }
  }

  @Test
  void aNodeHasNoPrivilegesButThoseItNeeds() {
    for (String service : NODES) {
      String status = machine(service).say("sh", "-c", "cat /proc/$(pidof java)/status");
      assertTrue(status.contains("Uid:\t950\t950\t950\t950"), status);
      assertTrue(
          status.contains("CapEff:\t0000000000802000"), "CAP_NET_RAW and CAP_SYS_NICE: " + status);
    }
  }

  // ---- drills

  @Test
  void whoIsKilledIsReplaced() {
    int from = nodeB.log().length();
    Client client = Client.on(scanner);
    nodeA.kill();
    nodeB.awaitSaying(from, ACTIVE);
    from = nodeA.log().length();
    nodeA.start();
    nodeA.awaitSaying(from, ACTIVE);
    report("kill and start", client.end(LONGEST_OUTAGE_MILLIS));
  }

  @Test
  void whoIsPausedIsReplacedAndWakesUpAsABackup() {
    int from = nodeB.log().length();
    Client client = Client.on(scanner);
    nodeA.pause();
    nodeB.awaitSaying(from, ACTIVE);
    from = nodeA.log().length();
    nodeA.unpause();
    nodeA.awaitSaying(from, "IPv4) ACTIVE -> BACKUP: this node stood still");
    nodeA.awaitSaying(from, ACTIVE);
    report("pause and unpause", client.end(LONGEST_OUTAGE_MILLIS));
  }

  @Test
  void whoHangsIsReplacedAndUnhealthy() {
    int from = nodeB.log().length();
    Client client = Client.on(scanner);
    nodeA.say("sh", "-c", "kill -STOP $(pidof java)");
    nodeB.awaitSaying(from, ACTIVE);
    report("hang", client.end(LONGEST_OUTAGE_MILLIS));
    nodeA.awaitHealth("unhealthy");
    nodeA.say("sh", "-c", "kill -CONT $(pidof java)");
    nodeA.awaitHealth("healthy");
  }

  @Test
  void whoIsDisconnectedComesBackWhereverItIsPluggedIn() {
    int from = nodeB.log().length();
    Client client = Client.on(scanner);
    Plug plug = nodeA.plug("lan");
    int fromA = nodeA.log().length();
    nodeA.pullOut(plug);
    nodeB.awaitSaying(from, ACTIVE);
    nodeA.awaitSaying(fromA, "no interface here has an address in 172.31.2.0/24");
    fromA = nodeA.log().length();
    nodeA.putBack(plug);
    nodeA.awaitSaying(fromA, ACTIVE);
    report("disconnect and connect", client.end(LONGEST_OUTAGE_MILLIS));
  }

  @Test
  void oneAfterTheOtherIsRestarted() {
    Client client = Client.on(scanner);
    for (Machine node : List.of(nodeB, nodeA)) {
      int from = node.log().length();
      node.restart();
      node.awaitSaying(from, "asked to stop");
      node.awaitSaying(from, "sync: has taken over what 172.31.3.");
      node.awaitHealth("healthy");
    }
    nodeA.awaitSaying(nodeA.log().lastIndexOf("ready: node-a"), ACTIVE);
    report("rolling restart", client.end(LONGEST_OUTAGE_MILLIS));
  }

  // ---- a cluster whose nodes are not of one version

  /// A node that holds the cluster's key and writes entries as an older one did: the link is real,
  /// what it says of itself is older.
  @Test
  void anOlderNodesEntriesAreRefusedInWords() throws Exception {
    int from = nodeA.log().length();
    ClusterKey key =
        new ClusterKey(
            Base64.getDecoder()
                .decode(nodeA.say("base64", "-w", "0", "/var/lib/pitchlake/cluster.key")));
    long boot = System.nanoTime();
    try (OlderNode older = OlderNode.join(key, boot, IpAddress.parse("172.31.3.1"))) {
      older.greet(0);
      nodeA.awaitSaying(
          from,
          "sync: 172.31.3.1 has version 0 of the entries, this node version 1; they go on without each other");
    }
    assertEquals("ACTIVE", role(nodeA));
    assertTrue(
        scanner.say("curl", "-sS", "-m", "5", "http://172.31.2.10/").contains("and I am real"));
  }

  @Test
  void anOlderLinkIsRefusedInWords() throws Exception {
    int from = nodeA.log().length();
    try (Socket socket = new Socket("172.31.3.4", SYNC_PORT)) {
      socket
          .getOutputStream()
          .write(
              ByteBuffer.allocate(46).put("PLK\0\1".getBytes(StandardCharsets.US_ASCII)).array());
      nodeA.awaitSaying(
          from,
          "sync: 172.31.3.1 was turned away: speaks version 0 of the sync link, and this node version 1");
    }
    assertEquals("ACTIVE", role(nodeA));
  }

  /// The sync link's end of a node that greets in another version.
  private static final class OlderNode implements AutoCloseable, SyncLink.Listener {
    private static final int HELLO_BYTES = 64;

    private final Semaphore news = new Semaphore(0);
    private final long boot;
    private final Queue<SyncLink.Peer> peers = new ConcurrentLinkedQueue<>();
    private JGroupsLink link;

    private OlderNode(long boot) {
      this.boot = boot;
    }

    static OlderNode join(ClusterKey key, long boot, IpAddress bind) throws LinkException {
      OlderNode node = new OlderNode(boot);
      node.link =
          JGroupsLink.open(
              new LinkSettings(
                  SyncTransport.TCP,
                  bind,
                  SYNC_PORT,
                  Stream.of("172.31.3.4", "172.31.3.6")
                      .map(peer -> new LinkSettings.Endpoint(IpAddress.parse(peer), SYNC_PORT))
                      .toList(),
                  "pitchlake",
                  key,
                  boot),
              node,
              node.news::release,
              SystemClock.INSTANCE);
      return node;
    }

    /// Says hello to both nodes, with an older format of entries.
    void greet(int format) throws InterruptedException {
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (peers.size() < 2 && System.nanoTime() - until < 0) {
        if (news.tryAcquire(100, TimeUnit.MILLISECONDS)) {
          link.poll(64);
        }
      }
      assertEquals(
          List.of("172.31.3.4", "172.31.3.6"),
          peers.stream().map(SyncLink.Peer::name).sorted().collect(Collectors.toList()));
      for (SyncLink.Peer peer : peers) {
        ByteBuffer hello = ByteBuffer.allocate(HELLO_BYTES);
        hello.put("PL".getBytes(StandardCharsets.US_ASCII)).put((byte) 1).put((byte) 1);
        hello.putLong(8, boot).putLong(16, peer.boot()).putLong(24, 1).putShort(48, (short) format);
        assertTrue(link.send(peer, hello.clear()));
      }
    }

    @Override
    public void onFrame(SyncLink.Peer from, ByteBuffer frame) {}

    @Override
    public void onJoined(SyncLink.Peer peer) {
      peers.add(peer);
    }

    @Override
    public void onLeft(SyncLink.Peer peer) {
      peers.remove(peer);
    }

    @Override
    public void onRefused(String who, String why) {}

    @Override
    public void close() {
      link.close();
    }
  }
}
