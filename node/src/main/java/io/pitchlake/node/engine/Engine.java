package io.pitchlake.node.engine;

import io.pitchlake.common.config.Configuration.TargetState;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.time.Clock;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.node.port.Batch;
import io.pitchlake.node.port.Port;
import io.pitchlake.sync.SessionReplicator;
import java.util.List;

/// The one thread that forwards and advertises. Each turn reads the clock once (and, where there is
/// a [Heartbeat], again before it sends), does a bounded number of commands, takes at most one
/// batch from each port, walks every frame down the chain, runs the timers and flushes what is to
/// be sent. If forwarding hangs, so does everything a peer would take for life.
public final class Engine {
  /// Frames taken from one port in one turn.
  public static final int BATCH_FRAMES = 64;

  private static final int COMMANDS_PER_TURN = 16;

  /// A wait is over long before: a turn that comes later was kept from its core, or the one before
  /// it took too long.
  private static final long LATE_NANOS = 20_000_000;

  private final Clock clock;
  private final Port[] ports;
  private final Batch[] batches;
  private final ModuleChain chain;
  private final CommandQueue commands;
  private final EventSink events;
  private final CounterBank counters;
  private final IdleStrategy idle;
  private final SessionReplicator replicator;
  private final Reception reception;
  private final PacketContext packet = new PacketContext();
  private View view;
  private long turnNanos;
  private boolean stopping;

  /// What an operator wants to see of frames; null: nothing.
  private Trace trace;

  /// Takes copies of frames for an operator; null: none are wanted.
  private Capture capture;

  /// Whether there is any of both: all that a frame is asked while there is none.
  private boolean watched;

  /// @param replicator tells other nodes what has changed; null for a node alone
  /// @param reception of `ports`, kept up to date for the modules that ask it
  public Engine(
      Clock clock,
      List<Port> ports,
      ModuleChain chain,
      CommandQueue commands,
      EventSink events,
      CounterBank counters,
      IdleStrategy idle,
      View view,
      SessionReplicator replicator,
      Reception reception) {
    this.replicator = replicator;
    this.reception = reception;
    this.clock = clock;
    this.ports = ports.toArray(Port[]::new);
    this.batches = new Batch[ports.size()];
    for (int i = 0; i < batches.length; i++) {
      batches[i] = new Batch(BATCH_FRAMES);
    }
    this.chain = chain;
    this.commands = commands;
    this.events = events;
    this.counters = counters;
    this.idle = idle;
    configure(view, clock.nanoTime());
  }

  /// Turns until a [Command.Stop] is done or a port's source has ended.
  public void run(RealTime realTime) {
    // The first command links the switch over all of them, which takes some milliseconds. It would
    // mostly be the one to stop, while clients wait.
    obey(new Command.Answer(() -> {}), turnNanos);
    while (!stopped()) {
      long lastNanos = turnNanos;
      int work = turn();
      if (turnNanos - lastNanos > LATE_NANOS) {
        counters.count(Counter.TURNS_LATE);
      }
      IdleStrategy.Rest rest = idle.afterTurn(work, turnNanos, untilDueNanos());
      realTime.afterTurn(rest, turnNanos);
    }
  }

  /// One turn; returns how many frames and commands it worked on.
  public int turn() {
    long nowNanos = clock.nanoTime();
    turnNanos = nowNanos;
    if (watched && capture != null) {
      capture.turn(view, nowNanos);
    }
    chain.onTurn(nowNanos);
    boolean wasStopping = stopping;
    int work = drainCommands(nowNanos);
    for (int port = 0; port < ports.length; port++) {
      work += receive(port, nowNanos);
    }
    if (stopping && !wasStopping) {
      // Not before: what had come until now nobody else will answer.
      chain.onStop(nowNanos);
    }
    chain.onTick(nowNanos);
    if (replicator != null) {
      work += replicator.turn(nowNanos);
    }
    events.onTick(nowNanos);
    if (chain.hasHeartbeat() && !chain.maySend(clock.nanoTime())) {
      discard();
    }
    for (Port port : ports) {
      int sent = port.flush();
      if (sent > 0) {
        counters.add(Counter.FRAMES_TRANSMITTED, sent);
      }
    }
    chain.onFlushed(nowNanos);
    return work;
  }

  /// How long after the last turn something is due that needs another one; [Long#MAX_VALUE] when
  /// nothing is, 0 or less when it is overdue.
  public long untilDueNanos() {
    long until = chain.untilDueNanos(turnNanos);
    return replicator == null ? until : Math.min(until, replicator.untilDueNanos(turnNanos));
  }

  /// What this node has queued it may no longer say: another one may be speaking by now.
  private void discard() {
    for (Port port : ports) {
      int discarded = port.discard();
      for (int i = 0; i < discarded; i++) {
        counters.drop(DropReason.LATE);
      }
    }
    chain.onDiscarded();
  }

  /// Notes what becomes of frames from now on, or, with null, no more; engine thread.
  public void trace(Trace into) {
    trace = into;
    watched = trace != null || capture != null;
  }

  /// Copies what decoys are sent from now on, or, with null, no more; engine thread.
  public void capture(Capture into) {
    capture = into;
    watched = trace != null || capture != null;
    if (into != null) {
      into.turn(view, turnNanos);
    }
  }

  /// What it works with; engine thread.
  public View view() {
    return view;
  }

  /// Whether a [Command.Stop] was done, and whoever takes over has.
  public boolean stopped() {
    return stopping && !chain.isLingering();
  }

  private int drainCommands(long nowNanos) {
    int done = 0;
    while (done < COMMANDS_PER_TURN) {
      Command command = commands.poll();
      if (command == null) {
        break;
      }
      done++;
      obey(command, nowNanos);
    }
    return done;
  }

  private void obey(Command command, long nowNanos) {
    switch (command) {
      case Command.Reconfigure(View next) -> configure(next, nowNanos);
      case Command.Administer(int target, TargetState state) ->
          chain.onAdministered(target, state, nowNanos);
      case Command.CheckResult result -> chain.onChecked(result, nowNanos);
      case Command.Answer(Runnable answer) -> answer.run();
      case Command.Stop() -> stopping = true;
    }
  }

  private void configure(View next, long nowNanos) {
    view = next;
    if (capture != null) {
      capture.turn(next, nowNanos);
    }
    for (int port = 0; port < ports.length; port++) {
      ports[port].filter(next.filter(port));
    }
    chain.onConfigured(next, nowNanos);
    events.onConfigured(next, nowNanos);
  }

  private int receive(int port, long nowNanos) {
    Batch batch = batches[port];
    int count = ports[port].receive(batch);
    reception.received(port, count, !batch.isFull(), nowNanos);
    if (count == 0) {
      return 0;
    }
    long bytes = 0;
    for (int i = 0; i < count; i++) {
      Frame frame = batch.get(i);
      bytes += frame.length();
      DropReason malformed = packet.parse(frame, port, nowNanos, view);
      if (malformed != null) {
        counters.drop(malformed);
      } else if (watched) {
        onWatched();
      } else {
        chain.onFrame(packet);
      }
    }
    counters.add(Counter.FRAMES_RECEIVED, count);
    counters.add(Counter.BYTES_RECEIVED, bytes);
    return count;
  }

  /// The frame's way while an operator watches.
  private void onWatched() {
    if (capture != null) {
      capture.received(packet);
    }
    if (trace != null && trace.wants(packet)) {
      chain.onFrame(packet, trace);
    } else {
      chain.onFrame(packet);
    }
  }
}
