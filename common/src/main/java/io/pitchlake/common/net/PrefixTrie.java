package io.pitchlake.common.net;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Finds the first block of an ordered list that contains an address, without walking the list.
///
/// A lookup reads four bits of the address per step and skips bits that all blocks below share, so
/// it takes a step per four bits in which the list really branches: two or three for ten blocks,
/// five or six for ten thousand. It allocates nothing. The trie never changes once built, so any
/// thread may read it.
///
/// "First" is the position in the list, not the length: an earlier, shorter block hides a later,
/// longer one. For the longest match, sort the list by falling length before.
public final class PrefixTrie {
  /// What [#first] gives when no block contains the address.
  public static final int NONE = -1;

  /// Bits per step.
  private static final int STRIDE = 4;

  private static final int SLOTS = 1 << STRIDE;

  // A slot is a reference: two bits of kind, above them an index or, for VALUE, the answer itself.
  private static final int KIND_BITS = 2;
  private static final int KIND = (1 << KIND_BITS) - 1;
  private static final int VALUE = 0;
  private static final int LEAF = 1;
  private static final int NODE = 2;

  // A head is four longs: the bits all addresses below share (two longs), how many bits these are,
  // and the answers.
  private static final int HEAD = 4;

  /// Of each node: shared bits, their number, and the answer for an address that does not share
  /// them.
  private final long[] nodes;

  /// Of each node: one reference per value of the four bits behind the shared ones.
  private final int[] slots;

  /// Of each leaf, a single block: its bits, its length, and the answers outside (low half) and
  /// inside (high half).
  private final long[] leaves;

  private final int root;
  private final int depth;

  /// Builds the trie over a list of blocks of either family.
  public PrefixTrie(List<IpPrefix> blocks) {
    Builder builder = new Builder();
    List<Ranked> ranked = new ArrayList<>(blocks.size());
    for (int rank = 0; rank < blocks.size(); rank++) {
      IpPrefix block = blocks.get(rank);
      ranked.add(new Ranked(block.address().high(), block.address().low(), block.length(), rank));
    }
    root = builder.build(ranked, NONE, 0);
    depth = builder.depth;
    nodes = Arrays.copyOf(builder.nodes, builder.nodeCount * HEAD);
    slots = Arrays.copyOf(builder.slots, builder.nodeCount * SLOTS);
    leaves = Arrays.copyOf(builder.leaves, builder.leafCount * HEAD);
  }

  /// The position in the list of the first block that contains the 128-bit address, or [#NONE].
  public int first(long high, long low) {
    int reference = root;
    while (true) {
      int index = reference >> KIND_BITS;
      int head = index * HEAD;
      switch (reference & KIND) {
        case VALUE:
          return index;
        case LEAF:
          long answers = leaves[head + 3];
          return shares(leaves, head, high, low) ? (int) (answers >> 32) : (int) answers;
        default:
          if (!shares(nodes, head, high, low)) {
            return (int) nodes[head + 3];
          }
          reference = slots[index * SLOTS + step(high, low, (int) nodes[head + 2])];
      }
    }
  }

  /// The most nodes and leaves that one lookup reads.
  public int depth() {
    return depth;
  }

  /// Bytes of the arrays behind the trie.
  public long footprintBytes() {
    return 8L * (nodes.length + leaves.length) + 4L * slots.length;
  }

  /// Whether the address starts with the bits of a head.
  private static boolean shares(long[] heads, int head, long high, long low) {
    int length = (int) heads[head + 2];
    return agree(heads[head], heads[head + 1], high, low, length);
  }

  /// Whether two 128-bit values agree in their first `length` bits.
  private static boolean agree(long high, long low, long otherHigh, long otherLow, int length) {
    if (length > 64) {
      return high == otherHigh && (low ^ otherLow) >>> 128 - length == 0;
    }
    return length == 0 || (high ^ otherHigh) >>> 64 - length == 0;
  }

