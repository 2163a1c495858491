package io.pitchlake.common.net;

import java.util.List;

/// An ordered list of permit and deny entries with the semantics of Pen's `acl`: the first match
/// wins; an address that matches none takes the opposite of the last entry; unlike Pen, an empty
/// list permits nothing.
public final class AccessList {
  /// One line of the list.
  public record Entry(boolean permit, IpPrefix prefix) {}

  private final List<Entry> entries;

  public AccessList(List<Entry> entries) {
    this.entries = List.copyOf(entries);
  }

  public List<Entry> entries() {
    return entries;
  }

  /// Whether the address is permitted.
  public boolean permits(long high, long low) {
    for (Entry entry : entries) {
      if (entry.prefix().contains(high, low)) {
        return entry.permit();
      }
    }
    return !entries.isEmpty() && !entries.getLast().permit();
  }
}
