package io.pitchlake.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pitchlake.it.lab.BesideOthers;
import io.pitchlake.it.lab.LabHost;
import io.pitchlake.it.lab.LabProcess;
import io.pitchlake.it.lab.NetnsLab;
import io.pitchlake.it.lab.Outcome;
import io.pitchlake.it.lab.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What can become of a backend, and what clients see of it: nginx, HAProxy and two dnsmasq behind
/// one node, each watched by checks of several kinds. The node's kernel owns `real`, as checks that
/// run through it want. Each test mends what it breaks, and the next begins when all serve again.
@RequiresRoot
@BesideOthers
class HealthIT {
  @RegisterExtension
  static final NetnsLab LAB =
      NetnsLab.segment()
          .withHost("client", "192.168.2.66/24")
          .withHost("nginx", "192.168.2.30/24")
          .withHost("haproxy", "192.168.2.31/24")
          .withHost("dns-1", "192.168.2.33/24")
          .withHost("dns-2", "192.168.2.34/24")
          .withHost("node-a", "192.168.2.4/24");

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String WEB = "192.168.2.10";
  private static final String NAMES = "192.168.2.11";
  private static final String ZONE = "192.0.2.1 www.pitchlake.test\n";
  private static final Set<String> BOTH = Set.of("nginx", "haproxy");
  private static final Set<String> BOTH_NAMES = Set.of("dns-1", "dns-2");

  /// New connections of one look at who serves: both of two are among them but once in 2^23.
  private static final int CONNECTIONS = 24;

  private static LabHost client;
  private static LabProcess nginx;
  private static LabProcess haproxy;
  private static LabProcess dns1;

  private static LabProcess node;

  private int linesBefore;

  private static String configuration() {
    return """
    interface 1 { name eth0 }
    network 1 { addr 192.168.2.0 mask 24 real 192.168.2.4 interface 1 }
    server 1 { ipaddr 192.168.2.10 port 80 dsr enable targets 1,2 }
    server 2 { ipaddr 192.168.2.11 port 53 protocol udp dsr enable targets 3,4 }
    target 1 { ipaddr 192.168.2.30 arp 200ms,1  tcpopen 80,200ms,1
               http 80,200ms,1 path /health host www.example.org status 200 expect "ready" }
    target 2 { ipaddr 192.168.2.31 arp 200ms,1  http 80,200ms,1  agent 8080,200ms,1 }
    target 3 { ipaddr 192.168.2.33 arp 200ms,1  dns 53,200ms,1 www.pitchlake.test type a }
    target 4 { ipaddr 192.168.2.34 arp 200ms,1  dns 53,200ms,1 www.pitchlake.test type a
               script 200ms,1 "%s" "%s" }
    set targetflapto 0
    register networks 1 register servers 1,2 register targets 1,2,3,4
    enable networks 1 enable servers 1,2 enable targets 1,2,3,4
    """
        .formatted(LAB.record("check-disk"), LAB.record("disk"));
  }

  @BeforeAll
  static void startTheBackends() throws IOException {
    client = LAB.host("client");
    prepare("nginx", WEB);
    prepare("haproxy", WEB);
    prepare("dns-1", NAMES);
    prepare("dns-2", NAMES);
    write(
        "nginx.conf",
        """
        daemon off; master_process off; user root; pid %1$s/nginx.pid; error_log stderr;
        events { }
        http {
          access_log off;
          default_type text/plain;
          client_body_temp_path %1$s/body; proxy_temp_path %1$s/proxy; fastcgi_temp_path %1$s/fastcgi;
          uwsgi_temp_path %1$s/uwsgi; scgi_temp_path %1$s/scgi;
          server {
            listen 80;
            location / { return 200 "nginx\\n"; }
            location = /health {
              if ($host != www.example.org) { return 421; }
              if (-f %1$s/overloaded) { return 503; }
              if (-f %1$s/starting) { return 200 "not yet\\n"; }
              return 200 "ready\\n";
            }
          }
        }
        """
            .formatted(LAB.record("")));
    write(
        "haproxy.cfg",
        """
        defaults
          mode http
          timeout client 5s
          timeout server 5s
          timeout connect 5s
        frontend web
          bind :80
          http-request return status 200 content-type text/plain string "haproxy\\n"
        """);
    say("up ready 100%");
    Path script = LAB.record("check-disk");
    write(
        "check-disk",
        """
        #!/bin/sh
        # Usage: check-disk FILE, which has the word "full", "hangs" or another one.
        case $(cat "$1") in
          full) echo "no room for target $PITCHLAKE_TARGET at $PITCHLAKE_ADDRESS"; exit 3 ;;
          hangs) sleep 60 ;;
        esac
        """);
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    write("disk", "empty");
    startNginx();
    startHaproxy();
    String agent = Path.of("src/test/resources/agent.py").toAbsolutePath().toString();
    LAB.host("haproxy").start("python3", agent, LAB.record("agent").toString());
    awaitPort("haproxy", 8080);
    write("hosts", ZONE);
    write("hosts-2", ZONE);
    startDns1();
    startDns("dns-2");
    node = LAB.host("node-a").startPitchlake(configuration());
  }

