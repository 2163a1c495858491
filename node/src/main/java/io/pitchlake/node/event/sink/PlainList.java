package io.pitchlake.node.event.sink;

import io.pitchlake.node.event.sink.Attackers.Attacker;
import java.util.List;

/// An address per line, as firewalls and ipset read them; `#` begins a remark.
final class PlainList implements ListFormat {
  @Override
  public String of(List<Attacker> attackers, long nowMillis, long timeoutMillis) {
    StringBuilder text = new StringBuilder("# Made by Pitchlake; changes here are lost.\n");
    attackers.forEach(attacker -> text.append(attacker.address()).append('\n'));
    return text.toString();
  }
}
