package io.pitchlake.common.hash;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// Maglev hashing: a fixed table that says for each of 65,537 slots which target takes it. A lookup
/// is one array read; targets take slots in proportion to their weights; when a target goes, its
/// slots are shared out and hardly any other slot moves.
///
/// Every target goes through all slots in an order of its own, drawn from the cluster's key, and
/// the targets take turns in picking their next free slot. The order depends on the key, the
/// service and the target's number alone, never on the order in which targets are given, so every
/// node builds the same table. Immutable, to be replaced as a whole; any thread may read it. A
/// table takes about a millisecond to build, at once ([#build]) or a bounded piece at a time
/// ([Builder]).
///
/// Source: Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load Balancer" (NSDI
/// 2016), section 3.4.
public final class MaglevTable {
  /// How many slots a table has; a prime, so that every step visits all of them.
  public static final int SLOTS = 65_537;

  /// No target: the table is empty.
  public static final int NONE = 0xffff;

  /// One target of a service.
  ///
  /// @param target its number, 0..65534
  /// @param weight its share relative to the others; 0 takes no slot
  public record Member(int target, int weight) {
    public Member {
      if (target < 0 || target >= NONE) {
        throw new IllegalArgumentException("a target's number is 0 to 65534, not " + target);
      }
      if (weight < 0) {
        throw new IllegalArgumentException(
            "the weight of target " + target + " is at least 0, not " + weight);
      }
    }
  }

  private final char[] slots;

  private MaglevTable(char[] slots) {
    this.slots = slots;
  }

  /// Builds the table of one service.
  ///
  /// @param key the cluster's
  /// @param service the server's number; each has its own table, so that the slots of a lost target
  ///   go different ways
  /// @param members in any order; two must not have the same number
  public static MaglevTable build(SipHash key, int service, List<Member> members) {
    Builder builder = new Builder(key, service, members);
    while (!builder.advance(SLOTS)) {
      // The last free slots take their pickers longest to find.
    }
    return builder.table();
  }

  /// A table on its way, for a thread that must not stop for a whole one. One thread.
  public static final class Builder {
    private final char[] slots = new char[SLOTS];
    private final Picker[] pickers;
    private final long heaviest;
    private int free;
    private int turn;
    private boolean seeking;

    /// Starts the table that [MaglevTable#build] makes of the same arguments.
    public Builder(SipHash key, int service, List<Member> members) {
      Arrays.fill(slots, (char) NONE);
      pickers =
          members.stream()
              .filter(member -> member.weight() > 0)
              .sorted(Comparator.comparingInt(Member::target))
              .map(member -> new Picker(member, key.hash(service, member.target())))
              .toArray(Picker[]::new);
      long most = 0;
      for (int i = 0; i < pickers.length; i++) {
        most = Math.max(most, pickers[i].weight);
        if (i > 0 && pickers[i].target == pickers[i - 1].target) {
          throw new IllegalArgumentException("target " + pickers[i].target + " is given twice");
        }
      }
      heaviest = most;
      if (pickers.length == 1) {
        // It takes every slot, in whatever order.
        Arrays.fill(slots, (char) pickers[0].target);
      }
      free = pickers.length < 2 ? 0 : SLOTS;
    }

    /// Looks at about `steps` slots, a few nanoseconds each; true when the table is whole.
    public boolean advance(int steps) {
      int left = steps;
      while (free > 0 && left > 0) {
        Picker picker = pickers[turn];
        left--;
        if (seeking || picker.isTurn(heaviest)) {
          left = picker.seek(slots, left);
          seeking = !picker.isAtFreeSlot(slots);
          if (seeking) {
            return false;
          }
          picker.take(slots);
          free--;
        }
        turn = turn + 1 < pickers.length ? turn + 1 : 0;
      }
      return free == 0;
    }

    /// The table, once it is whole.
    public MaglevTable table() {
      if (free > 0) {
        throw new IllegalStateException(free + " slots have no target yet");
      }
      return new MaglevTable(slots);
    }
  }

  /// The target for a hash, of which the upper 32 bits count; [#NONE] when there is none.
  public int target(long hash) {
    return slots[(int) ((hash >>> 32) * SLOTS >>> 32)];
  }

  /// The target of a slot, 0 to [#SLOTS] - 1; [#NONE] when there is none.
  public int targetOfSlot(int slot) {
    return slots[slot];
  }

  /// A target on its way through the slots.
  private static final class Picker {
    private final int target;
    private final long weight;
    private final int step;
    private int next;
    private long credit;

    Picker(Member member, long hash) {
      target = member.target();
      weight = member.weight();
      next = (int) ((hash >>> 32) % SLOTS);
      step = (int) ((hash & 0xffff_ffffL) % (SLOTS - 1)) + 1;
    }

    /// The heaviest picks in every round, the others as often as their weight says.
    boolean isTurn(long heaviest) {
      credit += weight;
      if (credit < heaviest) {
        return false;
      }
      credit -= heaviest;
      return true;
    }

    /// Goes on to its next free slot, past `steps` taken ones at most; returns how many steps are
    /// left.
    int seek(char[] slots, int steps) {
      int left = steps;
      while (slots[next] != NONE && left > 0) {
        advance();
        left--;
      }
      return left;
    }

    boolean isAtFreeSlot(char[] slots) {
      return slots[next] == NONE;
    }

    void take(char[] slots) {
      slots[next] = (char) target;
      advance();
    }

    private void advance() {
      next += step;
      if (next >= SLOTS) {
        next -= SLOTS;
      }
    }
  }
}
