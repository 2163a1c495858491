package io.pitchlake.sync;

import io.pitchlake.common.session.SessionCodec;
import io.pitchlake.common.session.Stamps;
import io.pitchlake.common.session.TableChanges;
import io.pitchlake.common.wire.Memory;
import java.lang.foreign.Arena;

/// What of a table has changed and is still to be told, when each entry was changed last, and what
/// it adds to the digest: 16 bytes an entry, and a bit. The table is the queue: an entry that
/// changes ten times before it is told is told once.
///
/// A second level of bits says which words of the first have any, so that finding the next costs a
/// step for each 4,096 entries that have not changed. Engine thread.
final class Journal implements TableChanges {
  static final int NONE = ReplicatedTable.NONE;

  private static final int ENTRY_BYTES = 16;
  private static final int STAMP = 0;
  private static final int TOLD = 8;

  private final ReplicatedTable table;
  private final SessionReplicator replicator;
  private final Stamps stamps;
  private final Arena arena = Arena.ofShared();
  private final long entries;
  private final long[] dirty;
  private final long[] dirtyWords;
  private int dirtyCount;
  private int cursor;
  private boolean merging;

  Journal(ReplicatedTable table, SessionReplicator replicator, Stamps stamps) {
    this.table = table;
    this.replicator = replicator;
    this.stamps = stamps;
    int words = Math.ceilDiv(table.capacity(), Long.SIZE);
    entries = arena.allocate((long) table.capacity() * ENTRY_BYTES, 64).address();
    dirty = new long[words];
    dirtyWords = new long[Math.ceilDiv(words, Long.SIZE)];
  }

  ReplicatedTable table() {
    return table;
  }

  /// While what another node has told is taken over, the table's changes are not its own.
  void merging(boolean on) {
    merging = on;
  }

  @Override
  public void changed(int entry) {
    if (!merging) {
      renew(entry);
    }
  }

  /// What this node has counts, and more than all that was ever told.
  void renew(int entry) {
    Memory.putLong(at(entry) + STAMP, stamps.next());
    again(entry);
  }

  @Override
  public void removing(int entry) {
    if (told(entry) != 0) {
      replicator.removing(this, entry, !merging);
    }
    forget(entry);
  }

  @Override
  public void aging(int entry) {
    again(entry);
  }

  /// Has an entry told once more, with the stamp it has.
  void again(int entry) {
    int word = entry >>> 6;
    long bit = 1L << entry;
    if ((dirty[word] & bit) == 0) {
      dirty[word] |= bit;
      dirtyWords[word >>> 6] |= 1L << word;
      dirtyCount++;
    }
  }

  /// How many entries are to be told.
  int dirtyCount() {
    return dirtyCount;
  }

  /// Takes the next entry to be told, round and round; [#NONE] when there is none.
  int next() {
    if (dirtyCount == 0) {
      return NONE;
    }
    int word = cursor >>> 6;
    long left = dirty[word] & -1L << cursor;
    while (left == 0) {
      word = nextWord(word + 1);
      left = dirty[word];
    }
    int entry = (word << 6) + Long.numberOfTrailingZeros(left);
    clean(entry);
    cursor = entry + 1 < table.capacity() ? entry + 1 : 0;
    return entry;
  }

  /// The first word from `from` on, and round, that is not 0; there is one.
  private int nextWord(int from) {
    int start = from < dirty.length ? from : 0;
    int index = start >>> 6;
    long left = dirtyWords[index] & -1L << start;
    while (left == 0) {
      index = index + 1 < dirtyWords.length ? index + 1 : 0;
      left = dirtyWords[index];
    }
    return (index << 6) + Long.numberOfTrailingZeros(left);
  }

  private void clean(int entry) {
    int word = entry >>> 6;
    long bit = 1L << entry;
    if ((dirty[word] & bit) != 0) {
      dirty[word] &= ~bit;
      if (dirty[word] == 0) {
        dirtyWords[word >>> 6] &= ~(1L << word);
      }
      dirtyCount--;
    }
  }

  /// When the entry was changed last; 0 when it never was.
  long stamp(int entry) {
    return Memory.getLong(at(entry) + STAMP);
  }

  /// What the entry adds to the digest; 0 when others do not know of it.
  long told(int entry) {
    return Memory.getLong(at(entry) + TOLD);
  }

  void told(int entry, long contribution) {
    Memory.putLong(at(entry) + TOLD, contribution);
  }

  /// Another node's copy is this node's now.
  void adopt(int entry, SessionCodec told) {
    Memory.putLong(at(entry) + STAMP, told.stamp());
    clean(entry);
  }

  private void forget(int entry) {
    Memory.putLong(at(entry) + STAMP, 0);
    Memory.putLong(at(entry) + TOLD, 0);
    clean(entry);
  }

  private long at(int entry) {
    assert entry >= 0 && entry < table.capacity() : "there is no entry " + entry;
    return entries + (long) entry * ENTRY_BYTES;
  }

  void close() {
    arena.close();
  }
}
