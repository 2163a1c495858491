package io.pitchlake.common.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.pitchlake.common.net.AccessList.Entry;
import io.pitchlake.common.wire.Property;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Pen's semantics, kept exactly whatever the trie does inside.
class AccessListTest {
  private static AccessList list(String... lines) {
    List<Entry> entries = new ArrayList<>();
    for (String line : lines) {
      String[] words = line.split(" ");
      entries.add(new Entry(words[0].equals("permit"), IpPrefix.parse(words[1])));
    }
    return new AccessList(entries);
  }

  private static boolean permits(AccessList list, String address) {
    IpAddress parsed = IpAddress.parse(address);
    return list.permits(parsed.high(), parsed.low());
  }

  @Test
  void anEmptyListPermitsNothing() {
    assertFalse(permits(list(), "192.168.2.11"));
    assertFalse(permits(list(), "2001:db8::1"));
  }

  @Test
  void whatMatchesNoEntryTakesTheOppositeOfTheLast() {
    AccessList permit = list("deny 10.0.0.0/8", "permit 192.168.2.11");
    assertTrue(permits(permit, "192.168.2.11"));
    assertFalse(permits(permit, "192.168.2.12"));
    assertFalse(permits(permit, "2001:db8::1"));
    AccessList deny = list("permit 10.0.0.0/8", "deny 192.168.2.11");
    assertFalse(permits(deny, "192.168.2.11"));
    assertTrue(permits(deny, "192.168.2.12"));
    assertTrue(permits(deny, "2001:db8::1"));
  }

  @Test
  void anEarlierShorterEntryBeatsALaterLongerOne() {
    AccessList list = list("deny 192.168.0.0/16", "permit 192.168.2.11", "permit 10.0.0.0/8");
    assertFalse(permits(list, "192.168.2.11"));
    assertTrue(permits(list, "10.1.2.3"));
  }

  @Test
  void anEarlierLongerEntryCutsAHoleIntoALaterShorterOne() {
    AccessList list = list("deny 192.168.2.128/25", "permit 192.168.2.0/24");
    assertTrue(permits(list, "192.168.2.127"));
    assertFalse(permits(list, "192.168.2.128"));
    assertFalse(permits(list, "192.168.2.255"));
    assertFalse(permits(list, "192.168.3.0"));
  }

  @Test
  void theFamiliesDoNotMeet() {
    AccessList ipv4 = list("permit 0.0.0.0/0");
    assertTrue(permits(ipv4, "255.255.255.255"));
    assertFalse(permits(ipv4, "::fffe:ffff:ffff"));
    AccessList both = list("permit ::/0");
    assertTrue(permits(both, "1.2.3.4"));
    assertTrue(permits(both, "ffff::"));
  }

  @Test
  void listsWithTheSameEntriesAreEqual() {
    assertEquals(list("deny 10.0.0.0/8"), list("deny 10.0.0.0/8"));
    assertFalse(list("deny 10.0.0.0/8").equals(list("permit 10.0.0.0/8")));
  }

  @Test
  void theTrieAnswersAsAWalkThroughTheList() {
    Property.forAll(
        "first match",
        400,
        random -> {
          List<Entry> entries = randomEntries(random);
          AccessList list = new AccessList(entries);
          PrefixTrie trie = new PrefixTrie(entries.stream().map(Entry::prefix).toList());
          for (int i = 0; i < 500; i++) {
            IpAddress address = interestingAddress(random, entries);
            int expected = walk(entries, address);
            assertEquals(
                expected,
                trie.first(address.high(), address.low()),
                () -> address + " in " + entries);
            boolean permitted =
                expected < 0
                    ? !entries.isEmpty() && !entries.getLast().permit()
                    : entries.get(expected).permit();
            assertEquals(
                permitted,
                list.permits(address.high(), address.low()),
                () -> address + " in " + entries);
          }
        });
  }

