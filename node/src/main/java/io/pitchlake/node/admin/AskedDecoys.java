package io.pitchlake.node.admin;

import static io.pitchlake.node.admin.Column.number;
import static io.pitchlake.node.admin.Column.text;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.session.AddressTable;
import io.pitchlake.common.time.Clock;
import io.pitchlake.node.Inside;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.View;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Which simulated addresses somebody asks for now, of both families, latest first. The engine
/// walks the end of a list that it keeps anyway.
final class AskedDecoys {
  private static final long MOST_ROWS = 256;
  private static final long DEFAULT_ROWS = 32;

  /// Entries that the engine looks at in one turn; the rest of those touched lately are left out.
  private static final int LOOKED_AT = 1024;

  static final Shape SHAPE =
      Shape.table(
          "asked",
          text("address", "the decoy"),
          number("network", "number of its network"),
          number("seconds", "since it was asked for, below 10"));

  private final List<EngineReader> engines;
  private final Clock clock;

  AskedDecoys(List<EngineReader> engines, Clock clock) {
    this.engines = engines;
    this.clock = clock;
  }

  private record Decoy(long high, long low, int network, long agoNanos) {}

  Page page(Request request) throws Refusal {
    int limit = (int) request.number("limit", DEFAULT_ROWS, 1, MOST_ROWS);
    List<Decoy> all = new ArrayList<>();
    for (EngineReader engine : engines) {
      int networks = engine.ask(inside -> inside.view().size());
      for (int i = 0; i < networks; i++) {
        for (boolean isIpv4 : new boolean[] {true, false}) {
          int network = i;
          long nowNanos = clock.nanoTime();
          all.addAll(engine.ask(inside -> asked(inside, network, isIpv4, limit, nowNanos)));
        }
      }
    }
    all.sort(Comparator.comparingLong(Decoy::agoNanos));
    Page page = new Page(SHAPE);
    for (Decoy decoy : all.subList(0, Math.min(limit, all.size()))) {
      page.row(
          "asked",
          new IpAddress(decoy.high(), decoy.low()).toString(),
          (long) decoy.network(),
          decoy.agoNanos() / 1_000_000_000L);
    }
    return page;
  }

  private static List<Decoy> asked(
      Inside inside, int index, boolean isIpv4, int limit, long nowNanos) {
    View view = inside.view();
    List<Decoy> found = new ArrayList<>();
    if (index >= view.size()) {
      return found; // a reload in between
    }
    NetworkView network = view.network(index);
    AddressTable table = inside.addresses();
    int entry = table.mostRecentlyAsked(index, isIpv4);
    for (int looked = 0;
        entry != AddressTable.NONE && looked < LOOKED_AT && found.size() < limit;
        looked++) {
      long agoNanos = nowNanos - table.touchedNanos(entry);
      if (agoNanos >= AddressMap.ASKED_NANOS) {
        break;
      }
      if (table.asked(entry)) {
        found.add(new Decoy(table.high(entry), table.low(entry), network.id(), agoNanos));
      }
      entry = table.lessRecentlyAsked(entry);
    }
    return found;
  }
}
