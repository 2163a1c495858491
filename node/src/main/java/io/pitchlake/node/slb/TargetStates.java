package io.pitchlake.node.slb;

import io.pitchlake.common.config.Configuration.TargetState;
import io.pitchlake.common.session.TableChanges;
import io.pitchlake.node.engine.TargetHealth;
import io.pitchlake.node.engine.TargetView;
import io.pitchlake.node.engine.View;
import java.util.BitSet;
import java.util.List;

/// What each target may get now, and with which weight: its health, what the administrator wants of
/// it, its configured weight and its slow start taken together. Targets are named by their
/// positions in the view.
///
/// A target's state is the file's until a command changes it, and the file's again when the file
/// changes it; a reload that does not touch it keeps the command's.
///
/// A target that becomes ready, or comes back from drain or maintenance, starts with a tenth of its
/// weight and gains another tenth [#STEPS] times over its slow start. Those that are ready when the
/// node starts have all of it: nothing says that they are cold. Engine thread.
final class TargetStates {
  /// In how many steps a weight grows.
  static final int STEPS = 10;

  /// No target of the configuration has such a number.
  static final int NUMBERS = 65_536;

  private final TargetHealth health;
  private final TargetState[] wanted = new TargetState[NUMBERS];
  private final TargetState[] configured = new TargetState[NUMBERS];

  /// Whose state a command has set since this node started.
  private final BitSet administered = new BitSet(NUMBERS);

  private TableChanges changes;
  private List<TargetView> targets = List.of();
  private boolean[] keeps = new boolean[0];
  private int[] weights = new int[0];
  private boolean[] known = new boolean[0];
  private boolean[] warming = new boolean[0];
  private long[] warmingSinceNanos = new long[0];
  private int healthSeen;
  private boolean started;
  private boolean changed;
  private boolean eachKnown;
  private boolean stepping;
  private long nextStepNanos;

  TargetStates(TargetHealth health) {
    this.health = health;
  }

  /// Takes the targets of a new view over; what is known of those that were there stays.
  void configure(View view, long nowNanos) {
    List<TargetView> before = targets;
    boolean[] knownBefore = known;
    int[] weightsBefore = weights;
    boolean[] warmingBefore = warming;
    long[] sinceBefore = warmingSinceNanos;
    targets = view.targets();
    keeps = new boolean[targets.size()];
    weights = new int[targets.size()];
    known = new boolean[targets.size()];
    warming = new boolean[targets.size()];
    warmingSinceNanos = new long[targets.size()];
    for (TargetView target : targets) {
      TargetState state = target.duty().state();
      if (configured[target.id()] != state) {
        configured[target.id()] = state;
        wanted[target.id()] = state;
        if (administered.get(target.id())) {
          tell(target.id());
        }
      }
      // A target that a reload adds may be cold; of those of the start nothing is known.
      known[target.index()] = started;
      for (TargetView old : before) {
        if (old.id() == target.id() && old.address().equals(target.address())) {
          known[target.index()] = knownBefore[old.index()];
          weights[target.index()] = weightsBefore[old.index()];
          warming[target.index()] = warmingBefore[old.index()];
          warmingSinceNanos[target.index()] = sinceBefore[old.index()];
        }
      }
    }
    started = true;
    refresh(nowNanos);
  }

  /// Puts the target of a number into a state.
  void administer(int number, TargetState state) {
    wanted[number] = state;
    changed = true;
    administered.set(number);
    tell(number);
  }

  /// Has every change by a command told to `listener` from now on.
  void changes(TableChanges listener) {
    changes = listener;
  }

  private void tell(int number) {
    if (changes != null) {
      changes.changed(number);
    }
  }

  /// Whether a command has set any target's state.
  boolean isAnyAdministered() {
    return !administered.isEmpty();
  }

  boolean isAdministered(int number) {
    return administered.get(number);
  }

  /// The state that the target of a number is wanted in.
  TargetState wanted(int number) {
    return wanted[number];
  }

  /// Looks whether something has changed; true when it has.
  boolean tick(long nowNanos) {
    boolean step = stepping && nowNanos - nextStepNanos >= 0;
    eachKnown = eachKnown || health.isEachJudged();
    if (health.changes() == healthSeen && !changed && !step) {
      return false;
    }
    refresh(nowNanos);
    return true;
  }

  private void refresh(long nowNanos) {
    healthSeen = health.changes();
    changed = false;
    stepping = false;
    for (TargetView target : targets) {
      int index = target.index();
      boolean ready = health.isReady(index);
      TargetState state = wanted[target.id()];
      keeps[index] = ready && state != TargetState.MAINTENANCE;
      long weight = (long) target.weight() * Math.max(0, health.weightPercent(index)) * STEPS;
      boolean takes = ready && state == TargetState.READY && weight > 0;
      warm(target, takes, nowNanos);
      weights[index] =
          takes ? (int) Math.min(weight * tenths(target, nowNanos) / STEPS, 1 << 30) : 0;
    }
  }

  /// Begins a slow start where a target begins to take flows, ends it where it takes none.
  private void warm(TargetView target, boolean takes, long nowNanos) {
    int index = target.index();
    if (!takes) {
      warming[index] = false;
    } else if (weights[index] == 0) {
      warming[index] = known[index];
      warmingSinceNanos[index] = nowNanos;
      known[index] = true;
    }
  }

  /// How many tenths of its weight a target has now; notes when it gets the next one.
  private int tenths(TargetView target, long nowNanos) {
    int index = target.index();
    long stepNanos = target.duty().slowStart().toNanos() / STEPS;
    if (!warming[index] || stepNanos == 0) {
      return STEPS;
    }
    long steps = (nowNanos - warmingSinceNanos[index]) / stepNanos + 1;
    if (steps >= STEPS) {
      warming[index] = false;
      return STEPS;
    }
    long nextNanos = warmingSinceNanos[index] + steps * stepNanos;
    if (!stepping || nextNanos - nextStepNanos < 0) {
      nextStepNanos = nextNanos;
      stepping = true;
    }
    return (int) steps;
  }

  /// Whether flows that the target has may stay there.
  boolean keeps(int target) {
    return keeps[target] && health.isReady(target);
  }

  /// Whether nobody knows yet if it can be sent anything: flows that another node gave it wait.
  boolean isAwaited(int target) {
    return !health.isJudged(target) && wanted[targets.get(target).id()] != TargetState.MAINTENANCE;
  }

  /// Whether each target was judged once since the node started.
  boolean isEachKnown() {
    return eachKnown;
  }

  /// Whether it may get new flows, its limits aside.
  boolean takes(int target) {
    return weights[target] > 0;
  }

  /// Its share of new flows relative to the others'; 0 when it gets none.
  int weight(int target) {
    return weights[target];
  }
}
