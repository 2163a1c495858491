package io.pitchlake.node.admin;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.session.FlowState;
import io.pitchlake.common.session.FlowTable;
import io.pitchlake.common.session.NatTable;
import io.pitchlake.node.Inside;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Balanced flows, then translated sessions, row by row.
final class SessionRows {
  private static final FlowState[] STATES = FlowState.values();

  static final Shape SHAPE =
      Shape.table(
              "sessions",
              Column.text("kind", "balanced, translated or masqueraded"),
              Column.text("client", "its address"),
              Column.number("client_port", "its port"),
              Column.text("protocol", "tcp, udp, or a number"),
              Column.number("server", "number of the server; null for a masqueraded station"),
              Column.number("service_port", "the port that the client has asked for"),
              Column.number("target", "number of the target; null for a masqueraded station"),
              Column.text("state", "opening, established, closing or datagram"),
              Column.number("idle_seconds", "since a frame of it passed"))
          .with(Column.text("next", "write it as 'after' to go on; null at the end"));

  private final Page page;
  private final Optional<Long> server;
  private final Optional<Long> target;
  private final Optional<IpAddress> client;

  SessionRows(Page page, Optional<Long> server, Optional<Long> target, Optional<IpAddress> client) {
    this.page = page;
    this.server = server;
    this.target = target;
    this.client = client;
  }

  /// Both tables, in the order they are read.
  List<TableScan.Source> sources() {
    return List.of(new Flows(), new Translations());
  }

  private boolean isWanted(long high, long low, long ofServer, long ofTarget) {
    return (client.isEmpty() || client.get().low() == low && client.get().high() == high)
        && (server.isEmpty() || server.get() == ofServer)
        && (target.isEmpty() || target.get() == ofTarget);
  }

  private static String protocol(long number) {
    return switch ((int) number) {
      case 1 -> "icmp";
      case 6 -> "tcp";
      case 17 -> "udp";
      case 58 -> "icmpv6";
      default -> Long.toString(number);
    };
  }

  private static String state(long ordinal) {
    return STATES[(int) ordinal].name().toLowerCase(Locale.ROOT);
  }

  /// What `slb` remembers; see [io.pitchlake.common.hash.FlowHash#tuple].
  private final class Flows implements TableScan.Source {
    private static final int WORDS = 5;

    @Override
    public int words() {
      return WORDS;
    }

    @Override
    public TableScan.Piece copy(Inside inside, int from, long[] into) {
      FlowTable table = inside.flows().orElse(null);
      if (table == null) {
        return new TableScan.Piece(0, TableScan.END);
      }
      int most = into.length / WORDS;
      int until = Math.min(table.numbers(), from + TableScan.LOOKED_AT);
      int rows = 0;
      int flow = from;
      for (; flow < until && rows < most; flow++) {
        if (table.isInUse(flow)
            && isWanted(
                table.clientHigh(flow),
                table.clientLow(flow),
                table.tuple(flow) >>> 16 & 0xffff,
                table.target(flow))) {
          int at = rows++ * WORDS;
          into[at] = table.clientHigh(flow);
          into[at + 1] = table.clientLow(flow);
          into[at + 2] = table.tuple(flow);
          into[at + 3] = (long) table.target(flow) << 8 | table.state(flow).ordinal();
          into[at + 4] = table.ageNanos(flow);
        }
      }
      return new TableScan.Piece(rows, flow < table.numbers() ? flow : TableScan.END);
    }

    @Override
    public void row(long[] words, int at) {
      long tuple = words[at + 2];
      page.row(
          "sessions",
          "balanced",
          new IpAddress(words[at], words[at + 1]).toString(),
          tuple >>> 48,
          protocol(tuple >>> 8 & 0xff),
          tuple >>> 16 & 0xffff,
          tuple >>> 32 & 0xffff,
          words[at + 3] >> 8,
          state(words[at + 3] & 0xff),
          words[at + 4] / 1_000_000_000L);
    }
  }

  private final class Translations implements TableScan.Source {
    private static final int WORDS = 6;

    @Override
    public int words() {
      return WORDS;
    }

    @Override
    public TableScan.Piece copy(Inside inside, int from, long[] into) {
      NatTable table = inside.translations();
      int most = into.length / WORDS;
      int until = Math.min(table.numbers(), from + TableScan.LOOKED_AT);
      int rows = 0;
      int session = from;
      for (; session < until && rows < most; session++) {
        if (table.isInUse(session)
            && isWanted(
                table.clientHigh(session),
                table.clientLow(session),
                table.serverId(session),
                table.targetId(session))) {
          int at = rows++ * WORDS;
          into[at] = table.clientHigh(session);
          into[at + 1] = table.clientLow(session);
          into[at + 2] = (long) table.clientPort(session) << 16 | table.servicePort(session);
          into[at + 3] =
              (long) table.protocol(session) << 16
                  | (long) table.kind(session).ordinal() << 8
                  | table.state(session).ordinal();
          into[at + 4] = (long) table.serverId(session) << 32 | table.targetId(session);
          into[at + 5] = table.ageNanos(session);
        }
      }
      return new TableScan.Piece(rows, session < table.numbers() ? session : TableScan.END);
    }

    @Override
    public void row(long[] words, int at) {
      boolean ofServer = (words[at + 3] >> 8 & 0xff) == NatTable.Kind.SERVER.ordinal();
      page.row(
          "sessions",
          ofServer ? "translated" : "masqueraded",
          new IpAddress(words[at], words[at + 1]).toString(),
          words[at + 2] >> 16,
          protocol(words[at + 3] >> 16),
          ofServer ? words[at + 4] >> 32 : null,
          words[at + 2] & 0xffff,
          ofServer ? words[at + 4] & 0xffff_ffffL : null,
          state(words[at + 3] & 0xff),
          words[at + 5] / 1_000_000_000L);
    }
  }
}
