package io.pitchlake.node.slb;

import io.pitchlake.common.session.SessionCodec;
import io.pitchlake.sync.ReplicatedTable;

/// What persistence remembers, as other nodes are told of it. A copy from elsewhere takes no other
/// client's place. Engine thread.
final class PersistenceReplica implements ReplicatedTable {
  private static final long MILLI_NANOS = 1_000_000L;

  /// Two nodes do not end an entry in the same instant.
  private static final long SLACK_NANOS = 5_000_000_000L;

  private final PersistenceTable table;
  private final Scheduler scheduler;

  PersistenceReplica(PersistenceTable table, Scheduler scheduler) {
    this.table = table;
    this.scheduler = scheduler;
  }

  @Override
  public SessionCodec.Kind kind() {
    return SessionCodec.Kind.PERSISTENCE;
  }

  @Override
  public int capacity() {
    return table.slots();
  }

  @Override
  public int numbers() {
    return table.size() == 0 ? 0 : table.slots();
  }

  @Override
  public boolean isInUse(int slot) {
    return table.isInUse(slot);
  }

  @Override
  public boolean read(int slot, long at, SessionCodec into, long nowNanos) {
    into.create(at, SessionCodec.Kind.PERSISTENCE)
        .key(table.high(slot), table.low(slot), table.server(slot))
        .stateNumber(1)
        .target(table.target(slot))
        .millis((table.endNanos(slot) - nowNanos) / MILLI_NANOS);
    return true;
  }

  @Override
  public int find(SessionCodec told) {
    long server = told.name();
    if (server < 0
        || server >= TargetStates.NUMBERS
        || !scheduler.hasServer((int) server)
        || !told.isGone() && scheduler.indexOf(told.target()) == Scheduler.NONE) {
      return UNKNOWN_NAME;
    }
    return table.find((int) server, told.high(), told.low());
  }

  @Override
  public int add(SessionCodec told, long nowNanos) {
    if (told.millis() == 0) {
      return EXPIRED;
    }
    int slot =
        table.add(
            (int) told.name(),
            told.high(),
            told.low(),
            told.target(),
            endNanos(told, nowNanos),
            nowNanos);
    return slot == PersistenceTable.NONE ? NO_ROOM : slot;
  }

  private static long endNanos(SessionCodec told, long nowNanos) {
    return nowNanos + told.millis() * MILLI_NANOS;
  }

  @Override
  public int replace(int slot, SessionCodec told, long nowNanos) {
    table.set(slot, told.target(), endNanos(told, nowNanos));
    return slot;
  }

  @Override
  public boolean refresh(int slot, SessionCodec told, long nowNanos) {
    long later = endNanos(told, nowNanos);
    if (later - table.endNanos(slot) > 0) {
      table.set(slot, table.target(slot), later);
    }
    return table.endNanos(slot) - later > SLACK_NANOS;
  }

  @Override
  public boolean remove(int slot, SessionCodec told, long nowNanos) {
    if (table.endNanos(slot) - nowNanos > SLACK_NANOS) {
      return false;
    }
    table.remove(slot);
    return true;
  }
}
