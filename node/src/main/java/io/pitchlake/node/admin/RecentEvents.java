package io.pitchlake.node.admin;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.engine.EventKind;
import io.pitchlake.node.event.SecurityEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// The last events, who was seen most, and whoever wants to hear of the next ones. All of it is
/// bounded: an attacker who comes when a thousand others are known takes the place of the one that
/// was seen least lately. Any thread.
public final class RecentEvents {
  private static final int KEPT = 1000;
  private static final int ATTACKERS = 1000;

  /// One event.
  ///
  /// @param number counts up from 1
  record Entry(long number, long wallMillis, String line) {}

  /// Somebody who was deceived.
  ///
  /// @param times all of what follows
  /// @param asked ARP requests and solicitations
  /// @param pinged echo requests
  /// @param connected TCP connections opened
  /// @param datagrams over UDP
  record Attacker(
      String address,
      String mac,
      long times,
      long asked,
      long pinged,
      long connected,
      long datagrams,
      long firstMillis,
      long lastMillis) {

    private static Attacker of(SecurityEvent.Trapped trapped, long wallMillis) {
      return new Attacker(
          trapped.attacker().toString(),
          trapped.attackerMac().toString(),
          0,
          0,
          0,
          0,
          0,
          wallMillis,
          wallMillis);
    }

    private Attacker and(SecurityEvent.Trapped trapped, long wallMillis) {
      long more = trapped.times();
      EventKind kind = trapped.kind();
      boolean asks = kind == EventKind.ARP_REPLY || kind == EventKind.ND6_REPLY;
      return new Attacker(
          address,
          trapped.attackerMac().toString(),
          times + more,
          asked + (asks ? more : 0),
          pinged + (kind == EventKind.ECHO_REPLY ? more : 0),
          connected + (kind == EventKind.TCP_SYNACK ? more : 0),
          datagrams + (kind == EventKind.UDP_PACKET ? more : 0),
          firstMillis,
          wallMillis);
    }
  }

  private final Deque<Entry> entries = new ArrayDeque<>();
  private final Map<IpAddress, Attacker> attackers = new LinkedHashMap<>(16, 0.75f, true);
  private final TakeoverHistory takeovers = new TakeoverHistory();
  private final List<Consumer<Entry>> listeners = new CopyOnWriteArrayList<>();
  private long number;

  /// Takes an event in.
  public void add(SecurityEvent event, long wallMillis) {
    Entry entry;
    synchronized (this) {
      entry = new Entry(++number, wallMillis, event.line());
      entries.addLast(entry);
      if (entries.size() > KEPT) {
        entries.removeFirst();
      }
      switch (event) {
        case SecurityEvent.Trapped trapped -> count(trapped, wallMillis);
        case SecurityEvent.RouterChanged changed -> takeovers.add(changed, wallMillis);
        default -> {}
      }
    }
    listeners.forEach(listener -> listener.accept(entry));
  }

  private void count(SecurityEvent.Trapped trapped, long wallMillis) {
    Attacker known = attackers.get(trapped.attacker());
    Attacker before = known == null ? Attacker.of(trapped, wallMillis) : known;
    attackers.put(trapped.attacker(), before.and(trapped, wallMillis));
    if (attackers.size() > ATTACKERS) {
      attackers.remove(attackers.keySet().iterator().next());
    }
  }

  /// The last events behind a number, oldest first.
  synchronized List<Entry> since(long after, long most) {
    List<Entry> found = entries.stream().filter(entry -> entry.number() > after).toList();
    return found.subList((int) Math.max(0, found.size() - most), found.size());
  }

  /// Who was seen most, most first.
  synchronized List<Attacker> top(long most) {
    List<Attacker> all = new ArrayList<>(attackers.values());
    all.sort(Comparator.comparingLong(Attacker::times).reversed());
    return List.copyOf(all.subList(0, (int) Math.min(most, all.size())));
  }

  /// The last changes of virtual routers' roles, latest first.
  ///
  /// @param router of this one alone; null: of all
  synchronized List<TakeoverHistory.Entry> takeovers(Long router, long most) {
    return takeovers.last(router, most);
  }

  /// Tells `listener` of every event from now on, on the thread that adds it; it must not wait.
  void listen(Consumer<Entry> listener) {
    listeners.add(listener);
  }

  void leave(Consumer<Entry> listener) {
    listeners.remove(listener);
  }
}
