package io.pitchlake.node.doctor;

import io.pitchlake.common.config.Configuration.Engine;
import io.pitchlake.common.config.Configuration.Idle;
import io.pitchlake.common.config.Configuration.Scheduling;
import io.pitchlake.node.doctor.Finding.Fine;
import io.pitchlake.node.doctor.Finding.Warning;
import io.pitchlake.node.doctor.NodeAnswer.Running;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Does the engine's thread run before others, and has it ever come late?
final class SchedulingCheck implements Check {
  private static final int SCHED_FIFO = 1;
  private static final String LATE = "vrrp_late";

  /// Times since the start that are worth a word when it does not happen now; a Java virtual
  /// machine that warms up on a busy machine may stand still once.
  private static final long OFTEN = 5;

  private static final String REMEDY =
      "run it as root; in a systemd unit: AmbientCapabilities=CAP_NET_RAW CAP_SYS_NICE and LimitRTPRIO=infinity; in Docker: cap_add: [SYS_NICE]; in a control group of version 1: echo 950000 > cpu.rt_runtime_us";

  private final Patient patient;
  private final Supplier<Optional<String>> attempt;
  private boolean everInRealTime;

  /// @param attempt tries to have a thread scheduled in real time, as a node does: why it was
  ///   refused, empty where it was not
  SchedulingCheck(Patient patient, Supplier<Optional<String>> attempt) {
    this.patient = patient;
    this.attempt = attempt;
  }

  @Override
  public Topic topic() {
    return Topic.SCHEDULING;
  }

  @Override
  public void begin() {
    everInRealTime = isInRealTime();
  }

  private boolean isInRealTime() {
    return patient.machine().policies(patient.process(), "engine").contains(SCHED_FIFO);
  }

  @Override
  public List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    if (wantsRealTime()) {
      realTime().ifPresent(findings::add);
    }
    patient.node().after().running().ifPresent(running -> late(running, findings));
    if (findings.isEmpty()) {
      findings.add(
          new Fine(
              topic(),
              wantsRealTime()
                  ? patient.isNodeSeen()
                      ? "the engine's thread runs in real time and is not late"
                      : "a thread may run in real time"
                  : "the engine's thread runs as a normal one, as it must here"));
    }
    return findings;
  }

  /// As the node decides: not on one core, nor for a thread that never sleeps.
  private boolean wantsRealTime() {
    Engine engine = patient.configuration().engine();
    return engine.scheduling() == Scheduling.FIFO
        && engine.idle() != Idle.BUSY
        && patient.machine().cores(patient.process()).orElse(2) > 1;
  }

  private Optional<Finding> realTime() {
    if (patient.isNodeSeen()) {
      // Under load it gives real time up for a while; two looks are seconds apart.
      return everInRealTime || isInRealTime()
          ? Optional.empty()
          : Optional.of(
              new Warning(
                  Ailment.NO_REAL_TIME,
                  "the engine's thread is not scheduled in real time; the node's log says why",
                  REMEDY));
    }
    return attempt
        .get()
        .map(why -> new Warning(Ailment.NO_REAL_TIME, "real time was refused: " + why, REMEDY));
  }

  private void late(Running after, List<Finding> findings) {
    long all = after.counter(LATE);
    long now =
        all - patient.node().before().running().map(before -> before.counter(LATE)).orElse(all);
    if (now > 0 || all >= OFTEN) {
      findings.add(
          new Warning(
              Ailment.ENGINE_LATE,
              "the engine stood still longer than its lease %d times since the start, %d of them while this looked"
                  .formatted(all, now),
              "see who takes the processor: pitchlake show counters; pidstat -w 1; look at the findings on processor and scheduling, or lengthen 'advert' in 'vrrp'"));
    }
  }
}
