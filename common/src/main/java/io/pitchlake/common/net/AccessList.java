package io.pitchlake.common.net;

import java.util.List;
import java.util.stream.IntStream;

/// An ordered list of permit and deny entries with the semantics of Pen's `acl`: the first match
/// wins; an address that matches none takes the opposite of the last entry; unlike Pen, an empty
/// list permits nothing.
///
/// Immutable; any thread may ask. The answer costs a lookup in [Ipv4Ranges] or a [PrefixTrie],
/// which hardly depends on the list's length.
public final class AccessList {
  /// One line of the list.
  public record Entry(boolean permit, IpPrefix prefix) {}

  private final List<Entry> entries;
  private final PrefixTrie trie;
  private final boolean[] permits;
  private final boolean otherwise;
  private final Ipv4Ranges ipv4;

  public AccessList(List<Entry> entries) {
    this.entries = List.copyOf(entries);
    trie = new PrefixTrie(this.entries.stream().map(Entry::prefix).toList());
    permits = new boolean[this.entries.size()];
    for (int i = 0; i < permits.length; i++) {
      permits[i] = this.entries.get(i).permit();
    }
    otherwise = !this.entries.isEmpty() && !this.entries.getLast().permit();
    ipv4 = new Ipv4Ranges(starts(), address -> search(0, IpAddress.mappedLow(address)));
  }

  /// Where IPv4 blocks begin, and what follows them.
  private int[] starts() {
    return entries.stream()
        .map(Entry::prefix)
        .filter(IpPrefix::isIpv4)
        .flatMapToInt(prefix -> {
          int start = prefix.address().ipv4();
          int behind = (int) (start + (1L << 128 - prefix.length()));
          return IntStream.of(start, behind);
        })
        .toArray();
  }

  public List<Entry> entries() {
    return entries;
  }

  /// Whether the 128-bit address is permitted.
  public boolean permits(long high, long low) {
    return IpAddress.isIpv4(high, low) ? ipv4.contains((int) low) : search(high, low);
  }

  private boolean search(long high, long low) {
    int first = trie.first(high, low);
    return first == PrefixTrie.NONE ? otherwise : permits[first];
  }

  /// Lists are equal when they have the same entries in the same order.
  @Override
  public boolean equals(Object other) {
    return other instanceof AccessList list && entries.equals(list.entries);
  }

  @Override
  public int hashCode() {
    return entries.hashCode();
  }

  @Override
  public String toString() {
    return entries.toString();
  }
}
