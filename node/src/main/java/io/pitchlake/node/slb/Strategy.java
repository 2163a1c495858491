package io.pitchlake.node.slb;

import io.pitchlake.common.config.Configuration.Scheduler;
import io.pitchlake.common.hash.FlowHash;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/// How one server chooses among the targets of its [Pool] that have room: one choice per new flow,
/// in at most one walk or two over the targets, without allocation. Engine thread.
sealed interface Strategy {
  /// The position of a target that has room, or [Pool#NONE] when none has.
  ///
  /// @param tuple as [FlowHash#tuple] packs it
  int choose(Pool pool, long clientHigh, long clientLow, long tuple);

  /// What [#choose] would say now, without a turn being taken; [Pool#NONE] also where only chance
  /// knows.
  int preview(Pool pool, long clientHigh, long clientLow, long tuple);

  /// The pool is another one now.
  default void refreshed(Pool pool) {}

  /// The strategy of a server.
  ///
  /// @param pool the server's
  /// @param loads of all targets
  /// @param random for [Chance] alone; need not be secret
  static Strategy of(Pool pool, MaglevTables tables, Loads loads, RandomGenerator random) {
    return switch (pool.server().plan().scheduler()) {
      case MAGLEV, HASH -> Hashed.of(pool, tables);
      case RR -> new InTurn();
      case WRR -> new InWeightedTurn();
      case RANDOM -> new Chance(random);
      case FIRST -> new First();
      case LEASTSESSION -> new LeastSessions();
      case LEASTBANDWIDTH -> new LeastBytes(loads);
    };
  }

  /// `maglev` and `hash`: what the table says; where that target has no room, the next one that
  /// has.
  ///
  /// @param clientOnly whether ports do not count, so that all of a client's flows go one way
  record Hashed(MaglevTables tables, boolean clientOnly) implements Strategy {
    /// The one of a server, which its untracked flows go by, whatever strategy it has.
    static Hashed of(Pool pool, MaglevTables tables) {
      return new Hashed(tables, pool.server().plan().scheduler() == Scheduler.HASH);
    }

    @Override
    public int choose(Pool pool, long clientHigh, long clientLow, long tuple) {
      int number = number(pool, clientHigh, clientLow, tuple);
      for (int position = 0; position < pool.count(); position++) {
        if (pool.number(position) == number) {
          return pool.nextWithRoom(position);
        }
      }
      // The table is older than the pool; what is remembered may go anywhere until it is built.
      return pool.nextWithRoom((int) (clientLow & 0xff));
    }

    @Override
    public int preview(Pool pool, long clientHigh, long clientLow, long tuple) {
      return choose(pool, clientHigh, clientLow, tuple);
    }

    /// The number of the target in the table, whatever room it has; [MaglevTable#NONE] when there
    /// is none.
    int number(Pool pool, long clientHigh, long clientLow, long tuple) {
      int server = pool.server().index();
      long what = clientOnly ? FlowHash.tuple(pool.server().id(), 0, 0, 0) : tuple;
      return tables.choose(server, clientHigh, clientLow, what);
    }
  }

  /// `rr`: one after the other.
  final class InTurn implements Strategy {
    private int next;

    @Override
    public int choose(Pool pool, long clientHigh, long clientLow, long tuple) {
      int position = preview(pool, clientHigh, clientLow, tuple);
      next = position + 1;
      return position;
    }

    @Override
    public int preview(Pool pool, long clientHigh, long clientLow, long tuple) {
      return pool.nextWithRoom(next);
    }
  }

  /// `wrr`: each gains its weight with every choice; who has most is chosen and pays what all have
  /// gained. So a target of twice the weight comes twice as often, and its turns are spread out.
  final class InWeightedTurn implements Strategy {
    private long[] credits = new long[0];

    @Override
    public void refreshed(Pool pool) {
      if (credits.length < pool.count()) {
        credits = new long[pool.count()];
      }
      Arrays.fill(credits, 0);
    }

    @Override
    public int choose(Pool pool, long clientHigh, long clientLow, long tuple) {
      int best = preview(pool, clientHigh, clientLow, tuple);
      long gained = 0;
      for (int position = 0; position < pool.count(); position++) {
        if (pool.hasRoom(position)) {
          credits[position] += pool.weight(position);
          gained += pool.weight(position);
        }
      }
      if (best != Pool.NONE) {
        credits[best] -= gained;
      }
      return best;
    }

