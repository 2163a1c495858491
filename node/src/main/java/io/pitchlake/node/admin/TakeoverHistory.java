package io.pitchlake.node.admin;

import io.pitchlake.node.event.SecurityEvent.RouterChanged;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The last changes of each virtual router's role, kept apart from other events, so that no scan
/// pushes them out. Bounded: as many for each router and family as [#KEPT] says, and the
/// configuration says how many routers there are. One thread at a time.
final class TakeoverHistory {
  /// Changes kept of each virtual router.
  static final int KEPT = 32;

  /// A change of a role.
  record Entry(long wallMillis, RouterChanged change) {}

  private record Router(int number, boolean ipv4) {}

  private final Map<Router, Deque<Entry>> byRouter = new HashMap<>();

  void add(RouterChanged change, long wallMillis) {
    Deque<Entry> entries =
        byRouter.computeIfAbsent(
            new Router(change.router(), change.ipv4()), router -> new ArrayDeque<>());
    entries.addFirst(new Entry(wallMillis, change));
    if (entries.size() > KEPT) {
      entries.removeLast();
    }
  }

  /// The last ones of all routers, or of one, latest first.
  ///
  /// @param router its number, or null
  List<Entry> last(Long router, long most) {
    Stream<Entry> all = byRouter.values().stream().flatMap(Deque::stream);
    return all.filter(entry -> router == null || entry.change().router() == router)
        .sorted((a, b) -> Long.compare(b.wallMillis(), a.wallMillis()))
        .limit(most)
        .toList();
  }
}
