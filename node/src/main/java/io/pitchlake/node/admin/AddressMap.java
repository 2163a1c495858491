package io.pitchlake.node.admin;

import static io.pitchlake.node.admin.Column.number;
import static io.pitchlake.node.admin.Column.text;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.IpPrefix;
import io.pitchlake.common.session.AddressState;
import io.pitchlake.common.session.AddressTable;
import io.pitchlake.common.time.Clock;
import io.pitchlake.node.Inside;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.View;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// An IPv4 network as a picture: one letter for each address, in blocks of 256. What is not IPv4
/// has too many addresses for one.
///
/// The engine looks up a bounded run of addresses per turn, whatever the size of its table; several
/// engines' pictures are laid over each other.
final class AddressMap {
  /// A decoy counts as asked for so long.
  static final long ASKED_NANOS = 10_000_000_000L;

  private static final int BLOCK = 256;
  private static final long MOST_BLOCKS = 256;
  private static final long DEFAULT_BLOCKS = 16;
  private static final int HIGHEST_NUMBER = 65_535;
  private static final int LOOKED_UP = 1024;
  private static final long LONGEST_NANOS = 3_000_000_000L;

  /// The letters; where engines differ the one further behind is shown.
  private static final byte[] LETTERS = {'.', 'x', 'p', 'h', 's', 'a', 'r', 'o'};

  private static final byte UNKNOWN = 0;
  private static final byte NEVER = 1;
  private static final byte PROBING = 2;
  private static final byte HELD = 3;
  private static final byte SIMULATED = 4;
  private static final byte ASKED = 5;
  private static final byte REAL = 6;
  private static final byte OWN = 7;

  static final Shape SHAPE =
      Shape.table(
              "blocks",
              text("first", "the first address"),
              text(
                  "states",
                  "a letter for each address from the first on: r real, s simulated, a simulated"
                      + " and asked for lately, p probing, h held, o this cluster's own, x never"
                      + " simulated, . nothing known"),
              number("real", "how many"),
              number("simulated", "how many, asked ones included"),
              number("asked", "how many"),
              number("probing", "how many"),
              number("held", "how many"))
          .with(
              number("network", "its number"),
              text("block", "all its addresses"),
              number("asked_seconds", "what counts as lately"),
              text("next", "write it as 'from' to go on; null at the end"));

  private final List<EngineReader> engines;
  private final Clock clock;

  AddressMap(List<EngineReader> engines, Clock clock) {
    this.engines = engines;
    this.clock = clock;
  }

  Page page(Request request) throws Refusal {
    Optional<Long> wanted = request.optionalNumber("network", 1, HIGHEST_NUMBER);
    Optional<IpAddress> from = request.address("from");
    long blocks = request.number("blocks", DEFAULT_BLOCKS, 1, MOST_BLOCKS);
    NetworkView network =
        engines
            .getFirst()
            .ask(inside -> find(inside.view(), wanted))
            .orElseThrow(() -> Refusal.unknown("no such network with IPv4 addresses runs here"));
    IpPrefix block = network.family(true).prefix();
    if (from.isPresent() && !block.contains(from.get())) {
      throw Refusal.wrong("from: %s is not in %s".formatted(from.get(), block));
    }
    return page(network, from.orElse(block.address()), blocks);
  }

  private static Optional<NetworkView> find(View view, Optional<Long> wanted) {
    for (int i = 0; i < view.size(); i++) {
      NetworkView network = view.network(i);
      if (network.port() >= 0
          && network.family(true).prefix() != null
          && (wanted.isEmpty() || wanted.get() == network.id())) {
        return Optional.of(network);
      }
    }
    return Optional.empty();
  }

  private Page page(NetworkView network, IpAddress from, long blocks) throws Refusal {
    IpPrefix block = network.family(true).prefix();
    long first = Math.max(block.address().low(), from.low() & -BLOCK);
    long last = block.last().low();
    long until = Math.min(last, (first | BLOCK - 1) + (blocks - 1) * BLOCK);
    long begunNanos = System.nanoTime();
    Page page = new Page(SHAPE);
    long at = first;
    while (at <= until && System.nanoTime() - begunNanos < LONGEST_NANOS) {
      long end = Math.min(until, (at | BLOCK - 1) + LOOKED_UP - BLOCK);
      byte[] states = look(network, at, (int) (end - at + 1));
      for (int row = 0; row < states.length; ) {
        long firstOfRow = at + row;
        int next = (int) Math.min(states.length, (firstOfRow | BLOCK - 1) + 1 - at);
        row(page, firstOfRow, Arrays.copyOfRange(states, row, next));
        row = next;
      }
      at = end + 1;
    }
    return page.fact("network", (long) network.id())
        .fact("block", block.toString())
        .fact("asked_seconds", ASKED_NANOS / 1_000_000_000L)
        .fact("next", at > last ? null : new IpAddress(0, at).toString());
  }

  private byte[] look(NetworkView network, long first, int count) throws Refusal {
    byte[] all = new byte[count];
    for (EngineReader engine : engines) {
      // A new array each time: the engine may still be filling one that was given up.
      byte[] one = new byte[count];
      long nowNanos = clock.nanoTime();
      engine.ask(inside -> look(inside, network, first, nowNanos, one));
      for (int i = 0; i < count; i++) {
        all[i] = (byte) Math.max(all[i], one[i]);
      }
    }
    return all;
  }

  private static boolean look(
      Inside inside, NetworkView network, long first, long nowNanos, byte[] into) {
    AddressTable table = inside.addresses();
    for (int i = 0; i < into.length; i++) {
      into[i] = state(network, table, first + i, nowNanos);
    }
    return true;
  }

  private static byte state(NetworkView network, AddressTable table, long low, long nowNanos) {
    int entry = table.find(network.index(), 0, low);
    if (isOwn(network, low)) {
      return OWN;
    }
    if (entry == AddressTable.NONE) {
      return network.isCandidate(0, low) ? UNKNOWN : NEVER;
    }
    AddressState state = table.state(entry);
    return switch (state) {
      case REAL -> REAL;
      case PROBING -> PROBING;
      case HELD -> HELD;
      case SIMULATED ->
          table.asked(entry) && nowNanos - table.touchedNanos(entry) < ASKED_NANOS
              ? ASKED
              : SIMULATED;
    };
  }

  private static boolean isOwn(NetworkView network, long low) {
    IpAddress virt = network.family(true).virt();
    return network.isReal(0, low)
        || network.isOwnVirtual(0, low)
        || virt != null && virt.low() == low;
  }

  private static void row(Page page, long first, byte[] states) {
    long[] counts = new long[LETTERS.length];
    StringBuilder letters = new StringBuilder(states.length);
    for (byte state : states) {
      counts[state]++;
      letters.append((char) LETTERS[state]);
    }
    page.row(
        "blocks",
        new IpAddress(0, first).toString(),
        letters.toString(),
        counts[REAL],
        counts[SIMULATED] + counts[ASKED],
        counts[ASKED],
        counts[PROBING],
        counts[HELD]);
  }
}
