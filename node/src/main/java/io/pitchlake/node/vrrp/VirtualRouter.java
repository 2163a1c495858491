package io.pitchlake.node.vrrp;

import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.engine.EventKind;
import io.pitchlake.node.engine.EventSink;
import io.pitchlake.node.engine.NeighborWriter;
import io.pitchlake.node.engine.Neighbors;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.RoleCause;
import io.pitchlake.node.engine.RouterRole;
import io.pitchlake.node.engine.RouterView;
import io.pitchlake.node.engine.Transmit;
import io.pitchlake.node.vrrp.RouterInput.Heard;
import io.pitchlake.node.vrrp.RouterInput.Late;
import io.pitchlake.node.vrrp.RouterInput.Start;
import io.pitchlake.node.vrrp.RouterInput.Stop;
import io.pitchlake.node.vrrp.RouterInput.TimerFired;
import io.pitchlake.node.vrrp.RouterMachine.Step;

/// One virtual router at work: its machine, what the machine remembers, and the doing of what it
/// says. Engine thread.
///
/// What an active router says stands on a lease: its last advert. The others wait three intervals
/// for the next one, so after two and a half without having sent it this node must not speak any
/// more.
final class VirtualRouter {
  private static final long ASK_PEER_NANOS = 1_000_000_000L;
  private static final RouterInput START = new Start();
  private static final RouterInput STOP = new Stop();
  private static final RouterInput TIMER = new TimerFired();
  private static final RouterInput LATE = new Late();

  private final AdvertWriter adverts;
  private final Neighbors neighbors;
  private final EventSink events;
  private final CounterBank counters;
  private final Election election;
  private final Announcer announcer;
  private RouterView view;
  private RouterMachine machine;
  private RouterState state;
  private boolean advertDue;
  private long advertNanos;
  private long turnNanos;
  private long askedNanos;
  private IpAddress rival;

  VirtualRouter(
      RouterView view,
      Transmit transmit,
      Neighbors neighbors,
      EventSink events,
      CounterBank counters,
      Election election,
      long nowNanos) {
    this.adverts = new AdvertWriter(transmit);
    this.neighbors = neighbors;
    this.events = events;
    this.counters = counters;
    this.election = election;
    this.announcer = new Announcer(new NeighborWriter(transmit), counters);
    this.state = RouterState.initialize(RoleCause.STOPPED, nowNanos);
    this.turnNanos = nowNanos;
    this.askedNanos = nowNanos - ASK_PEER_NANOS;
    configure(view, nowNanos);
  }

  RouterView view() {
    return view;
  }

  boolean isActive() {
    return state.role() == RouterRole.ACTIVE;
  }

  /// Goes on with another view of the same router.
  void configure(RouterView next, long nowNanos) {
    boolean others =
        view != null
            && !view.claims().stream()
                .map(RouterView.Claim::address)
                .toList()
                .equals(next.claims().stream().map(RouterView.Claim::address).toList());
    view = next;
    machine =
        new RouterMachine(
            next.priority(), next.advertNanos(), next.preempt(), next.preemptDelayNanos());
    rival = next.source();
    election.set(next.served(), isActive());
    if (others && isActive()) {
      announcer.start(nowNanos);
    }
  }

  /// A turn begins. Starts the router, or notices that turns stood still.
  void turn(long nowNanos) {
    if (state.role() == RouterRole.INITIALIZE) {
      apply(START, nowNanos);
    } else if (isExpired(nowNanos)
        || !isActive() && nowNanos - turnNanos > 2 * state.activeAdvertNanos()) {
      late(nowNanos);
    }
    turnNanos = nowNanos;
  }

  /// Whether this node may still speak; gives way if not.
  boolean maySend(long nowNanos) {
    if (!isExpired(nowNanos)) {
      return true;
    }
    late(nowNanos);
    return false;
  }

