package io.pitchlake.node.doctor;

import io.pitchlake.node.doctor.Finding.Fine;
import io.pitchlake.node.doctor.Finding.Warning;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Is the clock quick to read, and does it go evenly?
final class ClockCheck implements Check {
  /// Read in user space, without a call of the kernel's or a trap of the hypervisor's.
  private static final List<String> QUICK =
      List.of(
          "tsc",
          "kvm-clock",
          "hyperv_clocksource_tsc_page",
          "xen",
          "arch_sys_counter",
          "timebase",
          "riscv_clocksource",
          "tod");

  /// What an NTP daemon corrects by slewing stays far below.
  private static final long STEP_MILLIS = 100;

  private static final long NANOS_PER_MILLI = 1_000_000;

  private final Patient patient;
  private long beganNanos;
  private long beganMillis;

  ClockCheck(Patient patient) {
    this.patient = patient;
  }

  @Override
  public Topic topic() {
    return Topic.CLOCK;
  }

  @Override
  public void begin() {
    beganNanos = patient.clock().nanoTime();
    beganMillis = patient.clock().wallMillis();
  }

  @Override
  public List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    Optional<String> source = patient.machine().clockSource();
    if (source.isPresent() && !QUICK.contains(source.get())) {
      findings.add(
          new Warning(
              Ailment.CLOCK_SOURCE,
              "the kernel reads its time from " + source.get(),
              remedy(patient.machine().clockSources())));
    }
    long steady = (patient.clock().nanoTime() - beganNanos) / NANOS_PER_MILLI;
    long wall = patient.clock().wallMillis() - beganMillis;
    if (Math.abs(wall - steady) > STEP_MILLIS) {
      findings.add(
          new Warning(
              Ailment.CLOCK_STEPS,
              "the time of day went %d ms while %d ms passed".formatted(wall, steady),
              "let one daemon alone keep the time, and slew it: timedatectl; chronyc tracking"));
    }
    if (findings.isEmpty()) {
      findings.add(
          new Fine(topic(), source.orElse("a clock of unknown source") + ", and it goes evenly"));
    }
    return findings;
  }

  private static String remedy(List<String> available) {
    return available.stream()
        .filter(QUICK::contains)
        .findFirst()
        .map(better ->
            "echo "
                + better
                + " > /sys/devices/system/clocksource/clocksource0/current_clocksource")
        .orElse(
            "the kernel found its quick clock unstable (dmesg | grep -i clocksource); give the guest one: kvm-clock, or an invariant TSC");
  }
}
