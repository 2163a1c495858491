package io.pitchlake.node.cli;

import io.pitchlake.common.config.ConfigDiff;
import io.pitchlake.common.config.ConfigDiff.Change;
import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.config.Configuration.Target;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.time.Clock;
import io.pitchlake.node.Node;
import io.pitchlake.node.admin.Reloaded;
import io.pitchlake.node.event.sink.SinkException;
import io.pitchlake.node.event.sink.Sinks;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings a changed configuration into force while the node runs: all of it or nothing, each reason
/// in a line of its own. Targets that are taken away keep their flows for `set drainto` seconds.
/// Any thread but the engines'.
final class Reload {
  private static final Logger LOG = LoggerFactory.getLogger("pitchlake");
  private static final long SECOND_NANOS = 1_000_000_000L;

  private final ConfigurationSource source;
  private final List<Node> nodes;
  private final Sinks sinks;
  private final Supplier<Set<IpAddress>> host;
  private final Clock clock;

  /// What the file said last; the nodes run it and the leaving targets.
  private Configuration running;

  private final Map<Target, Long> leavingUntilNanos = new LinkedHashMap<>();

  /// @param sinks of events
  /// @param host what this host's kernel owns now
  Reload(
      ConfigurationSource source,
      Configuration running,
      List<Node> nodes,
      Sinks sinks,
      Supplier<Set<IpAddress>> host,
      Clock clock) {
    this.source = source;
    this.running = running;
    this.nodes = List.copyOf(nodes);
    this.sinks = sinks;
    this.host = host;
    this.clock = clock;
  }

  /// Reads the configuration anew and runs it, or says why not; to the log, too.
  synchronized Reloaded run() {
    Configuration next;
    try {
      ConfigurationFile loaded = source.load();
      next = loaded.configuration();
    } catch (Failure failure) {
      return refuse(failure.lines());
    }
    List<Change> changes = ConfigDiff.between(running, next);
    if (changes.isEmpty()) {
      LOG.info("reload: nothing has changed");
      return new Reloaded(true, List.of("nothing has changed"));
    }
    List<String> reasons = reasons(changes, next);
    if (!reasons.isEmpty()) {
      return refuse(reasons);
    }
    Sinks.Change sinksChange;
    try {
      sinksChange = sinks.prepare(next);
    } catch (SinkException e) {
      return refuse(List.of("events: " + e.getMessage()));
    }
    Map<Target, Long> leavingBefore = new LinkedHashMap<>(leavingUntilNanos);
    leave(next);
    if (!apply(next)) {
      sinksChange.abandon();
      leavingUntilNanos.clear();
      leavingUntilNanos.putAll(leavingBefore);
      return refuse(List.of("an engine takes no commands; it hangs, or is overloaded"));
    }
    sinksChange.commit(Node.knownMachines(next, host.get()));
    changes.forEach(change -> LOG.info("reload: {}", change));
    leavingUntilNanos.keySet().stream()
        .filter(target -> !leavingBefore.containsKey(target))
        .forEach(target ->
            LOG.info(
                "reload: target {} ({}) gets no new flows and keeps its own for {} s",
                target.id(),
                target.address(),
                next.settings().get(Setting.DRAINTO)));
    LOG.info("reload: done");
    return new Reloaded(true, changes.stream().map(Change::toString).toList());
  }

  private List<String> reasons(List<Change> changes, Configuration next) {
    Stream<String> refused =
        changes.stream().filter(change -> change.refusal().isPresent()).map(Change::toString);
    Stream<String> obstacles =
        nodes.stream().flatMap(node -> node.obstacles(next).stream()).distinct();
    Stream<String> reused =
        leavingUntilNanos.keySet().stream()
            .filter(target -> isAnother(target, next.runningTargets().get(target.id())))
            .map(target ->
                "target %d: its number still belongs to %s, whose flows are ending; give the new one another number, or wait"
                    .formatted(target.id(), target.address()));
    return Stream.of(refused, obstacles, reused).flatMap(reasons -> reasons).toList();
  }

  private static boolean isAnother(Target leaving, Target next) {
    return next != null && !next.address().equals(leaving.address());
  }

  private static Reloaded refuse(List<String> reasons) {
    reasons.forEach(reason -> LOG.error("reload refused: {}", reason));
    LOG.error("reload refused as a whole: what has run so far goes on");
    return new Reloaded(false, reasons);
  }

  private void leave(Configuration next) {
    leavingUntilNanos.keySet().removeIf(target -> next.runningTargets().containsKey(target.id()));
    long drainSeconds = next.settings().get(Setting.DRAINTO);
    if (drainSeconds > 0) {
      long until = clock.nanoTime() + drainSeconds * SECOND_NANOS;
      ConfigDiff.leaving(running, next).forEach(target -> leavingUntilNanos.put(target, until));
    }
  }

  /// Gives the engines `next` and the targets that are leaving. Where one of several does not take
  /// it, those that have go back.
  private boolean apply(Configuration next) {
    Configuration whole = next.keeping(leavingUntilNanos.keySet());
    List<Node> done = new ArrayList<>();
    for (Node node : nodes) {
      Configuration before = node.configuration();
      if (!node.reconfigure(whole)) {
        done.forEach(changed -> changed.reconfigure(before));
        return false;
      }
      done.add(node);
    }
    running = next;
    return true;
  }

  /// Lets go the targets whose time is over. Called now and then.
  synchronized void tick() {
    long now = clock.nanoTime();
    List<Target> gone = new ArrayList<>();
    for (Iterator<Map.Entry<Target, Long>> all = leavingUntilNanos.entrySet().iterator();
        all.hasNext(); ) {
      Map.Entry<Target, Long> leaving = all.next();
      if (now - leaving.getValue() >= 0) {
        gone.add(leaving.getKey());
        all.remove();
      }
    }
    if (!gone.isEmpty() && apply(running)) {
      gone.forEach(target ->
          LOG.info(
              "target {} ({}) is gone; what was left there moves", target.id(), target.address()));
    }
  }
}