  private boolean isExpired(long nowNanos) {
    return isActive() && 2 * (nowNanos - advertNanos) > 5 * view.advertNanos();
  }

  private void late(long nowNanos) {
    counters.count(Counter.VRRP_LATE);
    apply(LATE, nowNanos);
  }

  void stop(long nowNanos) {
    apply(STOP, nowNanos);
  }

  void heard(int priority, long intervalNanos, long sourceHigh, long sourceLow, long nowNanos) {
    IpAddress sender = new IpAddress(sourceHigh, sourceLow);
    rival = sender;
    apply(new Heard(priority, intervalNanos, sender.compareTo(view.source()) > 0), nowNanos);
  }

  /// Fires the timer when it is due and sends what the turn has made due.
  void tick(long refreshNanos, long nowNanos) {
    if (state.role() == RouterRole.INITIALIZE) {
      return;
    }
    if (nowNanos - state.timerNanos() >= 0) {
      apply(TIMER, nowNanos);
    }
    if (advertDue) {
      advertDue = false;
      advertNanos = nowNanos;
      advertise(view.priority(), nowNanos);
    }
    announcer.tick(view, refreshNanos, nowNanos);
  }

  long untilDueNanos(long nowNanos) {
    return state.role() == RouterRole.INITIALIZE ? 0 : state.timerNanos() - nowNanos;
  }

  private void apply(RouterInput input, long nowNanos) {
    RouterRole before = state.role();
    Step step = machine.step(state, input, nowNanos);
    state = step.state();
    if (state.role() != before) {
      changed(before, nowNanos);
    }
    for (RouterOutput output : step.outputs()) {
      switch (output) {
        case ADVERTISE -> advertDue = true;
        case RESIGN -> advertise(0, nowNanos);
        case ANNOUNCE -> announcer.start(nowNanos);
        case ALARM -> alarm(nowNanos);
      }
    }
  }

  private void changed(RouterRole before, long nowNanos) {
    boolean active = isActive();
    election.set(view.served(), active);
    if (active) {
      counters.count(Counter.VRRP_BECAME_ACTIVE);
      advertNanos = nowNanos;
    } else {
      advertDue = false;
      announcer.stop();
      if (before == RouterRole.ACTIVE) {
        counters.count(Counter.VRRP_STEPPED_DOWN);
      }
    }
    tell(
        EventKind.ROUTER_CHANGED,
        before.ordinal() << 6 | state.role().ordinal() << 4 | state.cause().ordinal(),
        nowNanos);
  }

  private void alarm(long nowNanos) {
    counters.count(Counter.VRRP_RIVALS);
    tell(EventKind.ROUTER_RIVAL, 0, nowNanos);
  }

  private void tell(EventKind kind, int detail, long nowNanos) {
    IpAddress address = view.advertised().getLast();
    events.event(
        kind,
        address.high(),
        address.low(),
        view.id(),
        rival.high(),
        rival.low(),
        view.vrid() << 8 | detail,
        view.virtualMac(),
        nowNanos);
  }

  private void advertise(int priority, long nowNanos) {
    counters.count(Counter.VRRP_SENT);
    if (view.peers().isEmpty()) {
      adverts.toGroup(view, priority);
      return;
    }
    boolean ask = nowNanos - askedNanos >= ASK_PEER_NANOS;
    for (IpAddress peer : view.peers()) {
      NetworkView network = networkOf(peer);
      long mac = network == null ? 0 : neighbors.macOf(network, peer.high(), peer.low());
      if (mac != 0) {
        adverts.toPeer(view, priority, mac, peer);
      } else if (network != null && ask) {
        neighbors.solicit(network, peer.high(), peer.low());
        askedNanos = nowNanos;
      }
    }
  }

  private NetworkView networkOf(IpAddress peer) {
    for (RouterView.Served served : view.served()) {
      if (served.network().contains(peer.high(), peer.low())) {
        return served.network();
      }
    }
    return null;
  }
}