  /// The four bits of the address behind the first `offset` ones. A shift counts modulo 64, which
  /// serves both halves.
  private static int step(long high, long low, int offset) {
    return (int) ((offset < 64 ? high : low) >>> 64 - STRIDE - offset) & SLOTS - 1;
  }

  private static int reference(int kind, int index) {
    return index << KIND_BITS | kind;
  }

  /// A block with its position in the list.
  private record Ranked(long high, long low, int length, int rank) {}

  /// Lays out the arrays, from the root down.
  private static final class Builder {
    private long[] nodes = new long[HEAD];
    private int[] slots = new int[SLOTS];
    private long[] leaves = new long[HEAD];
    private int nodeCount;
    private int leafCount;
    private int depth;

    /// The reference that answers for everything below one place.
    ///
    /// @param below the blocks that begin with the bits of that place
    /// @param outer the answer of the blocks that hold the whole place
    /// @param above how many nodes lead there
    int build(List<Ranked> below, int outer, int above) {
      int answer = outer;
      for (Ranked block : below) {
        if (block.length() == 0) {
          answer = earlier(answer, block.rank());
        }
      }
      // A block behind an earlier one that holds all of it is never first.
      List<Ranked> live = new ArrayList<>(below.size());
      for (Ranked block : below) {
        if (block.length() > 0 && earlier(answer, block.rank()) == block.rank()) {
          live.add(block);
        }
      }
      if (live.isEmpty()) {
        return reference(VALUE, answer);
      }
      depth = Math.max(depth, above + 1);
      return live.size() == 1 ? leaf(live.getFirst(), answer) : node(live, answer, above + 1);
    }

    private int leaf(Ranked block, int outside) {
      int head = leafCount * HEAD;
      leaves = room(leaves, head + HEAD);
      leaves[head] = block.high();
      leaves[head + 1] = block.low();
      leaves[head + 2] = block.length();
      leaves[head + 3] = (long) block.rank() << 32 | outside & 0xffff_ffffL;
      return reference(LEAF, leafCount++);
    }

    private int node(List<Ranked> live, int outside, int above) {
      Ranked some = live.getFirst();
      int shared = 128;
      for (Ranked block : live) {
        // A block ends inside a step or at its end, never before its first bit.
        shared = Math.min(shared, Math.min(block.length() - 1, commonBits(some, block)));
      }
      int offset = shared / STRIDE * STRIDE;
      int index = nodeCount++;
      int head = index * HEAD;
      nodes = room(nodes, head + HEAD);
      nodes[head] = some.high();
      nodes[head + 1] = some.low();
      nodes[head + 2] = offset;
      nodes[head + 3] = outside;
      if ((index + 1) * SLOTS > slots.length) {
        slots = Arrays.copyOf(slots, slots.length * 2);
      }
      List<List<Ranked>> deeper = new ArrayList<>(SLOTS);
      int[] answers = new int[SLOTS];
      for (int slot = 0; slot < SLOTS; slot++) {
        deeper.add(new ArrayList<>());
        answers[slot] = outside;
      }
      for (Ranked block : live) {
        int slot = step(block.high(), block.low(), offset);
        int free = offset + STRIDE - block.length();
        if (free < 0) {
          deeper.get(slot).add(block);
          continue;
        }
        for (int covered = slot; covered < slot + (1 << free); covered++) {
          answers[covered] = earlier(answers[covered], block.rank());
        }
      }
      for (int slot = 0; slot < SLOTS; slot++) {
        int child = build(deeper.get(slot), answers[slot], above);
        slots[index * SLOTS + slot] = child;
      }
      return reference(NODE, index);
    }

    private static int commonBits(Ranked a, Ranked b) {
      long difference = a.high() ^ b.high();
      return difference != 0
          ? Long.numberOfLeadingZeros(difference)
          : 64 + Long.numberOfLeadingZeros(a.low() ^ b.low());
    }

    private static int earlier(int one, int other) {
      return one == NONE ? other : other == NONE ? one : Math.min(one, other);
    }

    private static long[] room(long[] array, int length) {
      return length <= array.length ? array : Arrays.copyOf(array, array.length * 2);
    }
  }
}
