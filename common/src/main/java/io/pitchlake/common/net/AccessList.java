package io.pitchlake.common.net;

import java.util.List;

/// An ordered list of permit and deny entries with the semantics of Pen's `acl`: the first match
/// wins; an address that matches none takes the opposite of the last entry; unlike Pen, an empty
/// list permits nothing.
///
/// Immutable; any thread may ask. The answer costs a [PrefixTrie] lookup, which hardly depends on
/// the list's length.
public final class AccessList {
  /// One line of the list.
  public record Entry(boolean permit, IpPrefix prefix) {}

  private final List<Entry> entries;
  private final PrefixTrie trie;
  private final boolean[] permits;
  private final boolean otherwise;

  public AccessList(List<Entry> entries) {
    this.entries = List.copyOf(entries);
    trie = new PrefixTrie(this.entries.stream().map(Entry::prefix).toList());
    permits = new boolean[this.entries.size()];
    for (int i = 0; i < permits.length; i++) {
      permits[i] = this.entries.get(i).permit();
    }
    otherwise = !this.entries.isEmpty() && !this.entries.getLast().permit();
  }

  public List<Entry> entries() {
    return entries;
  }

  /// Whether the 128-bit address is permitted.
  public boolean permits(long high, long low) {
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
