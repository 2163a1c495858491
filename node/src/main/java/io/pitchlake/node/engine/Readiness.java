package io.pitchlake.node.engine;

/// What an election and replication have to say to each other. Engine thread.
public interface Readiness {
  /// For a node without replication.
  Readiness ALWAYS =
      new Readiness() {
        @Override
        public boolean mayPreempt(long nowNanos) {
          return true;
        }

        @Override
        public void becameActive() {}
      };

  /// Whether this node knows what its peers know, so that it may take over from one that lives
  /// merely because its own priority is higher. Taking over from one that is silent is no question.
  boolean mayPreempt(long nowNanos);

  /// A virtual router of this node has become active: what this node changes from now on is newer
  /// than what others changed without knowing of it.
  void becameActive();
}
