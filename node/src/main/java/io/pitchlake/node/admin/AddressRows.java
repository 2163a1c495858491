package io.pitchlake.node.admin;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.session.AddressState;
import io.pitchlake.common.session.AddressTable;
import io.pitchlake.node.Inside;
import java.util.Locale;
import java.util.Optional;

/// The address table, row by row.
final class AddressRows implements TableScan.Source {
  private static final int WORDS = 5;
  private static final AddressState[] STATES = AddressState.values();

  static final Shape SHAPE =
      Shape.table(
              "addresses",
              Column.text("address", "the address"),
              Column.number("network", "number of its network"),
              Column.text("state", "real, simulated, probing or held"),
              Column.text("mac", "of its owner, where one is known"),
              Column.number(
                  "heard_seconds",
                  "since its owner was heard, or since a decoy was last asked for"))
          .with(Column.text("next", "write it as 'after' to go on; null at the end"));

  private final Page page;
  private final Optional<Long> network;
  private final Optional<AddressState> state;
  private final Optional<IpAddress> only;
  private final long nowNanos;

  AddressRows(
      Page page,
      Optional<Long> network,
      Optional<AddressState> state,
      Optional<IpAddress> only,
      long nowNanos) {
    this.page = page;
    this.network = network;
    this.state = state;
    this.only = only;
    this.nowNanos = nowNanos;
  }

  @Override
  public int words() {
    return WORDS;
  }

  @Override
  public TableScan.Piece copy(Inside inside, int from, long[] into) {
    AddressTable table = inside.addresses();
    int most = into.length / WORDS;
    int until = Math.min(table.capacity(), from + TableScan.LOOKED_AT);
    int rows = 0;
    int entry = from;
    for (; entry < until && rows < most; entry++) {
      if (table.inUse(entry) && isWanted(inside, table, entry)) {
        int at = rows++ * WORDS;
        AddressState now = table.state(entry);
        into[at] = table.high(entry);
        into[at + 1] = table.low(entry);
        into[at + 2] = (long) inside.view().network(table.network(entry)).id() << 8 | now.ordinal();
        into[at + 3] = now == AddressState.REAL ? table.mac(entry) : 0;
        into[at + 4] =
            switch (now) {
              case REAL -> table.checkedNanos(entry);
              case SIMULATED -> table.touchedNanos(entry);
              case PROBING, HELD -> nowNanos;
            };
      }
    }
    return new TableScan.Piece(rows, entry < table.capacity() ? entry : TableScan.END);
  }

  private boolean isWanted(Inside inside, AddressTable table, int entry) {
    return (state.isEmpty() || table.state(entry) == state.get())
        && (network.isEmpty() || inside.view().network(table.network(entry)).id() == network.get())
        && (only.isEmpty()
            || table.low(entry) == only.get().low() && table.high(entry) == only.get().high());
  }

  @Override
  public void row(long[] words, int at) {
    AddressState now = STATES[(int) words[at + 2] & 0xff];
    boolean timed = now == AddressState.REAL || now == AddressState.SIMULATED;
    page.row(
        "addresses",
        new IpAddress(words[at], words[at + 1]).toString(),
        words[at + 2] >> 8,
        now.name().toLowerCase(Locale.ROOT),
        words[at + 3] == 0 ? null : new MacAddress(words[at + 3]).toString(),
        timed ? Math.max(0, nowNanos - words[at + 4]) / 1_000_000_000L : null);
  }
}
