package io.pitchlake.it.bench.sync;

import io.pitchlake.common.session.SessionCodec;
import io.pitchlake.common.session.TableChanges;
import io.pitchlake.sync.ReplicatedTable;

/// A table that costs next to nothing: an entry's key is its number, its content the microsecond of
/// its last change. What another node has changed tells how long it was on its way. Engine thread.
final class BenchTable implements ReplicatedTable {
  private static final long MICROS_BITS = (1L << 48) - 1;
  private static final int STATE = 1;

  private final long[] micros;
  private final Lags lags;
  private TableChanges changes;
  private int highest;
  private long merged;

  /// @param lags gets the way of each change, in microseconds
  BenchTable(int entries, Lags lags) {
    micros = new long[entries];
    this.lags = lags;
  }

  void tell(TableChanges to) {
    changes = to;
  }

  void change(int entry, long nowNanos) {
    highest = Math.max(highest, entry + 1);
    micros[entry] = nowNanos / 1_000 & MICROS_BITS;
    changes.changed(entry);
  }

  /// Entries that were taken over since the start.
  long merged() {
    return merged;
  }

  @Override
  public SessionCodec.Kind kind() {
    return SessionCodec.Kind.ADDRESS;
  }

  @Override
  public int capacity() {
    return micros.length;
  }

  @Override
  public int numbers() {
    return highest;
  }

  @Override
  public boolean isInUse(int entry) {
    return micros[entry] != 0;
  }

  @Override
  public boolean read(int entry, long at, SessionCodec into, long nowNanos) {
    into.create(at, SessionCodec.Kind.ADDRESS)
        .key(0, entry, 0)
        .stateNumber(STATE)
        .station(0, micros[entry]);
    return true;
  }

  @Override
  public int find(SessionCodec told) {
    int entry = (int) told.low();
    return isInUse(entry) ? entry : NONE;
  }

  @Override
  public int add(SessionCodec told, long nowNanos) {
    return replace((int) told.low(), told, nowNanos);
  }

  @Override
  public int replace(int entry, SessionCodec told, long nowNanos) {
    highest = Math.max(highest, entry + 1);
    micros[entry] = told.mac();
    merged++;
    lags.add((System.nanoTime() / 1_000 & MICROS_BITS) - told.mac());
    changes.changed(entry);
    return entry;
  }

  @Override
  public boolean refresh(int entry, SessionCodec told, long nowNanos) {
    return false;
  }

  @Override
  public boolean remove(int entry, SessionCodec told, long nowNanos) {
    return false;
  }
}
