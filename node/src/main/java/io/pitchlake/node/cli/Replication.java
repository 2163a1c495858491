package io.pitchlake.node.cli;

import io.pitchlake.common.config.Configuration.Sync;
import io.pitchlake.common.hash.ClusterKey;
import io.pitchlake.common.time.Clock;
import io.pitchlake.node.Node;
import io.pitchlake.sync.ReplicationThread;
import io.pitchlake.sync.Replicator;
import io.pitchlake.sync.SyncEvent;
import io.pitchlake.sync.link.JGroupsLink;
import io.pitchlake.sync.link.LinkException;
import io.pitchlake.sync.link.LinkSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A node's replication while it runs: its link to the others and the thread between that and the
/// engine.
final class Replication implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("pitchlake");

  /// Of nodes whose file names no cluster.
  static final String DEFAULT_CLUSTER = "pitchlake";

  /// How much is handed over before the engine's ring is looked at again.
  private static final int ARRIVALS = 64;

  private final Replicator replicator;
  private final ReplicationThread thread;
  private final JGroupsLink link;

  /// Opens the link and returns at once; peers are looked for beside.
  ///
  /// @param node was made to replicate
  /// @throws Failure the link's address cannot be had
  static Replication start(
      ConfigurationFile file, SyncAddresses addresses, ClusterKey key, Node node, Clock clock)
      throws Failure {
    Replicator replicator = node.replicator().orElseThrow();
    Sync sync = file.configuration().sync().orElseThrow();
    LinkSettings settings =
        new LinkSettings(
            sync.transport(),
            addresses.bind(),
            sync.port(),
            addresses.others().stream()
                .map(peer -> new LinkSettings.Endpoint(peer, sync.port()))
                .toList(),
            sync.cluster().orElse(DEFAULT_CLUSTER),
            key,
            replicator.boot());
    ReplicationThread thread = new ReplicationThread(replicator, clock);
    try {
      JGroupsLink link = JGroupsLink.open(settings, replicator, thread::wake, clock);
      return new Replication(replicator, thread, link);
    } catch (LinkException e) {
      replicator.close();
      throw new Failure(ExitCode.INTERFACE, "%s: error: %s".formatted(file.path(), e.getMessage()));
    }
  }

  private Replication(Replicator replicator, ReplicationThread thread, JGroupsLink link) {
    this.replicator = replicator;
    this.thread = thread;
    this.link = link;
    replicator.attach(link);
    thread.start(() -> link.poll(ARRIVALS));
  }

  /// Writes what people should read of.
  static void log(SyncEvent event) {
    if (event.isWarning()) {
      LOG.warn(event.line());
    } else {
      LOG.info(event.line());
    }
  }

  /// Leaves the others; after the engine's last turn.
  @Override
  public void close() {
    thread.close();
    link.close();
    replicator.close();
  }
}
