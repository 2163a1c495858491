package io.pitchlake.node.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is read of files as kernels write them.
class MachineTest {
  @TempDir Path root;
  private TestMachine files;

  @BeforeEach
  void lay() {
    files = new TestMachine(root);
  }

  private Machine machine() {
    return files.machine();
  }

  @Test
  void capabilitiesAreBits() {
    files.file("proc/7/status", "CapInh:\t0000000000000000\nCapEff:\t0000000000802000\n");
    assertEquals(OptionalLong.of(0x802000), machine().capabilities("7"));
    assertEquals(OptionalLong.empty(), machine().capabilities("8"));
  }

  /// proc(5): the name of a thread may have brackets and spaces in it.
  @Test
  void policiesAreThoseOfThreadsOfThatName() {
    String after =
        " S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 17 1 10 1 0";
    files
        .file("proc/7/task/7/stat", "7 (java)" + after)
        .file("proc/7/task/8/stat", "8 (engine)" + after)
        .file("proc/7/task/9/stat", "9 (engine) (x)" + after);
    assertEquals(List.of(1), machine().policies("7", "engine"));
    assertEquals(List.of(), machine().policies("6", "engine"));
  }

  @ParameterizedTest
  @CsvSource({"0-3, 4", "0, 1", "'0-1,4,6-7', 5"})
  void coresAreCounted(String list, int cores) {
    files.file("proc/7/status", "Cpus_allowed_list:\t" + list + "\n");
    assertEquals(OptionalInt.of(cores), machine().cores("7"));
  }

  @Test
  void theTightestQuotaOfVersion2Counts() {
    files
        .file("proc/7/cgroup", "0::/system.slice/pitchlake.service\n")
        .file("sys/fs/cgroup/system.slice/cpu.max", "150000 100000\n")
        .file("sys/fs/cgroup/system.slice/cpu.stat", "usage_usec 1\nnr_throttled 3\n")
        .file("sys/fs/cgroup/system.slice/pitchlake.service/cpu.max", "max 100000\n");
    assertEquals(
        Optional.of(new Machine.Quota(root.resolve("sys/fs/cgroup/system.slice"), 1.5, 3)),
        machine().quota("7"));
  }

  @Test
  void aQuotaOfVersion1IsFoundBesideOtherControllers() {
    files
        .file("proc/7/cgroup", "4:memory:/m\n3:cpu,cpuacct:/docker/abc\n0::/\n")
        .file("sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us", "50000\n")
        .file("sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us", "100000\n")
        .file("sys/fs/cgroup/cpu,cpuacct/docker/cpu.cfs_quota_us", "-1\n")
        .file("sys/fs/cgroup/cpu,cpuacct/docker/cpu.cfs_period_us", "100000\n");
    assertEquals(0.5, machine().quota("7").orElseThrow().cores());
  }

  @Test
  void withoutAQuotaThereIsNone() {
    assertEquals(Optional.empty(), machine().quota("self"));
    files.file("sys/fs/cgroup/cpu.max", "max 100000\n");
    assertEquals(Optional.empty(), machine().quota("self"));
  }

  @Test
  void guestsTimeIsNotCountedTwice() {
    files.file("proc/stat", "cpu  10 0 20 70 0 0 0 5 10 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n");
    assertEquals(Optional.of(new Machine.Ticks(105, 5)), machine().ticks());
  }

  @Test
  void aDriverThatClocksByItselfIsLeftAlone() {
    files
        .file("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n")
        .file("sys/devices/system/cpu/cpu0/cpufreq/scaling_driver", "intel_pstate\n")
        .file("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "schedutil\n")
        .file("sys/devices/system/cpu/cpu1/cpufreq/scaling_driver", "acpi-cpufreq\n");
    assertEquals(List.of("schedutil"), machine().governors());
  }

  @Test
  void forwardingIsReadPerFamily() {
    files.file("proc/sys/net/ipv4/conf/eth0/forwarding", "1\n");
    assertTrue(machine().forwards("eth0", true));
    assertFalse(machine().forwards("eth0", false));
  }

  @Test
  void nonsenseIsNothing() {
    files.file("proc/stat", "cpu  x\n").file("proc/7/cgroup", "nonsense\n");
    assertEquals(Optional.empty(), machine().ticks());
    assertEquals(Optional.empty(), machine().quota("7"));
    assertEquals(List.of(), machine().commandLine("nobody"));
  }
}
