package io.pitchlake.node.admin;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where the reading of a table stands, so that the next request can go on there.
///
/// @param engine which of several engines
/// @param table which of its tables, where several are read one after the other
/// @param entry the next one to be looked at
record Cursor(int engine, int table, int entry) {
  static final Cursor START = new Cursor(0, 0, 0);
  private static final Pattern TEXT = Pattern.compile("([0-9]{1,4})\\.([0-9]{1,4})\\.([0-9]{1,9})");

  /// What `after` says in a request.
  ///
  /// @throws Refusal it is no cursor
  static Cursor of(Request request) throws Refusal {
    Optional<String> after = request.text("after");
    if (after.isEmpty()) {
      return START;
    }
    Matcher parts = TEXT.matcher(after.get());
    if (!parts.matches()) {
      throw Refusal.wrong("after: write what an earlier answer called 'next'");
    }
    return new Cursor(
        Integer.parseInt(parts.group(1)),
        Integer.parseInt(parts.group(2)),
        Integer.parseInt(parts.group(3)));
  }

  @Override
  public String toString() {
    return engine + "." + table + "." + entry;
  }
}
