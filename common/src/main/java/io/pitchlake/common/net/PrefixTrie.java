package io.pitchlake.common.net;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Finds the first block of an ordered list that contains an address, without walking the list.
///
/// "First" is the position in the list, not the length: an earlier, shorter block hides a later,
/// longer one. For the longest match, sort the list by falling length before.
///
/// Bits that all blocks of a place share are skipped, and a place with many blocks branches into
/// about as many slots (a level-compressed trie). So a lookup takes two or three steps for ten
/// blocks and for ten thousand; what grows is the memory they touch. A lookup allocates nothing.
/// The trie never changes once built, so any thread may read it.
public final class PrefixTrie {
  /// What [#first] gives when no block contains the address.
  public static final int NONE = -1;

  /// A place branches into at most this many bits.
  private static final int WIDEST = 16;

  // A reference to what is below: two bits of kind, above them an index, or the answer for VALUE.
  private static final int KIND_BITS = 2;
  private static final int KIND = (1 << KIND_BITS) - 1;
  private static final int VALUE = 0;
  private static final int LEAF = 1;
  private static final int NODE = 2;

  /// A place takes four longs in [#places].
  private static final int PLACE = 4;

  /// For each place: the bits shared by all that is below, in two longs, and
  ///
  /// - for a node, first slot << 16 | bits to branch by << 8 | number of shared bits; then the
  ///   answer for addresses that do not share them
  /// - for a leaf, which is a single block, its length; then the answers inside << 32 | outside
  private final long[] places;

  /// For each node, one reference per value of the bits it branches by.
  private final int[] slots;

  private final int root;
  private final int depth;

  /// Builds the trie over a list of blocks of either family.
  public PrefixTrie(List<IpPrefix> blocks) {
    // A block that is named again is never first.
    Map<IpPrefix, Integer> ranks = new HashMap<>();
    for (int rank = 0; rank < blocks.size(); rank++) {
      ranks.putIfAbsent(blocks.get(rank), rank);
    }
    List<Ranked> ranked = new ArrayList<>(ranks.size());
    ranks.forEach((block, rank) ->
        ranked.add(
            new Ranked(block.address().high(), block.address().low(), block.length(), rank)));
    Builder builder = new Builder();
    root = builder.build(ranked, NONE, 0);
    places = Arrays.copyOf(builder.places, builder.placeCount * PLACE);
    slots = Arrays.copyOf(builder.slots, builder.slotCount);
    depth = builder.depth;
  }

  /// The position in the list of the first block that contains the 128-bit address, or [#NONE].
  public int first(long high, long low) {
    int reference = root;
    while ((reference & KIND) == NODE) {
      int place = (reference >> KIND_BITS) * PLACE;
      long shape = places[place + 2];
      int offset = (int) shape & 0xff;
      if (!agree(places[place], places[place + 1], high, low, offset)) {
        return (int) places[place + 3];
      }
      reference = slots[(int) (shape >>> 16) + branch(high, low, offset, (int) shape >>> 8 & 0xff)];
    }
    int index = reference >> KIND_BITS;
    if ((reference & KIND) == VALUE) {
      return index;
    }
    int place = index * PLACE;
    long answers = places[place + 3];
    return agree(places[place], places[place + 1], high, low, (int) places[place + 2])
        ? (int) (answers >> 32)
        : (int) answers;
  }

  /// The most nodes and leaves that one lookup reads.
  public int depth() {
    return depth;
  }

  /// Bytes of the arrays behind the trie.
  public long footprintBytes() {
    return 8L * places.length + 4L * slots.length;
  }

  /// Whether two 128-bit values agree in their first `length` bits.
  private static boolean agree(long high, long low, long otherHigh, long otherLow, int length) {
    if (length > 64) {
      return high == otherHigh && (low ^ otherLow) >>> (128 - length) == 0;
    }
    return length == 0 || (high ^ otherHigh) >>> (64 - length) == 0;
  }

  /// The `width` bits of the address behind the first `offset` ones; they never cross the middle of
  /// the address, and a shift counts modulo 64, so one formula serves both halves.
  private static int branch(long high, long low, int offset, int width) {
    return (int) ((offset < 64 ? high : low) >>> (64 - offset - width)) & (1 << width) - 1;
  }

  private static int reference(int kind, int index) {
    return index << KIND_BITS | kind;
  }

  /// A block with its position in the list.
  private record Ranked(long high, long low, int length, int rank) {}

  /// Lays out the arrays, from the root down.
  private static final class Builder {
    private long[] places = new long[PLACE];
    private int[] slots = new int[2];
    private int placeCount;
    private int slotCount;
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
      return reference(
          LEAF, place(block, block.length(), (long) block.rank() << 32 | outside & 0xffff_ffffL));
    }

    private int place(Ranked bits, long shape, long answers) {
      int at = placeCount * PLACE;
      if (at == places.length) {
        places = Arrays.copyOf(places, 2 * at);
      }
      places[at] = bits.high();
      places[at + 1] = bits.low();
      places[at + 2] = shape;
      places[at + 3] = answers;
      return placeCount++;
    }

    private int node(List<Ranked> live, int outside, int above) {
      Ranked some = live.getFirst();
      int offset = 128;
      for (Ranked block : live) {
        // A block ends behind the place it hangs from, so at least its last bit is not skipped.
        offset = Math.min(offset, Math.min(block.length() - 1, commonBits(some, block)));
      }
      int width = width(live.size(), offset);
      int firstSlot = slotCount;
      slotCount += 1 << width;
      if (slotCount > slots.length) {
        slots = Arrays.copyOf(slots, Math.max(slotCount, 2 * slots.length));
      }
      int place = place(some, (long) firstSlot << 16 | width << 8 | offset, outside);
      int[] answers = new int[1 << width];
      Arrays.fill(answers, outside);
      Map<Integer, List<Ranked>> deeper = new HashMap<>();
      for (Ranked block : live) {
        int slot = branch(block.high(), block.low(), offset, width);
        int free = offset + width - block.length();
        if (free < 0) {
          deeper.computeIfAbsent(slot, s -> new ArrayList<>()).add(block);
          continue;
        }
        for (int covered = slot; covered < slot + (1 << free); covered++) {
          answers[covered] = earlier(answers[covered], block.rank());
        }
      }
      for (int slot = 0; slot < answers.length; slot++) {
        int child = build(deeper.getOrDefault(slot, List.of()), answers[slot], above);
        slots[firstSlot + slot] = child;
      }
      return reference(NODE, place);
    }

    /// As many bits as give each block a slot, within the half of the address.
    private static int width(int blocks, int offset) {
      int wanted = Math.min(WIDEST, 32 - Integer.numberOfLeadingZeros(blocks - 1));
      return Math.min(wanted, (offset < 64 ? 64 : 128) - offset);
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
  }
}
