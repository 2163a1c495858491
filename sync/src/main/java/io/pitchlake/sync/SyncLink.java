package io.pitchlake.sync;

import java.nio.ByteBuffer;

/// What carries replication frames between the nodes of a cluster: JGroups in production, a
/// simulated network in tests.
///
/// Frames arrive whole and unaltered or not at all. A link may lose, delay, repeat and reorder
/// them; the replication protocol repairs all of that, so a link need not. One thread calls [#send]
/// and is called back through [Listener]; a link that has threads of its own hands over to that
/// one.
public interface SyncLink extends AutoCloseable {
  /// The longest frame a link takes.
  int MAX_FRAME_BYTES = 64 * 1024;

  /// Another node, as long as it runs.
  ///
  /// @param boot drawn at random when the node started, so that one that was restarted is another
  /// @param name for people: its address on the link
  record Peer(long boot, String name) {}

  /// What a link tells.
  interface Listener {
    /// A frame came, between the buffer's position and limit; it is the link's own again
    /// afterwards.
    void onFrame(Peer from, ByteBuffer frame);

    /// A node that holds the cluster's key can be reached.
    void onJoined(Peer peer);

    /// A node cannot be reached any more.
    void onLeft(Peer peer);

    /// Somebody without the cluster's key, or of another cluster, was turned away.
    ///
    /// @param who the address it came from
    /// @param why in words for the log
    void onRefused(String who, String why);
  }

  /// Takes a copy of the frame between the buffer's position and limit on its way to a peer, and
  /// never blocks: says false when there is no room for it now, and forgets it then. A peer that
  /// has left takes everything and hears nothing.
  boolean send(Peer to, ByteBuffer frame);

  /// Whether a frame that was taken arrives unless its peer leaves, or has no room for it, so that
  /// there is no hurry in sending it again.
  default boolean isReliable() {
    return false;
  }

  @Override
  void close();
}