  @BeforeEach
  void allServe() {
    awaitServing(BOTH);
    awaitAnswering(BOTH_NAMES);
    linesBefore = node.lineCount();
  }

  @AfterAll
  static void stopTheNode() {
    assertEquals(0, node.stop(), "exit code after SIGTERM; output:\n" + node.output());
  }

  private static void prepare(String name, String address) {
    LabHost backend = LAB.host(name);
    backend.sysctl("net.ipv4.conf.all.arp_ignore=1", "net.ipv4.conf.all.arp_announce=2");
    backend.run("ip", "addr", "add", address + "/32", "dev", "lo").expectSuccess();
  }

  private static void startNginx() {
    nginx = LAB.host("nginx").start("nginx", "-c", LAB.record("nginx.conf").toString());
    awaitPort("nginx", 80);
  }

  private static void startHaproxy() {
    haproxy = LAB.host("haproxy").start("haproxy", "-db", "-f", "" + LAB.record("haproxy.cfg"));
    awaitPort("haproxy", 80);
  }

  private static void startDns1() {
    dns1 = startDns("dns-1");
  }

  private static LabProcess startDns(String name) {
    LabProcess started =
        LAB.host(name)
            .start(
                "dnsmasq",
                "--keep-in-foreground",
                "--conf-file=/dev/null",
                "--no-resolv",
                "--no-hosts",
                "--user=root",
                "--pid-file=",
                "--addn-hosts=" + LAB.record(name.equals("dns-1") ? "hosts" : "hosts-2"),
                "--txt-record=who.example," + name);
    awaitPort(name, 53);
    return started;
  }

  private static void awaitPort(String host, int port) {
    LAB.host(host)
        .runUntil(
            "a server on port " + port,
            outcome -> outcome.stdout().contains(":" + port + " "),
            PATIENCE,
            "ss",
            "-Hltn");
  }

