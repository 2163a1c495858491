package io.pitchlake.it.docker;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.SyncTransport;
import io.pitchlake.common.hash.ClusterKey;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.time.SystemClock;
import io.pitchlake.sync.SyncLink;
import io.pitchlake.sync.link.JGroupsLink;
import io.pitchlake.sync.link.LinkException;
import io.pitchlake.sync.link.LinkSettings;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// The sync link's end of a node that writes entries in another format: the link is real, what it
/// says of itself is older. One thread.
final class OlderNode implements AutoCloseable, SyncLink.Listener {
  private static final int SYNC_PORT = 7800;
  private static final int PATIENCE_SECONDS = 20;

  /// The head of a frame, and what a greeting has behind it; SyncFrame of `sync` draws them.
  private static final byte VERSION = 1;

  private static final byte HELLO = 1;
  private static final int TYPE_AT = 3;
  private static final int SENDER_AT = 8;
  private static final int RECEIVER_AT = 16;
  private static final int EPOCH_AT = 24;
  private static final int FORMAT_AT = 48;
  private static final int HELLO_BYTES = 64;

  private final Semaphore news = new Semaphore(0);
  private final long boot;
  private final List<String> nodes;
  private final Map<String, SyncLink.Peer> peers = new TreeMap<>();
  private final Map<String, Set<String>> heard = new TreeMap<>();
  private JGroupsLink link;

  private OlderNode(long boot, List<String> nodes) {
    this.boot = boot;
    this.nodes = nodes;
  }

  /// Joins a link.
  ///
  /// @param bind the address of this machine there
  /// @param nodes those of the nodes
  static OlderNode join(ClusterKey key, long boot, String bind, List<String> nodes)
      throws LinkException {
    OlderNode node = new OlderNode(boot, nodes);
    node.link =
        JGroupsLink.open(
            new LinkSettings(
                SyncTransport.TCP,
                IpAddress.parse(bind),
                SYNC_PORT,
                nodes.stream()
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

  /// Says hello to all nodes, with another format of entries.
  void greet(int format) throws InterruptedException {
    await(() -> peers.keySet().containsAll(nodes), "all nodes on the link");
    for (SyncLink.Peer peer : peers.values()) {
      ByteBuffer hello = ByteBuffer.allocate(HELLO_BYTES);
      hello.put("PL".getBytes(StandardCharsets.US_ASCII)).put(VERSION).put(HELLO);
      hello.putLong(SENDER_AT, boot).putLong(RECEIVER_AT, peer.boot()).putLong(EPOCH_AT, 1);
      assertTrue(link.send(peer, hello.putShort(FORMAT_AT, (short) format).clear()));
    }
  }

  /// What each node has sent so far, once all have sent something: `entries of format N` for a
  /// greeting, `type N` for anything else.
  Map<String, Set<String>> heard() throws InterruptedException {
    await(() -> heard.keySet().containsAll(nodes), "something of all nodes");
    link.poll(Integer.MAX_VALUE);
    return heard;
  }

  private void await(BooleanSupplier condition, String what) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      assertTrue(
          System.nanoTime() - until < 0,
          () -> "waited in vain for " + what + ": " + peers + ", heard " + heard);
      if (news.tryAcquire(100, TimeUnit.MILLISECONDS)) {
        link.poll(64);
      }
    }
  }

  @Override
  public void onFrame(SyncLink.Peer from, ByteBuffer frame) {
    int at = frame.position();
    byte type = frame.get(at + TYPE_AT);
    heard
        .computeIfAbsent(from.name(), name -> new TreeSet<>())
        .add(
            type == HELLO ? "entries of format " + frame.getShort(at + FORMAT_AT) : "type " + type);
  }

  @Override
  public void onJoined(SyncLink.Peer peer) {
    peers.put(peer.name(), peer);
  }

  @Override
  public void onLeft(SyncLink.Peer peer) {
    peers.remove(peer.name());
  }

  @Override
  public void onRefused(String who, String why) {}

  @Override
  public void close() {
    link.close();
  }
}
