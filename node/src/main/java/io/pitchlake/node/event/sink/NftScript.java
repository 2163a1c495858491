package io.pitchlake.node.event.sink;

import io.pitchlake.node.event.sink.Attackers.Attacker;
import java.util.List;

/// A script for `nft -f` that fills the sets `attackers4` and `attackers6` of the table `inet
/// pitchlake`, each address with the time it has left. nft applies a script whole or not at all, so
/// a rule that looks into the sets never finds them half filled.
final class NftScript implements ListFormat {
  private static final long MILLIS = 1000;

  private final int most;

  /// @param most addresses in a set
  NftScript(int most) {
    this.most = most;
  }

  @Override
  public String of(List<Attacker> attackers, long nowMillis, long timeoutMillis) {
    StringBuilder text =
        new StringBuilder("# Made by Pitchlake for 'nft -f'; changes here are lost.\n");
    text.append("add table inet pitchlake\n");
    set(text, "attackers4", "ipv4_addr", attackers, true, nowMillis, timeoutMillis);
    set(text, "attackers6", "ipv6_addr", attackers, false, nowMillis, timeoutMillis);
    return text.toString();
  }

  private void set(
      StringBuilder text,
      String name,
      String type,
      List<Attacker> attackers,
      boolean ipv4,
      long nowMillis,
      long timeoutMillis) {
    text.append(
        "add set inet pitchlake %s { type %s; flags timeout; size %d; }\n"
            .formatted(name, type, most));
    text.append("flush set inet pitchlake ").append(name).append('\n');
    String before = "add element inet pitchlake " + name + " {\n  ";
    boolean any = false;
    for (Attacker attacker : attackers) {
      if (attacker.address().isIpv4() == ipv4) {
        long left = (attacker.untilMillis(timeoutMillis) - nowMillis + MILLIS - 1) / MILLIS;
        text.append(before)
            .append(attacker.address())
            .append(" timeout ")
            .append(Math.max(1, left))
            .append('s');
        before = ",\n  ";
        any = true;
      }
    }
    text.append(any ? "\n}\n" : "");
  }
}
