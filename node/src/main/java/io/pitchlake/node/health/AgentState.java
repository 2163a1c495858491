package io.pitchlake.node.health;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What an agent has said of its target so far. Words of one answer change what they are about and
/// leave the rest as it was: `up`, `down`, `failed`, `stopped` the service; `ready`, `drain`,
/// `maint` what its administrator wants; `75%` its weight. Text behind `#` is a remark. One thread
/// at a time.
///
/// Source: HAProxy's configuration manual, section 5.2, `agent-check`.
final class AgentState {
  private static final Pattern PERCENT = Pattern.compile("([0-9]{1,3})%");
  private static final int MOST_PERCENT = 256;

  private boolean down;
  private String remark = "";
  private boolean drain;
  private boolean maintenance;
  private int percent = 100;

  /// Takes one answer in.
  synchronized Finding said(String line) {
    int comment = line.indexOf('#');
    String text = comment < 0 ? line : line.substring(0, comment);
    boolean understood = false;
    for (String word : text.strip().toLowerCase(Locale.ROOT).split("[\\s,]+")) {
      understood |= takeIn(word, comment < 0 ? "" : line.substring(comment + 1).strip());
    }
    if (!understood) {
      return Finding.bad("says '" + line.strip() + "', which means nothing");
    }
    if (maintenance) {
      return Finding.bad("says that it is in maintenance");
    }
    if (down) {
      return Finding.bad("says that it is down" + (remark.isEmpty() ? "" : ": " + remark));
    }
    return Finding.good(drain ? 0 : percent);
  }

  private boolean takeIn(String word, String said) {
    switch (word) {
      case "up" -> down = false;
      case "down", "fail", "failed", "stopped" -> {
        down = true;
        remark = said;
      }
      case "ready" -> {
        drain = false;
        maintenance = false;
      }
      case "drain" -> {
        drain = true;
        maintenance = false;
      }
      case "maint" -> maintenance = true;
      default -> {
        Matcher weight = PERCENT.matcher(word);
        if (!weight.matches()) {
          return false;
        }
        percent = Math.min(Integer.parseInt(weight.group(1)), MOST_PERCENT);
      }
    }
    return true;
  }
}
