package io.pitchlake.node.vrrp;

import io.pitchlake.common.config.Configuration.Track;
import io.pitchlake.node.engine.RouterView;
import io.pitchlake.node.engine.ServerService;
import io.pitchlake.node.port.Carrier;
import java.util.List;

/// How fit this node is for a virtual router: its priority, lowered by what it tracks and what has
/// failed, or no part at all. Engine thread.
final class Fitness {
  /// So long an engine that lagged is taken for a slow one.
  private static final long LAG_MEMORY_NANOS = 10_000_000_000L;

  private final Carrier carrier;
  private final ServerService servers;
  private List<Track> tracks = List.of();
  private int port;
  private int configured;
  private boolean countsLink;
  private boolean begun;
  private long turnNanos;
  private long lagNanos;
  private boolean lagged;
  private long laggedNanos;

  Fitness(Carrier carrier, ServerService servers) {
    this.carrier = carrier;
    this.servers = servers;
  }

  void configure(RouterView view) {
    tracks = view.tracks();
    port = view.port();
    configured = view.priority();
    countsLink = true;
    lagNanos = Long.MAX_VALUE;
    for (Track track : tracks) {
      switch (track) {
        case Track.Link(boolean counts) -> countsLink = counts;
        case Track.Lag lag -> lagNanos = lag.bound().toNanos();
        case Track.Quorum _ -> {}
      }
    }
  }

  /// A turn begins.
  void turn(long nowNanos) {
    if (begun && nowNanos - turnNanos > lagNanos) {
      lagged = true;
      laggedNanos = nowNanos;
    } else if (lagged && nowNanos - laggedNanos > LAG_MEMORY_NANOS) {
      lagged = false;
    }
    begun = true;
    turnNanos = nowNanos;
  }

  /// Whether the port's link is up, or nobody cares.
  boolean isLinkUp() {
    return !countsLink || carrier.isUp(port);
  }

  /// Whether this node may be active at all.
  boolean takesPart() {
    for (int i = 0; i < tracks.size(); i++) {
      if (failed(tracks.get(i)) == Track.FAULT) {
        return false;
      }
    }
    return isLinkUp();
  }

  /// Whether it knows enough to take over from a node that lives.
  boolean knowsTargets() {
    return servers.isEachTargetJudged();
  }

  /// The priority now, at least 1.
  int priority() {
    int lowered = 0;
    for (int i = 0; i < tracks.size(); i++) {
      lowered += failed(tracks.get(i));
    }
    return Math.max(1, configured - lowered);
  }

  /// By how much something lowers the priority: 0 when all is well with it.
  private int failed(Track track) {
    return switch (track) {
      case Track.Link _ -> 0;
      case Track.Quorum(int server, int by) -> servers.inService(server) ? 0 : by;
      case Track.Lag(var _, int by) -> lagged ? by : 0;
    };
  }
}
