package io.pitchlake.node.history;

import io.pitchlake.common.sim.SimHost;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A flow keeps its target: as long as one node forwards it without having been restarted, and that
/// node can hear the target, its frames go where the first went.
final class FlowWatch implements Watch {
  /// A target that was out of reach for so long may have been given up.
  private static final long TARGET_LOST_NANOS = 4_000_000_000L;

  private record Flow(int member, int boot, long clientHigh, long clientLow, int port) {}

  private final Map<Flow, Long> targets = new HashMap<>();
  private final List<SimHost> hosts;
  private final Paths paths;
  private long forwarded;

  FlowWatch(List<SimHost> targetHosts, Paths paths) {
    this.hosts = targetHosts;
    this.paths = paths;
  }

  /// Frames forwarded to targets.
  long forwarded() {
    return forwarded;
  }

  /// Whether a frame that a node sends is one that it forwards to a target.
  static boolean isForwarded(Glimpse frame) {
    return Segment.SERVER.equals(frame.receiver)
        && frame.sourcePort >= 0
        && !Segment.isVirtual(frame.source);
  }

  @Override
  public void departed(Member member, Glimpse frame, long nowNanos) {
    if (!isForwarded(frame)) {
      return;
    }
    forwarded++;
    Flow flow =
        new Flow(
            member.index(),
            member.boots(),
            frame.speaker.high(),
            frame.speaker.low(),
            frame.sourcePort);
    if (mayHaveLostATarget(member)) {
      targets.remove(flow);
      return;
    }
    Long before = targets.putIfAbsent(flow, frame.destination);
    if (before != null && before != frame.destination) {
      throw new BrokenInvariant(
          "%s moves the flow from %s port %d from %012x to %012x"
              .formatted(member, frame.speaker, frame.sourcePort, before, frame.destination));
    }
  }

  private boolean mayHaveLostATarget(Member member) {
    return member.sincePausedNanos() < TARGET_LOST_NANOS
        || hosts.stream()
            .anyMatch(host -> paths.faultlessNanos(member, host.attachment()) < TARGET_LOST_NANOS);
  }
}
