package io.pitchlake.node;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.session.AddressTable;
import io.pitchlake.common.session.FlowTable;
import io.pitchlake.common.session.NatTable;
import io.pitchlake.node.arp.ArpModule;
import io.pitchlake.node.engine.Capture;
import io.pitchlake.node.engine.FlowChoice;
import io.pitchlake.node.engine.Mastership;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.PeerStatus;
import io.pitchlake.node.engine.RouterStatus;
import io.pitchlake.node.engine.ServerStatus;
import io.pitchlake.node.engine.ServerView;
import io.pitchlake.node.engine.TargetShare;
import io.pitchlake.node.engine.TargetStatus;
import io.pitchlake.node.engine.Trace;
import io.pitchlake.node.engine.View;
import io.pitchlake.node.health.HealthModule;
import io.pitchlake.node.slb.SlbModule;
import io.pitchlake.node.vrrp.VrrpModule;
import io.pitchlake.sync.SessionReplicator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// The engine as an operator sees it, and what an operator may do to it. Everything here belongs to
/// the engine thread: whoever looks does so in a [Node#whenTurning], at a bounded piece, and takes
/// values away, no tables.
public final class Inside {
  private final Supplier<View> view;
  private final Consumer<Trace> trace;
  private final Consumer<Capture> capture;
  private final Mastership mastership;
  private final ArpModule arp;
  private final HealthModule health;
  private final Optional<SlbModule> balancer;
  private final Optional<VrrpModule> vrrp;
  private final Optional<FlowTable> flows;
  private final NatTable translations;
  private final Optional<SessionReplicator> replication;

  Inside(
      Supplier<View> view,
      Consumer<Trace> trace,
      Consumer<Capture> capture,
      Mastership mastership,
      ArpModule arp,
      HealthModule health,
      Optional<SlbModule> balancer,
      Optional<VrrpModule> vrrp,
      Optional<FlowTable> flows,
      NatTable translations,
      Optional<SessionReplicator> replication) {
    this.view = view;
    this.trace = trace;
    this.capture = capture;
    this.mastership = mastership;
    this.arp = arp;
    this.health = health;
    this.balancer = balancer;
    this.vrrp = vrrp;
    this.flows = flows;
    this.translations = translations;
    this.replication = replication;
  }

  /// The configuration as the engine has it.
  public View view() {
    return view.get();
  }

  /// Notes what becomes of frames from now on, or, with null, no more.
  public void trace(Trace into) {
    trace.accept(into);
  }

  /// Copies what decoys are sent and answer from now on, or, with null, no more.
  public void capture(Capture into) {
    capture.accept(into);
  }

  /// A capture for [#capture(Capture)].
  ///
  /// @param only frames from or to this address alone; null: all
  /// @param capacityBytes room for frames that wait to be read, a power of two
  public Capture newCapture(IpAddress only, int capacityBytes) {
    return new Capture(arp.addresses().table(), mastership, only, capacityBytes);
  }

  public boolean isMaster(NetworkView network, boolean isIpv4) {
    return mastership.isMaster(network, isIpv4);
  }

  /// Who is real, simulated, being proved or held.
  public AddressTable addresses() {
    return arp.addresses().table();
  }

  /// Which target has a flow; empty where nothing is balanced.
  public Optional<FlowTable> flows() {
    return flows;
  }

  /// Sessions whose addresses are replaced.
  public NatTable translations() {
    return translations;
  }

  /// How the target at a position in the view is.
  public TargetStatus health(int target) {
    return health.status(target);
  }

  /// What the target at a position in the view gets; empty where nothing is balanced.
  public Optional<TargetShare> share(int target) {
    return balancer.map(slb -> slb.share(target));
  }

  /// How the server at a position in the view stands; empty where nothing is balanced.
  public Optional<ServerStatus> server(int server) {
    return balancer.map(slb -> slb.status(server));
  }

  /// Where a client's flow to a server goes and why; empty where nothing is balanced.
  ///
  /// @param protocol 6 or 17
  public Optional<FlowChoice> choice(
      ServerView server,
      IpAddress client,
      int protocol,
      int clientPort,
      int servicePort,
      long nowNanos) {
    return balancer.map(slb ->
        slb.choice(
            server, client.high(), client.low(), protocol, clientPort, servicePort, nowNanos));
  }

  /// The virtual routers; none where there is no election.
  public List<RouterStatus> routers() {
    return vrrp.map(VrrpModule::status).orElse(List.of());
  }

  /// The others on the sync link, as their heartbeats show them.
  public List<PeerStatus> peers(long nowNanos) {
    return vrrp.map(module -> module.peers(nowNanos)).orElse(List.of());
  }

  /// Whether it knows what its peers know, or has none.
  public boolean hasCaughtUp(long nowNanos) {
    return replication.map(of -> of.mayPreempt(nowNanos)).orElse(true);
  }

  /// Leaves every active router's place to another node, and wants none back until then.
  ///
  /// @return how many there were
  public int stepDown(long untilNanos, long nowNanos) {
    return vrrp.map(module -> module.stepDown(untilNanos, nowNanos)).orElse(0);
  }

  /// Is silent for an address until it has been proved again.
  public void release(NetworkView network, IpAddress address, long nowNanos) {
    arp.release(network, address.high(), address.low(), nowNanos);
  }
}
