package io.pitchlake.node.engine;

/// The rings between the engines of one node, one for each ordered pair, so that each has one
/// writer and one reader. Made before the engines start.
public final class Exchange {
  private static final int HEARINGS_PER_RING = 4096;

  private final int count;
  private final Hearsay[][] rings;

  /// Rings between `count` engines; none for a single one.
  public Exchange(int count) {
    this.count = count;
    this.rings = new Hearsay[count][count];
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
    return new Seat(new Shards(count, self), rings[self], incoming);
  }

  /// What an engine needs of the exchange: which addresses it keeps, and its rings.
  ///
  /// @param outgoing rings to the other engines, by their number; null at this engine's own
  /// @param incoming rings from the other engines, by their number; null at this engine's own
  public record Seat(Shards shards, Hearsay[] outgoing, Hearsay[] incoming) {
    /// The seat of the only engine.
    public static Seat alone() {
      return new Exchange(1).seat(0);
    }
  }
}
