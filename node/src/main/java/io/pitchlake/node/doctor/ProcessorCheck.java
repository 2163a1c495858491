package io.pitchlake.node.doctor;

import io.pitchlake.node.doctor.Finding.Fine;
import io.pitchlake.node.doctor.Finding.Warning;
import io.pitchlake.node.doctor.Machine.Quota;
import io.pitchlake.node.doctor.Machine.Ticks;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Does the engine get the processor when it wants it?
final class ProcessorCheck implements Check {
  /// Of the time between two looks, what a hypervisor may take before it is worth a word.
  private static final double STOLEN_SHARE = 0.2;

  /// Below that many ticks (hundredths of a second) a share means nothing.
  private static final long FEWEST_TICKS = 50;

  private final Patient patient;
  private Optional<Quota> quotaBefore = Optional.empty();
  private Optional<Ticks> ticksBefore = Optional.empty();

  ProcessorCheck(Patient patient) {
    this.patient = patient;
  }

  @Override
  public Topic topic() {
    return Topic.PROCESSOR;
  }

  @Override
  public void begin() {
    quotaBefore = patient.machine().quota(patient.process());
    ticksBefore = patient.machine().ticks();
  }

  @Override
  public List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    quota(findings);
    stolen(findings);
    List<String> slow =
        patient.machine().governors().stream()
            .filter(governor -> governor.equals("powersave") || governor.equals("conservative"))
            .toList();
    if (!slow.isEmpty()) {
      findings.add(
          new Warning(
              Ailment.CPU_SLOW,
              "cores are clocked by the governor " + String.join(", ", slow),
              "cpupower frequency-set -g performance"));
    }
    if (findings.isEmpty()) {
      findings.add(new Fine(topic(), "no quota, no stolen time, no slow clock"));
    }
    return findings;
  }

  private void quota(List<Finding> findings) {
    Optional<Quota> now = patient.machine().quota(patient.process());
    if (now.isEmpty()) {
      return;
    }
    long throttled =
        now.get().throttled()
            - quotaBefore
                .filter(before -> before.group().equals(now.get().group()))
                .map(Quota::throttled)
                .orElse(now.get().throttled());
    if (now.get().cores() < 1 || throttled > 0) {
      findings.add(
          new Warning(
              Ailment.CPU_QUOTA,
              String.format(
                  Locale.ROOT,
                  "the control group %s has a quota of %.2f cores, and was stopped for it %d times while this looked",
                  now.get().group(),
                  now.get().cores(),
                  throttled),
              "take the quota away: systemctl set-property pitchlake CPUQuota= ; in Docker: no 'cpus:' and no '--cpus'"));
    }
  }

  private void stolen(List<Finding> findings) {
    Optional<Ticks> now = patient.machine().ticks();
    if (now.isEmpty() || ticksBefore.isEmpty()) {
      return;
    }
    long all = now.get().all() - ticksBefore.get().all();
    long stolen = now.get().stolen() - ticksBefore.get().stolen();
    if (all >= FEWEST_TICKS && stolen > STOLEN_SHARE * all) {
      findings.add(
          new Warning(
              Ailment.CPU_STOLEN,
              "the hypervisor kept %d %% of this machine's processor time while this looked"
                  .formatted(100 * stolen / all),
              "give the machine cores of its own, or move it to a host with room; until then lengthen 'advert' in 'vrrp'"));
    }
  }
}
