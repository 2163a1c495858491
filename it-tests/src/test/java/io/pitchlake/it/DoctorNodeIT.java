package io.pitchlake.it;

import io.pitchlake.it.lab.BesideOthers;
import io.pitchlake.it.lab.LabHost;
import io.pitchlake.it.lab.LabProcess;
import io.pitchlake.it.lab.NetnsLab;
import io.pitchlake.it.lab.NodeSocket;
import io.pitchlake.it.lab.RequiresRoot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What may be wrong with the machine a node runs on, and with the node: the doctor finds each, and
/// nothing else.
@RequiresRoot
@BesideOthers
class DoctorNodeIT {
  @RegisterExtension
  static final NetnsLab LAB =
      NetnsLab.segment()
          .withHost("client", "192.168.2.66/24")
          .withHost("backend", "192.168.2.30/24")
          .withHost("node");

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final LabHost node = LAB.host("node");

  @BeforeAll
  static void startTheBackend() {
    LabHost backend = LAB.host("backend");
    backend.sysctl("net.ipv4.conf.all.arp_ignore=1", "net.ipv4.conf.all.arp_announce=2");
    backend.run("ip", "addr", "add", "192.168.2.10/32", "dev", "lo").expectSuccess();
    backend.startWebServer();
  }

  /// @param link behind the interface's name
  /// @param more behind all else
  private static Path write(String link, String more) {
    return LAB.writeRecord(
        "node.conf",
        """
        interface 1 { name eth0 %s }
        network   1 { addr 192.168.2.0 mask 24 real 192.168.2.4 virt 192.168.2.5 tarpit enable
                      interface 1 }
        server    1 { ipaddr 192.168.2.10 port 80 protocol tcp dsr enable targets 1 }
        register  networks 1 register servers 1 register targets 1
        enable    networks 1 enable   servers 1 enable   targets 1
        admin     { socket "%s" listen off }
        %s
        """
            .formatted(link, LAB.record("node.sock"), more));
  }

  private static final String TARGET = "target 1 { ipaddr 192.168.2.30 arp 1,3 }";

  private static Path write() {
    return write("", TARGET);
  }

  private DoctorRun doctor(Path file) {
    return DoctorRun.on(node, file, "--for", "2");
  }

  /// Runs the doctor by way of another command.
  private DoctorRun doctorBy(Path file, String... prefix) {
    List<String> words = new ArrayList<>(Arrays.asList(prefix));
    words.addAll(
        List.of(NetnsLab.launcher().toString(), "doctor", "--for", "2", "-c", file.toString()));
    return new DoctorRun(node.run(words.toArray(String[]::new)));
  }

  // ---- before the first start

  @Test
  void beforeTheFirstStartTheNodeAloneIsMissing() {
    doctor(write()).expect("node-not-running").expectUnknown("trap", "frames");
  }

  @Test
  void anInterfaceThatIsNotThere() {
    Path file = LAB.writeRecord("node.conf", read(write()).replace("name eth0", "name eth9"));
    doctor(file)
        .expect("node-not-running", "interface-unusable")
        .expectUnknown("vrrp", "owners", "targets", "virtual-mac", "multicast", "trap", "frames")
        .expectText("there is no interface 'eth9' here");
  }

  @Test
  void anInterfaceThatIsDown() {
    node.run("ip", "link", "set", "eth0", "down").expectSuccess();
    try {
      doctor(write())
          .expect("node-not-running", "interface-unusable")
          .expectText("remedy: bring it up first: ip link set eth0 up");
    } finally {
      node.run("ip", "link", "set", "eth0", "up").expectSuccess();
    }
  }

  @Test
  void aCableThatIsPulled() {
    LAB.plug("node", false);
    try {
      doctor(write())
          .expect("node-not-running", "no-carrier", "target-silent")
          .expectUnknown("virtual-mac", "trap", "frames");
    } finally {
      LAB.plug("node", true);
    }
  }

  @Test
  void aProcessWithoutItsCapability() {
    doctorBy(write(), "setpriv", "--bounding-set", "-net_raw")
        .expect("node-not-running", "capability-missing")
        .expectUnknown("vrrp", "owners", "targets", "virtual-mac", "multicast", "trap", "frames");
  }

  @Test
  void aProcessThatMayNotUseXdp() {
    doctorBy(write("access xdp", TARGET), "setpriv", "--bounding-set", "-bpf,-sys_admin")
        .expect("node-not-running", "xdp-capability-missing");
  }

  @Test
  void aProcessThatIsRefusedRealTime() {
    doctorBy(write(), "setpriv", "--bounding-set", "-sys_nice")
        .expect("node-not-running", "no-real-time")
        .expectText("CAP_SYS_NICE");
  }

