package io.pitchlake.node.engine;

/// The rings between the engines of one node, one for each ordered pair, so that each has one
/// writer and one reader. Made before the engines start.
public final class Exchange {
  private static final int HEARINGS_PER_RING = 4096;

  /// The highest number the language allows.
  private static final int HIGHEST_TARGET = 65_535;

  private final int count;
  private final Hearsay[][] rings;
  private final HealthBoard board;

  /// Rings between `count` engines; none for a single one.
  public Exchange(int count) {
    this.count = count;
    this.rings = new Hearsay[count][count];
    this.board = new HealthBoard(count > 1 ? HIGHEST_TARGET : 0);
    for (int from = 0; from < count; from++) {
      for (int to = 0; to < count; to++) {
        rings[from][to] = from == to ? null : new Hearsay(HEARINGS_PER_RING);
      }
    }
  }

  /// How many engines there are.
  public int count() {
    return count;
  }

  /// One engine's part of the exchange.
  public Seat seat(int self) {
    Hearsay[] incoming = new Hearsay[count];
    for (int from = 0; from < count; from++) {
      incoming[from] = rings[from][self];
    }
    return new Seat(new Shards(count, self), rings[self], incoming, board);
  }

  /// What an engine needs of the exchange: which addresses it keeps, and its rings.
  ///
  /// @param outgoing rings to the other engines, by their number; null at this engine's own
  /// @param incoming rings from the other engines, by their number; null at this engine's own
  /// @param board where the engines of a node tell each other how targets are
  public record Seat(Shards shards, Hearsay[] outgoing, Hearsay[] incoming, HealthBoard board) {
    /// The seat of the only engine.
    public static Seat alone() {
      return new Exchange(1).seat(0);
    }
  }
}