  /// Replaces the file at once: whoever reads it sees the old text or the new one.
  private static void write(String file, String text) throws IOException {
    Path path = LAB.record(file);
    Path before = Files.writeString(LAB.record(file + ".new"), text);
    Files.move(before, path, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void say(String words) throws IOException {
    write("agent", words + "\n");
  }

  // ---- who serves

  /// A command that makes new connections and prints a line of whoever takes each.
  private static String[] connections(String server) {
    return new String[] {
      "curl",
      "-sS",
      "--max-time",
      "2",
      "-H",
      "Connection: close",
      "http://" + server + "/?[1-" + CONNECTIONS + "]"
    };
  }

  /// A command that asks for the name of whoever answers, each time from another port.
  private static String[] questions() {
    List<String> command =
        new ArrayList<>(List.of("dig", "+short", "+tries=1", "+time=2", "@" + NAMES));
    for (int i = 0; i < CONNECTIONS; i++) {
      command.addAll(List.of("who.example", "TXT"));
    }
    return command.toArray(String[]::new);
  }

  private static Set<String> names(Outcome outcome) {
    return outcome
        .stdout()
        .lines()
        .map(line -> line.replace("\"", ""))
        .collect(Collectors.toUnmodifiableSet());
  }

  private static void awaitServing(Set<String> expected) {
    await(expected, connections(WEB));
  }

  private static void awaitAnswering(Set<String> expected) {
    await(expected, questions());
  }

  private static void await(Set<String> expected, String... command) {
    client.runUntil(
        "answers of " + expected,
        outcome -> outcome.exitCode() == 0 && names(outcome).equals(expected),
        PATIENCE,
        command);
  }

  /// From now on no connection may be lost.
  private static void assertServing(Set<String> expected) {
    assertEquals(expected, names(client.run(connections(WEB)).expectSuccess()), "who serves");
  }

  private static void assertAnswering(Set<String> expected) {
    assertEquals(expected, names(client.run(questions()).expectSuccess()), "who answers");
  }

  private void awaitTakenOut(String address, String reason) {
    String start = "SLB target " + address + " is taken out [";
    node.awaitLine(
        linesBefore,
        "'" + start + "...' with '" + reason + "'",
        line -> line.contains(start) && line.contains(reason),
        PATIENCE);
  }

  // ---- what becomes of backends

  @Test
  void nginxIsKilledAndStartedAgain() {
    nginx.stop();
    try {
      awaitTakenOut("192.168.2.30", " 80: refused");
      assertServing(Set.of("haproxy"));
    } finally {
      startNginx();
    }
    awaitServing(BOTH);
  }

  @Test
  void haproxyIsKilledAndStartedAgain() {
    haproxy.stop();
    try {
      awaitTakenOut("192.168.2.31", "http 80: refused");
      assertServing(Set.of("nginx"));
    } finally {
      startHaproxy();
    }
    awaitServing(BOTH);
  }

  @ParameterizedTest
  @CsvSource({"nginx, 192.168.2.30, haproxy", "haproxy, 192.168.2.31, nginx"})
  void aBackendIsPausedWhileItsKernelStillAccepts(String name, String address, String other) {
    LabProcess server = name.equals("nginx") ? nginx : haproxy;
    server.signal("STOP");
    try {
      client
          .run("curl", "-sS", "--max-time", "0.5", "-w", "%{num_connects} made", address)
          .expectExit(28)
          .expectOutput("1 made");
      awaitTakenOut(address, "http 80: no answer");
      assertServing(Set.of(other));
    } finally {
      server.signal("CONT");
    }
    awaitServing(BOTH);
  }

  @Test
  void aBackendIsCutOff() {
    LAB.plug("nginx", false);
    try {
      awaitTakenOut("192.168.2.30", "no answer");
      assertServing(Set.of("haproxy"));
    } finally {
      LAB.plug("nginx", true);
    }
    awaitServing(BOTH);
  }

  @Test
  void aBackendLosesItsAlias() {
    LabHost backend = LAB.host("nginx");
    backend.run("ip", "addr", "del", WEB + "/32", "dev", "lo").expectSuccess();
    try {
      awaitTakenOut(
          "192.168.2.30",
          "alias of 192.168.2.10 missing: no answer on the virtual address at its MAC;"
              + " give the target 192.168.2.10 on its lo");
      assertServing(Set.of("haproxy"));
    } finally {
      backend.run("ip", "addr", "add", WEB + "/32", "dev", "lo").expectSuccess();
    }
    awaitServing(BOTH);
  }

  @ParameterizedTest
  @CsvSource({"overloaded, http 80: status 503", "starting, 'http 80: ''ready'' does not stand'"})
  void aBackendAnswersTheCheckOtherThanItShould(String state, String reason) throws IOException {
    write(state, "");
    try {
      awaitTakenOut("192.168.2.30", reason);
      assertServing(Set.of("haproxy"));
    } finally {
      Files.delete(LAB.record(state));
    }
    awaitServing(BOTH);
  }

  @ParameterizedTest
  @CsvSource({
    "full, 'ended with 3, saying: no room for target 4 at 192.168.2.34'",
    "hangs, ran longer than 1000 ms and was killed"
  })
  void aScriptTakesItsTargetOut(String disk, String reason) throws IOException {
    write("disk", disk);
    try {
      awaitTakenOut("192.168.2.34", reason);
      assertAnswering(Set.of("dns-1"));
    } finally {
      write("disk", "empty");
    }
    awaitAnswering(BOTH_NAMES);
  }

  @Test
  void aNameServerIsKilledAndStartedAgain() {
    dns1.stop();
    try {
      awaitTakenOut("192.168.2.33", "dns 53: refused");
      assertAnswering(Set.of("dns-2"));
    } finally {
      startDns1();
    }
    awaitAnswering(BOTH_NAMES);
  }

  @Test
  void aNameServerForgetsItsNames() throws IOException {
    write("hosts", "");
    dns1.hangUp();
    try {
      awaitTakenOut("192.168.2.33", "dns 53: answered with an error (REFUSED)");
      assertAnswering(Set.of("dns-2"));
    } finally {
      write("hosts", ZONE);
      dns1.hangUp();
    }
    awaitAnswering(BOTH_NAMES);
  }

  /// HAProxy hears the same agent and is asked who gets its connections: Pitchlake must agree.
  @Test
  void anAgentIsUnderstoodAsByHaproxy() throws IOException {
    write(
        "peer.cfg",
        """
        defaults
          mode http
          timeout client 5s
          timeout server 5s
          timeout connect 5s
        frontend peer
          bind 127.0.0.1:80
          default_backend both
        backend both
          balance roundrobin
          server nginx 192.168.2.30:80 weight 100
          server haproxy 192.168.2.31:80 weight 100 agent-check agent-port 8080 agent-inter 200ms
        """);
    Set<String> nginxAlone = Set.of("nginx");
    List<Map.Entry<String, Set<String>>> story =
        List.of(
            Map.entry("drain", nginxAlone),
            Map.entry("ready", BOTH),
            Map.entry("down # its disk is full", nginxAlone),
            Map.entry("up 50%", BOTH),
            Map.entry("0%", nginxAlone),
            Map.entry("100%", BOTH),
            Map.entry("maint", nginxAlone),
            Map.entry("up", nginxAlone),
            Map.entry("ready", BOTH),
            Map.entry("stopped", nginxAlone));
    String[] throughPeer = connections("127.0.0.1");
    try (LabProcess _ = client.start("haproxy", "-db", "-f", "" + LAB.record("peer.cfg"))) {
      awaitPort("client", 80);
      for (Map.Entry<String, Set<String>> chapter : story) {
        say(chapter.getKey());
        await(chapter.getValue(), throughPeer);
        awaitServing(chapter.getValue());
      }
      awaitTakenOut("192.168.2.31", "agent 8080: says that it is down: its disk is full");
    } finally {
      say("up ready 100%");
    }
    awaitServing(BOTH);
  }
}
