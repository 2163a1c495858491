package io.pitchlake.common.session;

/// Told of what happens to the entries of a table, so that it can be told on. Entries are named by
/// their numbers. The thread of the table.
public interface TableChanges {
  /// The entry is new, or says something else than before.
  void changed(int entry);

  /// The entry is about to be removed; it can still be read.
  void removing(int entry);

  /// Nothing has been heard of the entry for so long that it will be removed soon.
  void aging(int entry);
}