    @Override
    public int preview(Pool pool, long clientHigh, long clientLow, long tuple) {
      int best = Pool.NONE;
      for (int position = 0; position < pool.count(); position++) {
        if (pool.hasRoom(position)
            && (best == Pool.NONE || gained(pool, position) > gained(pool, best))) {
          best = position;
        }
      }
      return best;
    }

    private long gained(Pool pool, int position) {
      return credits[position] + pool.weight(position);
    }
  }

  /// `random`: by chance, by weight.
  record Chance(RandomGenerator random) implements Strategy {
    @Override
    public int choose(Pool pool, long clientHigh, long clientLow, long tuple) {
      long total = 0;
      for (int position = 0; position < pool.count(); position++) {
        total += pool.hasRoom(position) ? pool.weight(position) : 0;
      }
      if (total == 0) {
        return Pool.NONE;
      }
      long drawn = random.nextLong(total);
      int position = 0;
      while (true) {
        drawn -= pool.hasRoom(position) ? pool.weight(position) : 0;
        if (drawn < 0) {
          return position;
        }
        position++;
      }
    }

    @Override
    public int preview(Pool pool, long clientHigh, long clientLow, long tuple) {
      return Pool.NONE;
    }
  }

  /// `first`: the first one that has room.
  record First() implements Strategy {
    @Override
    public int choose(Pool pool, long clientHigh, long clientLow, long tuple) {
      return pool.nextWithRoom(0);
    }

    @Override
    public int preview(Pool pool, long clientHigh, long clientLow, long tuple) {
      return choose(pool, clientHigh, clientLow, tuple);
    }
  }

  /// `leastsession`: the one with the fewest sessions for its weight. Each search begins behind the
  /// last choice, so that equals take turns.
  final class LeastSessions implements Strategy {
    private int last;

    @Override
    public int choose(Pool pool, long clientHigh, long clientLow, long tuple) {
      int best = preview(pool, clientHigh, clientLow, tuple);
      last = Math.max(best, 0);
      return best;
    }

    @Override
    public int preview(Pool pool, long clientHigh, long clientLow, long tuple) {
      int best = Pool.NONE;
      int position = last;
      for (int i = 0; i < pool.count(); i++) {
        position = position + 1 < pool.count() ? position + 1 : 0;
        if (pool.hasRoom(position) && (best == Pool.NONE || isLess(pool, position, best))) {
          best = position;
        }
      }
      return best;
    }

    /// Counts the flow to come, too, so that of two idle targets the heavier one is first.
    private static boolean isLess(Pool pool, int one, int other) {
      return (pool.open(one) + 1L) * pool.weight(other)
          < (pool.open(other) + 1L) * pool.weight(one);
    }
  }

  /// `leastbandwidth`: the one that was sent the fewest bytes lately for its weight. The chosen one
  /// is charged what an average session has cost, so that flows that begin together, before any of
  /// them has sent a byte, do not all go to it.
  final class LeastBytes implements Strategy {
    /// What a session costs where nothing was sent yet.
    private static final long LEAST_CHARGE_BYTES = 64;

    private final Loads loads;
    private int last;

    LeastBytes(Loads loads) {
      this.loads = loads;
    }

    @Override
    public int choose(Pool pool, long clientHigh, long clientLow, long tuple) {
      int best = preview(pool, clientHigh, clientLow, tuple);
      long bytes = 0;
      long sessions = 1;
      for (int position = 0; position < pool.count(); position++) {
        bytes += loads.bytes(pool.target(position));
        sessions += pool.open(position);
      }
      if (best != Pool.NONE) {
        loads.add(pool.target(best), Math.max(bytes / sessions, LEAST_CHARGE_BYTES));
      }
      last = Math.max(best, 0);
      return best;
    }

    @Override
    public int preview(Pool pool, long clientHigh, long clientLow, long tuple) {
      int best = Pool.NONE;
      int position = last;
      for (int i = 0; i < pool.count(); i++) {
        position = position + 1 < pool.count() ? position + 1 : 0;
        if (pool.hasRoom(position) && (best == Pool.NONE || isLess(pool, position, best))) {
          best = position;
        }
      }
      return best;
    }

    private boolean isLess(Pool pool, int one, int other) {
      // Bytes of two seconds on the fastest links times the largest weight stay below 2^63.
      return loads.bytes(pool.target(one)) * pool.weight(other)
          < loads.bytes(pool.target(other)) * pool.weight(one);
    }
  }
}
