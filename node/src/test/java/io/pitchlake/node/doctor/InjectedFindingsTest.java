package io.pitchlake.node.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.ConfigParser;
import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.time.Clock;
import io.pitchlake.node.doctor.Finding.Fault;
import io.pitchlake.node.doctor.Finding.Fine;
import io.pitchlake.node.doctor.Finding.Unknown;
import io.pitchlake.node.doctor.Finding.Warning;
import io.pitchlake.node.doctor.NodeAnswer.Absent;
import io.pitchlake.node.doctor.NodeAnswer.Running;
import io.pitchlake.node.port.LinkFacts;
import io.pitchlake.node.port.Offload;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What no lab can provoke, or not without harm to the machine it is on: readings are given
/// instead.
class InjectedFindingsTest {
  private static final String CONFIGURATION =
      """
      interface 1 { name eth0 access %s }
      network 1 { mask 24 real 10.0.0.4 interface 1 }
      server 1 { ipaddr 10.0.0.10 port 80 dsr enable targets 1 }
      target 1 { ipaddr 10.0.0.20 }
      register networks 1 register servers 1 register targets 1
      enable networks 1 enable servers 1 enable targets 1
      """;

  /// A clock that stands until it is moved.
  private static final class TestClock implements Clock {
    private long nanos;
    private long millis;

    @Override
    public long nanoTime() {
      return nanos;
    }

    @Override
    public long wallMillis() {
      return millis;
    }
  }

  @TempDir Path root;
  private final TestClock clock = new TestClock();
  private final Deque<NodeAnswer> answers = new ArrayDeque<>();
  private TestMachine machine;
  private Set<Offload> offloads = Set.of();

  @BeforeEach
  void lay() {
    machine = new TestMachine(root);
  }

  private Patient patient(String access) {
    Configuration configuration =
        ConfigParser.parse("test", CONFIGURATION.formatted(access), name -> null)
            .configuration()
            .orElseThrow();
    LinkReading link =
        new LinkReading.Usable(
            configuration.interfaces().get(1),
            new LinkFacts("eth0", 0x02_00_00_00_00_04L, 1500, true, offloads));
    NodeWatch node =
        new NodeWatch(() -> answers.isEmpty() ? new Absent("nobody") : answers.removeFirst());
    return new Patient(
        Path.of("test"), configuration, machine.machine(), Set.of(), List.of(link), node, clock);
  }

  private Patient patient() {
    return patient("auto");
  }

  private static void assertIll(Ailment expected, List<Finding> findings) {
    List<Ailment> seen =
        findings.stream()
            .map(finding ->
                switch (finding) {
                  case Fault(Ailment ailment, var _, var _) -> ailment;
                  case Warning(Ailment ailment, var _, var _) -> ailment;
                  case Fine _, Unknown _ -> null;
                })
            .toList();
    assertEquals(List.of(expected), seen, findings::toString);
  }

  private static void assertFine(List<Finding> findings) {
    assertTrue(
        findings.stream().allMatch(Fine.class::isInstance), () -> "expected no ill in " + findings);
  }

  @Test
  void aSlowClockSource() {
    ClockCheck check = new ClockCheck(patient());
    check.begin();
    assertFine(check.findings());
    machine.clockSource("hpet", "kvm-clock hpet acpi_pm");
    assertIll(Ailment.CLOCK_SOURCE, check.findings());
    assertTrue(check.findings().toString().contains("echo kvm-clock > /sys/"));
    machine.clockSource("acpi_pm", "acpi_pm");
    assertTrue(check.findings().toString().contains("dmesg"));
  }

  @Test
  void aClockThatSteps() {
    ClockCheck check = new ClockCheck(patient());
    check.begin();
    clock.nanos += 5_000_000_000L;
    clock.millis += 5_050;
    assertFine(check.findings());
    clock.millis -= 3_600_000;
    assertIll(Ailment.CLOCK_STEPS, check.findings());
  }

  @Test
  void aHypervisorThatKeepsTheProcessor() {
    ProcessorCheck check = new ProcessorCheck(patient());
    check.begin();
    machine.file("proc/stat", "cpu  200 0 0 1650 0 0 0 150 0 0\n");
    assertFine(check.findings());
    machine.file("proc/stat", "cpu  200 0 0 1500 0 0 0 300 0 0\n");
    assertIll(Ailment.CPU_STOLEN, check.findings());
    machine.file("proc/stat", "cpu  100 0 0 910 0 0 0 10 0 0\n");
    assertFine(check.findings());
  }

  @Test
  void aGovernorThatClocksLow() {
    machine.file("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
    ProcessorCheck check = new ProcessorCheck(patient());
    check.begin();
    assertIll(Ailment.CPU_SLOW, check.findings());
  }

  /// A quota of more than a core is a fault only when it bites.
  @Test
  void aQuotaThatStopsTheEngine() {
    machine
        .file("sys/fs/cgroup/cpu.max", "200000 100000\n")
        .file("sys/fs/cgroup/cpu.stat", "nr_throttled 7\n");
    ProcessorCheck check = new ProcessorCheck(patient());
    check.begin();
    assertFine(check.findings());
    machine.file("sys/fs/cgroup/cpu.stat", "nr_throttled 9\n");
    assertIll(Ailment.CPU_QUOTA, check.findings());
    assertTrue(check.findings().toString().contains("stopped for it 2 times"));
  }

  @Test
  void hardwareThatMergesFrames() {
    offloads = Set.of(Offload.LRO, Offload.GRO);
    assertIll(Ailment.LRO_ON, new OffloadCheck(patient("ring"), List.of()).findings());
    offloads = Set.of(Offload.GRO, Offload.RX_VLAN);
    assertFine(new OffloadCheck(patient("ring"), List.of()).findings());
    assertIll(Ailment.SUPER_FRAMES, new OffloadCheck(patient("pcap"), List.of()).findings());
  }

  private static Running counting(long lost, long full) {
    return new Running(
        Map.of(
            "status",
            Map.of("ports", List.of(Map.of("port", "eth0", "lost", lost))),
            "drops",
            Map.of("drops", List.of(Map.of("reason", "table_full", "frames", full)))));
  }

  @Test
  void framesThatAreLostWhileTheDoctorLooks() {
    answers.add(counting(5, 3));
    answers.add(counting(5, 3));
    assertFine(new FrameCheck(patient()).findings());
    answers.add(counting(5, 3));
    answers.add(counting(6, 3));
    assertIll(Ailment.FRAMES_LOST, new FrameCheck(patient()).findings());
    answers.add(counting(5, 3));
    answers.add(counting(5, 4));
    assertIll(Ailment.FRAMES_DROPPED, new FrameCheck(patient()).findings());
  }

  @Test
  void realTimeThatIsRefused() {
    assertFine(new SchedulingCheck(patient(), Optional::empty).findings());
    assertIll(
        Ailment.NO_REAL_TIME, new SchedulingCheck(patient(), () -> Optional.of("no")).findings());
    machine.file("proc/self/status", "Cpus_allowed_list:\t0\n");
    assertFine(new SchedulingCheck(patient(), () -> Optional.of("no")).findings());
  }
}
