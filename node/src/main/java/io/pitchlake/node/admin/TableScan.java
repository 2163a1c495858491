package io.pitchlake.node.admin;

import io.pitchlake.node.Inside;
import java.util.List;

/// Reads a large table of the engines piece by piece: the engine copies numbers of a bounded number
/// of entries into an array that it is given, a worker makes rows of them and asks for the next
/// piece. Whoever wants everything waits for it; nobody else does.
final class TableScan {
  /// Entries that the engine looks at in one turn, and rows that it copies.
  static final int LOOKED_AT = 1024;

  static final int COPIED = 256;

  /// The longest that one request reads, however few rows it has found.
  private static final long LONGEST_NANOS = 3_000_000_000L;

  /// One table of an engine.
  interface Source {
    /// Copies entries that are wanted from `from` on; engine thread.
    ///
    /// @param into [#COPIED] rows of [#words] each
    /// @return how many rows, and where to go on; there is nothing more at [#END]
    Piece copy(Inside inside, int from, long[] into);

    /// Words of a row.
    int words();

    /// Makes a row of its words; worker.
    void row(long[] words, int at);
  }

  /// What one look has found.
  record Piece(int rows, int next) {}

  /// There is no next entry.
  static final int END = -1;

  private final List<EngineReader> engines;

  TableScan(List<EngineReader> engines) {
    this.engines = engines;
  }

  /// Reads from a cursor on until enough rows are found or the time is over; returns where to go
  /// on, or null when there is nothing more.
  Cursor read(Cursor from, List<? extends Source> tables, long limit) throws Refusal {
    long begunNanos = System.nanoTime();
    long found = 0;
    Cursor at = from;
    while (at != null && at.engine() < engines.size()) {
      if (at.table() >= tables.size()) {
        at = new Cursor(at.engine() + 1, 0, 0);
        continue;
      }
      if (found >= limit || System.nanoTime() - begunNanos > LONGEST_NANOS) {
        return at;
      }
      Source source = tables.get(at.table());
      // A new array each time: the engine may still be filling one that was given up.
      long[] words = new long[(int) Math.min(COPIED, limit - found) * source.words()];
      int entry = at.entry();
      Piece piece = engines.get(at.engine()).ask(inside -> source.copy(inside, entry, words));
      for (int row = 0; row < piece.rows(); row++) {
        source.row(words, row * source.words());
      }
      found += piece.rows();
      at =
          piece.next() == END
              ? new Cursor(at.engine(), at.table() + 1, 0)
              : new Cursor(at.engine(), at.table(), piece.next());
    }
    return null;
  }
}