  /// `ip netns exec` shows no control groups, so they are mounted where the doctor looks.
  @Test
  void aControlGroupWithAQuota() {
    boolean unified = !Files.isDirectory(Path.of("/sys/fs/cgroup/cpu"));
    String mount =
        unified
            ? "mount -t cgroup2 none /sys/fs/cgroup && g=/sys/fs/cgroup/$0 && mkdir $g && echo '60000 100000' > $g/cpu.max"
            : "mount -t tmpfs none /sys/fs/cgroup && mkdir /sys/fs/cgroup/cpu && mount -t cgroup -o cpu none /sys/fs/cgroup/cpu"
                + " && g=/sys/fs/cgroup/cpu/$0 && mkdir $g && echo 60000 > $g/cpu.cfs_quota_us && echo 100000 > $g/cpu.rt_runtime_us";
    String group = "pitchlake-" + ProcessHandle.current().pid();
    doctorBy(
            write(),
            "sh",
            "-c",
            mount + "; (echo 0 > $g/cgroup.procs; exec \"$@\"); code=$?; rmdir $g; exit $code",
            group)
        .expect("node-not-running", "cpu-quota")
        .expectText("quota of 0.60 cores");
  }

  @Test
  void aKernelThatHasTheVirtualAddress() {
    node.run("ip", "addr", "add", "192.168.2.5/32", "dev", "lo").expectSuccess();
    try {
      doctor(write())
          .expect("node-not-running", "kernel-owns-address")
          .expectText("192.168.2.5, the 'virt' of network 1");
    } finally {
      node.run("ip", "addr", "del", "192.168.2.5/32", "dev", "lo").expectSuccess();
    }
  }

  @Test
  void aKernelThatForwards() {
    node.sysctl("net.ipv4.conf.eth0.forwarding=1");
    try {
      doctor(write()).expect("node-not-running", "kernel-forwards");
    } finally {
      node.sysctl("net.ipv4.conf.eth0.forwarding=0");
    }
  }

  @Test
  void anInterfaceThatMergesFramesWhereTheyDoNotFit() {
    node.run("ethtool", "-K", "eth0", "gro", "on").expectSuccess();
    try {
      doctor(write("access pcap", TARGET))
          .expect("node-not-running", "super-frames")
          .expectText("ethtool -K eth0 gro off");
      doctor(write("access ring", TARGET)).expect("node-not-running");
    } finally {
      node.run("ethtool", "-K", "eth0", "gro", "off").expectSuccess();
    }
  }

  @Test
  void anInterfaceThatTakesTagsOutBeforeXdpSeesThem() {
    Path file =
        LAB.writeRecord(
            "node.conf",
            """
            interface 1 { name eth0 access xdp }
            network   1 { vlan 7 addr 192.168.7.0 mask 24 real 192.168.7.4 interface 1 }
            register  networks 1 enable networks 1
            admin     { socket "%s" }
            """
                .formatted(LAB.record("node.sock")));
    node.run("ethtool", "-K", "eth0", "rxvlan", "on").expectSuccess();
    doctor(file).expect("node-not-running", "vlan-tag-stripped");
    node.run("ethtool", "-K", "eth0", "rxvlan", "off").expectSuccess();
    try {
      doctor(file).expect("node-not-running");
    } finally {
      node.run("ethtool", "-K", "eth0", "rxvlan", "on").expectSuccess();
    }
  }

  // ---- a node that runs

  private LabProcess start(Path file, String... prefix) {
    List<String> words = new ArrayList<>(Arrays.asList(prefix));
    words.addAll(List.of(NetnsLab.launcher().toString(), "run", "-c", file.toString()));
    LabProcess started = node.start(words.toArray(String[]::new));
    started.awaitLine("ready:", PATIENCE);
    return started;
  }

  private void await(String what, Predicate<String> wanted) {
    new NodeSocket(LAB.record("node.sock")).await(what, wanted, PATIENCE);
  }