  private static int walk(List<Entry> entries, IpAddress address) {
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).prefix().contains(address)) {
        return i;
      }
    }
    return PrefixTrie.NONE;
  }

  /// Blocks that nest and repeat: few distinct bits, every length.
  private static List<Entry> randomEntries(RandomGenerator random) {
    List<Entry> entries = new ArrayList<>();
    int size = random.nextInt(random.nextBoolean() ? 12 : 400);
    boolean dense = random.nextBoolean();
    for (int i = 0; i < size; i++) {
      IpAddress address = randomAddress(random, dense);
      int longest = address.isIpv4() ? 32 : 128;
      int length =
          switch (random.nextInt(4)) {
            case 0 -> longest;
            case 1 -> random.nextInt(Math.min(4, longest));
            default -> random.nextInt(longest + 1);
          };
      entries.add(new Entry(random.nextBoolean(), IpPrefix.around(address, length)));
    }
    return entries;
  }

  private static IpAddress randomAddress(RandomGenerator random, boolean dense) {
    if (random.nextInt(3) > 0) {
      int bits = random.nextInt();
      return IpAddress.ofIpv4(dense ? 0x0a00_0000 | bits & 0x0103_0307 : bits);
    }
    long high = random.nextLong();
    long low = random.nextLong();
    return dense
        ? new IpAddress(0x2001_0db8_0000_0000L | high & 0x3_0001L, low & 0x8000_0000_0000_0103L)
        : new IpAddress(high, low);
  }

  /// Any address, or one at or beside the edge of a block.
  private static IpAddress interestingAddress(RandomGenerator random, List<Entry> entries) {
    if (entries.isEmpty() || random.nextInt(5) == 0) {
      return randomAddress(random, random.nextBoolean());
    }
    IpPrefix block = entries.get(random.nextInt(entries.size())).prefix();
    return switch (random.nextInt(4)) {
      case 0 -> block.address();
      case 1 -> block.last();
      case 2 -> new IpAddress(block.address().high(), block.address().low() - 1);
      default -> new IpAddress(block.last().high(), block.last().low() + 1);
    };
  }

  private static AccessList addresses(int count, int seed) {
    RandomGenerator random = new SplittableRandom(seed);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      entries.add(new Entry(true, IpPrefix.around(IpAddress.ofIpv4(random.nextInt()), 32)));
    }
    return new AccessList(entries);
  }

  @Test
  void tenThousandEntriesTakeAHandfulOfSteps() {
    List<IpPrefix> blocks = addresses(10_000, 1).entries().stream().map(Entry::prefix).toList();
    PrefixTrie trie = new PrefixTrie(blocks);
    assertTrue(trie.depth() <= 6, "steps: " + trie.depth());
    assertTrue(trie.footprintBytes() < 1 << 20, "bytes: " + trie.footprintBytes());
    int few = new PrefixTrie(blocks.subList(0, 10)).depth();
    assertTrue(few <= 4, "steps for ten: " + few);
  }

  @Test
  void neighboursUnderOneLongPrefixAreReachedInOneJump() {
    List<IpPrefix> blocks = List.of(IpPrefix.parse("2001:db8::1"), IpPrefix.parse("2001:db8::2"));
    assertEquals(2, new PrefixTrie(blocks).depth());
  }

  @Test
  void aLookupAllocatesNothing() {
    AccessList list = addresses(10_000, 2);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().threadId();
    lookUp(list, 10_000);
    long before = threads.getThreadAllocatedBytes(self);
    int permitted = lookUp(list, 1_000_000);
    long allocated = threads.getThreadAllocatedBytes(self) - before;
    assertTrue(permitted > 0);
    // Reading the counter itself may allocate a little; one byte per lookup would be a million.
    assertTrue(allocated < 10_000, "bytes allocated by a million lookups: " + allocated);
  }

  private static int lookUp(AccessList list, int count) {
    int permitted = 0;
    int address = 1;
    for (int i = 0; i < count; i++) {
      address = address * 0x9e37_79b1 + 12_345;
      permitted += list.permits(0, IpAddress.mappedLow(address)) ? 1 : 0;
    }
    return permitted;
  }
}
