package io.pitchlake.sync;

import io.pitchlake.common.session.SessionCodec;

/// A table whose entries nodes tell each other of: how to read them, and what may become of them.
/// When one copy counts more than another is [SessionReplicator]'s business, as far as it follows
/// from stamps. Engine thread.
public interface ReplicatedTable {
  /// No entry.
  int NONE = -1;

  /// It names a network, server or target that this node does not have.
  int UNKNOWN_NAME = -2;

  /// Its time is over.
  int EXPIRED = -3;

  /// The table is full.
  int NO_ROOM = -4;

  /// This node must not have it, whoever says so.
  int NOT_ALLOWED = -5;

  SessionCodec.Kind kind();

  /// Entries are numbered below this.
  int capacity();

  /// All entries there are now are numbered below this.
  int numbers();

  boolean isInUse(int entry);

  /// Writes everything but the stamp of an entry that is in use.
  ///
  /// @param at room for [SessionCodec#MAX_BYTES]
  /// @param into pointed there
  /// @return false when others must not know of the entry, of which only the key was written
  boolean read(int entry, long at, SessionCodec into, long nowNanos);

  /// The entry with the key of one that was told, [#NONE], or why there can be none.
  int find(SessionCodec told);

  /// How much an entry's state counts, before its stamp does.
  default int rank(int entry) {
    return 0;
  }

  /// The same for one that was told.
  default int rank(SessionCodec told) {
    return 0;
  }

  /// Whether the copies differ and this node has had to do with the entry well after the other one:
  /// a node that stood still or was cut off comes back with what it knew then, whatever its stamp.
  default boolean isUsedMoreLately(int entry, SessionCodec told) {
    return false;
  }

  /// Adds an entry that [#find] did not find; its number, or why not.
  int add(SessionCodec told, long nowNanos);

  /// Makes an entry what was told.
  ///
  /// @return the entry, or why not; then nothing has changed
  int replace(int entry, SessionCodec told, long nowNanos);

  /// The copies say the same; takes over that the other one was heard of more lately.
  ///
  /// @return true when this one was, by so much that the other node should know
  boolean refresh(int entry, SessionCodec told, long nowNanos);

  /// Another node does not hold an entry of this stamp any more.
  ///
  /// @return false when the entry lives on here
  boolean remove(int entry, SessionCodec told, long nowNanos);
}