  /// What has just started is not yet judged.
  private void awaitJudged() {
    await("status", seen -> seen.matches("(?s).*uptime seconds +(1[6-9]|[2-9]\\d|\\d{3}).*"));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aNodeThatIsWellAndThenIsNot() {
    Path file = write("", TARGET + " vrrp 1 { vrid 50 network 1 advert 100ms }");
    try (LabProcess running = start(file)) {
      awaitJudged();
      doctor(file).expect().expectUnknown();

      Path edited = LAB.writeRecord("edited.conf", read(file) + "set drainto 5\n");
      doctor(edited).expect("configuration-differs");

      running.signal("STOP");
      try {
        doctor(file).expect("node-hangs").expectUnknown("trap", "frames");
      } finally {
        running.signal("CONT");
      }
      for (int times = 1; times < 6; times++) {
        await("vrrp", seen -> seen.contains(" active "));
        await("targets", seen -> seen.matches("(?s).*ready +no +yes .*"));
        int seen = running.lineCount();
        running.signal("STOP");
        // A command takes longer than the lease.
        node.pitchlake("version");
        running.signal("CONT");
        running.awaitLine(
            seen, "a node that was late", line -> line.contains("this node stood still"), PATIENCE);
      }
      await("vrrp", seen -> seen.contains(" active "));
      await("targets", seen -> seen.matches("(?s).*ready +no +yes .*"));
      doctor(file).expect("engine-late");

      LAB.plug("node", false);
      try {
        await("vrrp", seen -> seen.contains("the link of its port is down"));
        doctor(file)
            .expect("engine-late", "no-carrier", "nobody-active", "target-silent")
            .expectText("the link of its port is down");
      } finally {
        LAB.plug("node", true);
      }
    }
  }

  /// Not even the loopback's: the usual thing where the node has the namespace for itself.
  @Test
  void aHostWithoutAnyAddress() {
    node.run("ip", "link", "set", "lo", "down").expectSuccess();
    try {
      start(write()).close();
    } finally {
      node.run("ip", "link", "set", "lo", "up").expectSuccess();
    }
  }

  @Test
  void aNodeThatReadsInASlowerWayThanItShould() {
    Path file = write("access xdp", TARGET);
    try (LabProcess _ = start(file, "setpriv", "--bounding-set", "-bpf,-sys_admin")) {
      awaitJudged();
      doctor(file).expect("access-fell-back", "xdp-capability-missing").expectUnknown();
    }
  }

  @Test
  void aNodeThatTrapsNobodyAndServesNobody() {
    Path file =
        write(
            "",
            "target 1 { ipaddr 192.168.2.30 arp 1,3 tcpopen 81,1,2 }"
                + " acl 1 deny 192.168.2.0/24 tarpit_acl 1");
    try (LabProcess _ = start(file)) {
      awaitJudged();
      doctor(file).expect("no-decoys", "target-out").expectText("tcpopen");
      try (LabProcess _ =
          LAB.host("client")
              .start(
                  "sh",
                  "-c",
                  "while :; do curl -s -o /dev/null --max-time 1 http://192.168.2.10/; done")) {
        doctor(file)
            .expect("no-decoys", "target-out", "frames-dropped")
            .expectText("no_target_ready");
      }
    }
  }

  @Test
  void somebodyElseAnswersForEveryAddress() {
    LabHost client = LAB.host("client");
    client.sysctl(
        "net.ipv4.conf.eth0.proxy_arp_pvlan=1",
        "net.ipv4.conf.eth0.forwarding=1",
        "net.ipv4.neigh.eth0.proxy_delay=0");
    Path file = write();
    try (LabProcess _ = start(file)) {
      awaitJudged();
      doctor(file)
          .expectText("no-decoys: network 1 (192.168.2.0/24) simulates no address: for each of");
    } finally {
      client.sysctl("net.ipv4.conf.eth0.proxy_arp_pvlan=0", "net.ipv4.conf.eth0.forwarding=0");
    }
  }

  @Test
  void aNodeThatTakesNoPart() {
    Path file =
        write(
            "",
            "target 1 { ipaddr 192.168.2.31 arp 1,3 }"
                + " vrrp 1 { vrid 50 network 1 advert 100ms track server 1 fault }");
    try (LabProcess _ = start(file)) {
      awaitJudged();
      doctor(file)
          .expect("nobody-active", "target-silent")
          .expectText("this one is a backup with priority");
    }
  }

  /// Uploads of a kernel beside it are super-frames, which libpcap has no room for.
  @Test
  void aNodeWithAnotherCollectorAndWithoutRoom() {
    Path file = write("access pcap", TARGET);
    String upload = LAB.record("upload").toString();
    node.run("truncate", "-s", "10M", upload).expectSuccess();
    try (LabProcess _ =
        start(file, "env", "PITCHLAKE_JAVA_OPTS=-XX:-UseZGC -XX:+UseSerialGC -XX:-ZProactive")) {
      awaitJudged();
      doctor(file).expect("other-collector");
      try (LabProcess _ =
          LAB.host("client")
              .start(
                  "sh",
                  "-c",
                  "while :; do curl -s --max-time 5 -H Expect: --data-binary @"
                      + upload
                      + " http://192.168.2.10/; done")) {
        doctor(file).expect("other-collector", "super-frames");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"--for 0, --for 0: write a number from 1 to 60", "--nonsense, Unknown option"})
  void wrongWordsGetOneSentence(String words, String sentence) {
    DoctorRun run = DoctorRun.on(node, write(), words.split(" ", -1));
    run.outcome().expectExit(2);
    if (!run.outcome().stderr().contains(sentence)) {
      throw new AssertionError("expected '" + sentence + "', seen " + run.outcome());
    }
  }
}
