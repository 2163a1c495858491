package io.pitchlake.node.history;

import io.pitchlake.common.sim.SimHost;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A flow keeps its target: all its frames go where the first went, as long as they are forwarded
/// by a node that has forwarded it since that node's start, or that has acknowledged it. This does
/// not hold while a target may have been out of a node's reach for so long that it was given up,
/// or, for a flow that moves to another node, when nodes could not talk to each other all the time.
final class FlowWatch implements Watch {
  /// A target that was out of reach for so long may have been given up.
  private static final long TARGET_LOST_NANOS = 4_000_000_000L;

  /// A node that has started, or has slept for long, knows its targets again after this time.
  private static final long TARGETS_FOUND_NANOS = 1_500_000_000L;

  private record Flow(long clientHigh, long clientLow, int port) {}

  /// One start of a node.
  private record Start(int member, int boot) {}

  private static final class Course {
    private long target;
    private long sinceNanos;
    private Start forwarder;
    private final Set<Start> knownTo = new HashSet<>();
  }

  private final Map<Flow, Course> courses = new HashMap<>();
  private final List<SimHost> hosts;
  private final List<Member> members;
  private final Paths paths;
  private final boolean alwaysTalk;
  private long forwarded;
  private long takenOver;

  FlowWatch(Plan plan, List<SimHost> targetHosts, List<Member> members, Paths paths) {
    this.hosts = targetHosts;
    this.members = members;
    this.paths = paths;
    this.alwaysTalk = plan.sync() == Plan.Sync.SOUND;
  }

  /// Frames forwarded to targets.
  long forwarded() {
    return forwarded;
  }

  /// How often a flow went on at a node that knew it from another.
  long takenOver() {
    return takenOver;
  }

  /// Whether a frame that a node sends is one that it forwards to a target.
  static boolean isForwarded(Glimpse frame) {
    return Segment.SERVER.equals(frame.receiver)
        && frame.sourcePort >= 0
        && !Segment.isVirtual(frame.source);
  }

  @Override
  public void acknowledged(Member member, long knewNanos, long nowNanos) {
    if (!alwaysTalk) {
      return;
    }
    Start own = new Start(member.index(), member.boots());
    for (Course course : courses.values()) {
      if (own.equals(course.forwarder) && course.sinceNanos < knewNanos) {
        members.forEach(other -> course.knownTo.add(new Start(other.index(), other.boots())));
      }
    }
  }

  @Override
  public void departed(Member member, Glimpse frame, long nowNanos) {
    if (!isForwarded(frame)) {
      return;
    }
    forwarded++;
    Flow flow = new Flow(frame.speaker.high(), frame.speaker.low(), frame.sourcePort);
    if (mayHaveLostATarget(member)) {
      courses.remove(flow);
      return;
    }
    Start start = new Start(member.index(), member.boots());
    Course course = courses.computeIfAbsent(flow, unused -> new Course());
    if (course.knownTo.contains(start)) {
      if (course.target != frame.destination) {
        throw new BrokenInvariant(
            "%s moves the flow from %s port %d, which %s, from %012x to %012x"
                .formatted(
                    member,
                    frame.speaker,
                    frame.sourcePort,
                    start.equals(course.forwarder) ? "it forwards" : "it has acknowledged",
                    course.target,
                    frame.destination));
      }
      takenOver += start.equals(course.forwarder) ? 0 : 1;
    } else {
      course.knownTo.clear();
      course.knownTo.add(start);
      course.sinceNanos = nowNanos;
      course.target = frame.destination;
    }
    if (!start.equals(course.forwarder)) {
      course.forwarder = start;
      if (!alwaysTalk) {
        course.knownTo.clear();
        course.knownTo.add(start);
      }
    }
  }

  private boolean mayHaveLostATarget(Member member) {
    return member.attentiveNanos() < TARGETS_FOUND_NANOS
        || hosts.stream()
            .anyMatch(host -> paths.faultlessNanos(member, host.attachment()) < TARGET_LOST_NANOS);
  }
}
