package io.pitchlake.node.health;

import io.pitchlake.common.text.Printable;
import io.pitchlake.node.engine.Command.Result;

/// What one attempt of a check off the engine thread has found.
///
/// @param reason why it was not good, in words for a log line
/// @param percent of its weight that the target asks for
record Finding(Result result, String reason, int percent) {
  private static final int LONGEST_REASON = 160;
  private static final int WHOLE_PERCENT = 100;

  static Finding good() {
    return good(WHOLE_PERCENT);
  }

  static Finding good(int percent) {
    return new Finding(Result.GOOD, "", percent);
  }

  static Finding bad(String reason) {
    return new Finding(Result.BAD, printable(reason), WHOLE_PERCENT);
  }

  static Finding silent(String reason) {
    return new Finding(Result.SILENT, printable(reason), WHOLE_PERCENT);
  }

  /// Part of it may come from a machine that is broken or hostile, and it goes to logs.
  private static String printable(String text) {
    String cut = text.length() > LONGEST_REASON ? text.substring(0, LONGEST_REASON) + "..." : text;
    return Printable.of(cut);
  }
}
