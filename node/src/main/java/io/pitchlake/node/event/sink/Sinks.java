package io.pitchlake.node.event.sink;

import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.config.SinkPlan;
import io.pitchlake.common.config.SinkPlan.Intake;
import io.pitchlake.common.config.SinkPlan.Topic;
import io.pitchlake.common.net.AccessList;
import io.pitchlake.node.event.Occurrence;
import io.pitchlake.node.event.Origin;
import io.pitchlake.node.event.SecurityEvent;
import io.pitchlake.node.event.SecurityEvent.Trapped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Gives each event to every sink: the log, `syslog`, and those of `events { ... }`. None of them
/// can hold up another, or the thread that brings the events.
///
/// [#accept] belongs to the event thread, the rest to any.
public final class Sinks implements Consumer<SecurityEvent>, AutoCloseable {
  private final SinkWorld world;
  private final Spared spared;
  private final SinkFactory factory;
  private final List<SinkQueue> fixed = new ArrayList<>();
  private volatile State state;
  private long number;

  /// What is in force.
  private record State(Map<SinkPlan, SinkQueue> planned, List<SinkQueue> all, Origins origins) {}

  private Sinks(SinkWorld world, Spared spared) {
    this.world = world;
    this.spared = spared;
    this.factory = new SinkFactory(world, spared);
  }

  /// Opens all sinks of a configuration; they are at work at once.
  ///
  /// @param never who must not be blocked whatever it does
  /// @throws SinkException one of them cannot be opened
  public static Sinks open(Configuration configuration, AccessList never, SinkWorld world)
      throws SinkException {
    Sinks sinks = new Sinks(world, new Spared(configuration, never));
    Origins origins = Origins.of(configuration.events(), world.clock());
    sinks.fix(new LogSink());
    sinks.factory.syslog(configuration.syslog()).ifPresent(sinks::fix);
    sinks.state = new State(Map.of(), List.copyOf(sinks.fixed), origins);
    sinks.prepare(configuration).commit(never);
    sinks.fixed.forEach(SinkQueue::start);
    return sinks;
  }

  private void fix(Sink sink) {
    fixed.add(
        new SinkQueue(
            sink.name(),
            sink,
            EnumSet.allOf(Topic.class),
            Intake.DEFAULT_QUEUE,
            factory.backoff()));
  }

  /// Opens what another configuration has and this one has not, and changes nothing yet. Sinks that
  /// both have go on, with what waits for them.
  ///
  /// @throws SinkException one of them cannot be opened
  public Change prepare(Configuration next) throws SinkException {
    State before = state;
    Origins origins =
        before.origins().isFor(next.events())
            ? before.origins()
            : Origins.of(next.events(), world.clock());
    Map<SinkPlan, SinkQueue> planned = new LinkedHashMap<>();
    List<SinkQueue> opened = new ArrayList<>();
    Set<String> names = new HashSet<>(fixed.stream().map(queue -> queue.status().name()).toList());
    for (SinkPlan plan : next.events().sinks()) {
      SinkQueue known = before.planned().get(plan);
      if (known != null) {
        names.add(known.status().name());
      }
    }
    try {
      for (SinkPlan plan : next.events().sinks()) {
        SinkQueue queue = before.planned().get(plan);
        if (queue == null) {
          queue = queued(plan, names);
          opened.add(queue);
        }
        planned.put(plan, queue);
      }
    } catch (SinkException e) {
      opened.forEach(SinkQueue::close);
      throw e;
    }
    List<SinkQueue> all = Stream.concat(fixed.stream(), planned.values().stream()).toList();
    return new Change(next, before, new State(planned, all, origins), opened);
  }

  private SinkQueue queued(SinkPlan plan, Set<String> names) throws SinkException {
    Sink sink = factory.of(plan);
    return new SinkQueue(
        uniqueAmong(names, sink.name()),
        sink,
        SinkFactory.topicsOf(plan),
        plan.queue(),
        factory.backoff());
  }

  private static String uniqueAmong(Set<String> names, String wanted) {
    String name = wanted;
    for (int i = 2; !names.add(name); i++) {
      name = wanted + " #" + i;
    }
    return name;
  }

  /// Another set of sinks, opened and not yet in force.
  public final class Change {
    private final Configuration next;
    private final State before;
    private final State after;
    private final List<SinkQueue> opened;

    private Change(Configuration next, State before, State after, List<SinkQueue> opened) {
      this.next = next;
      this.before = before;
      this.after = after;
      this.opened = opened;
    }

    /// Brings it into force. Sinks that are gone hand over what is queued first, for a second or
    /// two, as a new one may write to the same file.
    ///
    /// @param never who must not be blocked whatever it does
    public void commit(AccessList never) {
      spare(next, never);
      state = after;
      List<SinkQueue> gone = new ArrayList<>(before.planned().values());
      gone.removeAll(after.planned().values());
      end(gone);
      opened.forEach(SinkQueue::start);
      if (before.origins() != after.origins()) {
        before.origins().close();
      }
    }

    /// Forgets it.
    public void abandon() {
      opened.forEach(SinkQueue::close);
      if (before.origins() != after.origins()) {
        after.origins().close();
      }
    }
  }

  @Override
  public void accept(SecurityEvent event) {
    State now = state;
    Origin origin =
        event instanceof Trapped trapped ? now.origins().of(trapped.attacker()) : Origin.UNKNOWN;
    Occurrence occurrence = new Occurrence(++number, world.clock().wallMillis(), event, origin);
    now.all().forEach(queue -> queue.offer(occurrence));
  }

  /// Sets anew who must not be blocked whatever it does.
  public void spare(Configuration configuration, AccessList never) {
    spared.configure(configuration, never);
  }

  /// What each sink has done, in the order of the configuration.
  public List<SinkStatus> statuses() {
    return state.all().stream().map(SinkQueue::status).toList();
  }

  /// Hands over what is queued, for a second or two, and closes all.
  @Override
  public void close() {
    end(state.all());
    state.origins().close();
  }

  private static void end(Collection<SinkQueue> queues) {
    queues.forEach(SinkQueue::beginClose);
    queues.forEach(SinkQueue::close);
  }
}
