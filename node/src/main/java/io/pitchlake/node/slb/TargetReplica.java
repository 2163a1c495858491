package io.pitchlake.node.slb;

import io.pitchlake.common.config.Configuration.TargetState;
import io.pitchlake.common.session.SessionCodec;
import io.pitchlake.sync.ReplicatedTable;

/// What administrators want of targets, as other nodes are told of it: only where a command has
/// said so, on whatever node, since this one started. Entries are targets' numbers. Engine thread.
final class TargetReplica implements ReplicatedTable {
  private static final TargetState[] STATES = TargetState.values();

  private final TargetStates states;
  private final Scheduler scheduler;

  TargetReplica(TargetStates states, Scheduler scheduler) {
    this.states = states;
    this.scheduler = scheduler;
  }

  @Override
  public SessionCodec.Kind kind() {
    return SessionCodec.Kind.TARGET;
  }

  @Override
  public int capacity() {
    return TargetStates.NUMBERS;
  }

  @Override
  public int numbers() {
    return states.isAnyAdministered() ? TargetStates.NUMBERS : 0;
  }

  @Override
  public boolean isInUse(int number) {
    return states.isAdministered(number);
  }

  @Override
  public boolean read(int number, long at, SessionCodec into, long nowNanos) {
    into.create(at, SessionCodec.Kind.TARGET)
        .key(0, 0, number)
        .stateNumber(states.wanted(number).ordinal() + 1);
    return true;
  }

  @Override
  public int find(SessionCodec told) {
    long number = told.name();
    if (number < 0 || number >= TargetStates.NUMBERS || told.isGone()) {
      return NOT_ALLOWED;
    }
    if (scheduler.indexOf((int) number) == Scheduler.NONE) {
      return UNKNOWN_NAME;
    }
    return states.isAdministered((int) number) ? (int) number : NONE;
  }

  @Override
  public int add(SessionCodec told, long nowNanos) {
    return replace((int) told.name(), told, nowNanos);
  }

  @Override
  public int replace(int number, SessionCodec told, long nowNanos) {
    states.administer(number, STATES[told.stateNumber() - 1]);
    return number;
  }

  @Override
  public boolean refresh(int number, SessionCodec told, long nowNanos) {
    return false;
  }

  @Override
  public boolean remove(int number, SessionCodec told, long nowNanos) {
    return false;
  }
}
