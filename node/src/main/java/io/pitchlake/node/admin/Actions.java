package io.pitchlake.node.admin;

import static io.pitchlake.node.admin.Column.flag;
import static io.pitchlake.node.admin.Column.number;
import static io.pitchlake.node.admin.Column.text;

import io.pitchlake.common.config.Configuration.TargetState;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.session.AddressState;
import io.pitchlake.common.session.AddressTable;
import io.pitchlake.node.Inside;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.View;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What an operator does. Each deed is a line in the log.
final class Actions {
  private static final Logger LOG = LoggerFactory.getLogger("pitchlake");
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final int HIGHEST_NUMBER = 65_535;
  private static final long DEFAULT_HOLD_SECONDS = 60;
  private static final long LONGEST_HOLD_SECONDS = 86_400;

  static final Shape DONE = Shape.facts(text("done", "what was done, in words"));

  static final Shape FAILOVER =
      Shape.facts(
          text("done", "what was done, in words"),
          number("routers", "virtual routers that have left their place"));

  static final Shape RELOAD =
      Shape.facts(flag("done", "whether the configuration runs"))
          .and("lines", text("line", "what has changed, or why nothing has"));

  private final Operated operated;
  private final List<EngineReader> engines;

  Actions(Operated operated, List<EngineReader> engines) {
    this.operated = operated;
    this.engines = engines;
  }

  /// Every active router leaves its place to another node.
  Page failover(Request request) throws Refusal {
    long seconds = request.number("seconds", DEFAULT_HOLD_SECONDS, 1, LONGEST_HOLD_SECONDS);
    long nowNanos = operated.clock().nanoTime();
    EngineReader engine = engines.getFirst();
    if (engine.ask(inside -> inside.routers().isEmpty())) {
      throw Refusal.conflict("this node takes part in no election; it has no 'vrrp' that runs");
    }
    int left = engine.ask(inside -> inside.stepDown(nowNanos + seconds * SECOND_NANOS, nowNanos));
    String done =
        (left == 0
                ? "this node is active nowhere; it"
                : "left the place of %d virtual router%s to another node, and"
                    .formatted(left, left == 1 ? "" : "s"))
            + " takes none from a living node for %d s".formatted(seconds);
    LOG.info("operator: {}", done);
    return new Page(FAILOVER).fact("done", done).fact("routers", (long) left);
  }

  Page enable(Request request) throws Refusal {
    return administer(request, TargetState.READY, "gets flows while it is healthy");
  }

  Page disable(Request request) throws Refusal {
    return administer(request, TargetState.MAINTENANCE, "gets nothing, and its flows go elsewhere");
  }

  Page drain(Request request) throws Refusal {
    return administer(request, TargetState.DRAIN, "keeps its flows and gets no new ones");
  }

  private Page administer(Request request, TargetState state, String words) throws Refusal {
    int target = request.optionalNumber("target", 1, HIGHEST_NUMBER).orElseThrow().intValue();
    if (!operated.nodes().getFirst().configuration().runningTargets().containsKey(target)) {
      throw Refusal.unknown("no target %d runs here".formatted(target));
    }
    for (EngineReader engine : engines) {
      if (!engine.node().administer(target, state)) {
        throw Refusal.hangs();
      }
    }
    // Answered when it is so.
    for (EngineReader engine : engines) {
      engine.ask(Inside::view);
    }
    String done =
        "target %d %s, until the file or an operator says otherwise".formatted(target, words);
    LOG.info("operator: {}", done);
    return new Page(DONE).fact("done", done);
  }

  /// Lets go of a simulated address.
  Page release(Request request) throws Refusal {
    IpAddress address = request.address("address").orElseThrow();
    long nowNanos = operated.clock().nanoTime();
    Optional<AddressState> before = Optional.empty();
    boolean candidate = false;
    for (EngineReader engine : engines) {
      Found found = engine.ask(inside -> find(inside, address));
      candidate |= found.candidate();
      if (found.state() != null) {
        before = Optional.of(found.state());
      }
    }
    if (before.isPresent() && before.get() == AddressState.REAL) {
      throw Refusal.conflict("%s has a living owner and is not simulated".formatted(address));
    }
    if (!candidate) {
      throw Refusal.unknown("%s is never simulated here".formatted(address));
    }
    for (EngineReader engine : engines) {
      engine.ask(inside -> release(inside, address, nowNanos));
    }
    String done =
        "%s is silent now and will be proved again; write 'arp %s' to exempt it for good"
            .formatted(address, address);
    LOG.info("operator: {}", done);
    return new Page(DONE).fact("done", done);
  }

  /// What an engine knows of an address.
  ///
  /// @param state null where it knows nothing
  private record Found(boolean candidate, AddressState state) {}

  private static Found find(Inside inside, IpAddress address) {
    View view = inside.view();
    boolean candidate = false;
    AddressState state = null;
    for (int i = 0; i < view.size(); i++) {
      NetworkView network = view.network(i);
      if (network.contains(address.high(), address.low())) {
        candidate |= network.isCandidate(address.high(), address.low());
        int entry = inside.addresses().find(i, address.high(), address.low());
        state = entry == AddressTable.NONE ? state : inside.addresses().state(entry);
      }
    }
    return new Found(candidate, state);
  }

  private static boolean release(Inside inside, IpAddress address, long nowNanos) {
    View view = inside.view();
    for (int i = 0; i < view.size(); i++) {
      NetworkView network = view.network(i);
      if (network.isCandidate(address.high(), address.low())) {
        inside.release(network, address, nowNanos);
      }
    }
    return true;
  }

  Page reload(Request request) throws Refusal {
    Reloaded reloaded = operated.reload().get();
    if (!reloaded.done()) {
      throw Refusal.conflict(String.join("\n", reloaded.lines()));
    }
    Page page = new Page(RELOAD).fact("done", true);
    reloaded.lines().forEach(line -> page.row("lines", line));
    return page;
  }
}
