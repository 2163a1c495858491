package io.pitchlake.sync;

/// What happens between nodes that a person should read of.
public sealed interface SyncEvent {
  /// One sentence for the log.
  String line();

  /// Whether somebody should do something about it.
  default boolean isWarning() {
    return false;
  }

  /// A node that can be understood was met.
  record Met(String peer) implements SyncEvent {
    @Override
    public String line() {
      return "sync: talks to " + peer;
    }
  }

  /// All that a peer held when it was met has been taken over.
  record CaughtUp(String peer, long millis) implements SyncEvent {
    @Override
    public String line() {
      return "sync: has taken over what " + peer + " holds, in " + millis + " ms";
    }
  }

  /// A node cannot be reached any more.
  record Left(String peer) implements SyncEvent {
    @Override
    public String line() {
      return "sync: " + peer + " cannot be reached any more";
    }

    @Override
    public boolean isWarning() {
      return true;
    }
  }

  /// A peer has not followed, and is told nothing for a while.
  record FellBehind(String peer, String why, long restMillis) implements SyncEvent {
    @Override
    public String line() {
      return "sync: %s does not follow (%s); it is greeted again in %d ms and repaired then"
          .formatted(peer, why, restMillis);
    }

    @Override
    public boolean isWarning() {
      return true;
    }
  }

  /// A node of another version.
  record OtherProtocol(String peer, String what, int theirs, int ours) implements SyncEvent {
    @Override
    public String line() {
      return "sync: %s has version %d of the %s, this node version %d; they go on without each other"
          .formatted(peer, theirs, what, ours);
    }

    @Override
    public boolean isWarning() {
      return true;
    }
  }

  /// A peer that keys its cookies and choices otherwise.
  record OtherKeys(String peer) implements SyncEvent {
    @Override
    public String line() {
      return "sync: "
          + peer
          + " derives other keys: trapped connections and untracked flows will not survive a"
          + " failover; both nodes need the same 'sync { key FILE }'";
    }

    @Override
    public boolean isWarning() {
      return true;
    }
  }

  /// A peer that sends what no node sends.
  record Nonsense(String peer) implements SyncEvent {
    @Override
    public String line() {
      return "sync: " + peer + " sends frames that are malformed; nothing more is taken from it";
    }

    @Override
    public boolean isWarning() {
      return true;
    }
  }

  /// Somebody who is not of the cluster.
  record Refused(String who, String why) implements SyncEvent {
    @Override
    public String line() {
      return "sync: " + who + " was turned away: " + why;
    }

    @Override
    public boolean isWarning() {
      return true;
    }
  }
}
