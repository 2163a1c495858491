package io.pitchlake.node.doctor;

import io.pitchlake.common.config.Configuration.Sync;
import io.pitchlake.common.config.Configuration.SyncTransport;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.time.Clock;
import io.pitchlake.common.time.ThreadEnd;
import io.pitchlake.node.doctor.Finding.Fault;
import io.pitchlake.node.doctor.Finding.Fine;
import io.pitchlake.node.doctor.Finding.Unknown;
import io.pitchlake.node.doctor.Finding.Warning;
import io.pitchlake.node.doctor.NodeAnswer.Row;
import io.pitchlake.sync.seal.LinkSecret;
import io.pitchlake.sync.seal.Refusals;
import io.pitchlake.sync.seal.SealedSockets;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Can the other nodes be reached over the sync link, do they hold the same key, and are their
/// heartbeats heard? Connects to each as a node does, proves the key, and leaves.
final class SyncCheck implements Check {
  /// Longer than a kernel takes to give up a neighbour that does not answer.
  private static final int PATIENCE_MILLIS = 4000;

  private final Patient patient;
  private final Key key;
  private final Optional<Path> openKey;
  private final long boot;
  private final boolean asks;
  private final Map<Mouth.Question, Integer> sent;
  private final List<Finding> findings = new ArrayList<>();
  private final Set<IpAddress> unreached = ConcurrentHashMap.newKeySet();
  private int reached;

  /// The cluster's key as far as it can be read.
  sealed interface Key {
    /// The file names none.
    record None() implements Key {}

    /// It was read.
    record Secret(LinkSecret secret) implements Key {}

    /// It cannot be used.
    ///
    /// @param problem what is wrong and, behind `; `, what helps
    record Unusable(String problem) implements Key {}
  }

  /// @param openKey the key's file, where every user of the host may read it
  /// @param boot drawn by chance, as if this were a node that has just started
  /// @param asks false: only what the node says counts
  /// @param sent connections are counted there
  SyncCheck(
      Patient patient,
      Key key,
      Optional<Path> openKey,
      long boot,
      boolean asks,
      Map<Mouth.Question, Integer> sent) {
    this.patient = patient;
    this.key = key;
    this.openKey = openKey;
    this.boot = boot;
    this.asks = asks;
    this.sent = sent;
  }

  @Override
  public Topic topic() {
    return Topic.SYNC;
  }

  private Optional<IpAddress> bind() {
    return patient.configuration().sync().flatMap(Sync::bind);
  }

  private List<IpAddress> peers() {
    return patient.configuration().syncPeers().stream()
        .filter(peer -> !patient.host().contains(peer) && !bind().equals(Optional.of(peer)))
        .toList();
  }

  @Override
  public void begin() {
    openKey.ifPresent(file ->
        findings.add(
            new Warning(
                Ailment.CLUSTER_KEY_OPEN,
                "every user of this host may read the cluster's key " + file,
                "chmod 600 " + file)));
    if (key instanceof Key.Unusable(String problem)) {
      Complaint complaint =
          Complaint.of(problem, "copy it from another node: scp -p NODE:FILE FILE");
      findings.add(new Fault(Ailment.CLUSTER_KEY_UNUSABLE, complaint.seen(), complaint.remedy()));
      return;
    }
    if (!patient.configuration().replicates() || !(key instanceof Key.Secret(LinkSecret secret))) {
      return;
    }
    Optional<IpAddress> missing = bind().filter(address -> !patient.host().contains(address));
    if (missing.isPresent()) {
      findings.add(
          new Fault(
              Ailment.SYNC_ADDRESS_MISSING,
              "this host's kernel does not have %s, the 'bind' of sync".formatted(missing.get()),
              "ip addr add %s/LENGTH dev IFACE, or correct 'bind': ip -brief addr"
                  .formatted(missing.get())));
      return;
    }
    if (!asks) {
      findings.add(
          new Unknown(topic(), "--passive connects to nobody", "run it again without --passive"));
    } else if (patient.configuration().sync().orElseThrow().transport() == SyncTransport.TCP) {
      connectToAll(secret);
    }
  }

  private void connectToAll(LinkSecret secret) {
    int port = patient.configuration().sync().map(Sync::port).orElse(Sync.DEFAULT_PORT);
    Map<IpAddress, Optional<Finding>> outcomes = new ConcurrentHashMap<>();
    List<Thread> threads = new ArrayList<>();
    for (IpAddress peer : peers()) {
      sent.merge(Mouth.Question.CONNECTION, 1, Integer::sum);
      threads.add(
          Thread.ofVirtual()
              .start(() -> outcomes.put(peer, connect(secret, peer, port, patient.clock()))));
    }
    for (Thread thread : threads) {
      ThreadEnd.await(thread);
    }
    for (IpAddress peer : peers()) {
      outcomes
          .getOrDefault(peer, Optional.empty())
          .ifPresentOrElse(
              finding -> {
                unreached.add(peer);
                findings.add(finding);
              },
              () -> reached++);
    }
  }

  private Optional<Finding> connect(LinkSecret secret, IpAddress peer, int port, Clock clock) {
    String where = peer + " port " + port;
    Refusals refusals = new Refusals(clock, (who, why) -> {});
    try (SealedSockets sockets = new SealedSockets(secret, boot, Set.of(), refusals, clock);
        Socket socket = sockets.socket()) {
      try {
        if (bind().isPresent()) {
          socket.bind(new InetSocketAddress(bind().get().inet(), 0));
        }
        socket.connect(new InetSocketAddress(peer.inet(), port), PATIENCE_MILLIS);
        return Optional.empty();
      } catch (SocketTimeoutException e) {
        return Optional.of(
            new Fault(
                Ailment.SYNC_FILTERED,
                where + " does not answer: something drops what is sent there",
                "let TCP %d and UDP %d pass between the nodes, both ways, on this host and on the peer: nft list ruleset; nft add rule inet filter input ip saddr %s tcp dport %d accept"
                    .formatted(port, beatPort(), peer, port)));
      } catch (ConnectException e) {
        return Optional.of(
            refusals.count() > 0
                ? turnedAway(where, String.valueOf(e.getMessage()))
                : refused(where));
      } catch (IOException e) {
        if (socket.isConnected()) {
          return Optional.of(turnedAway(where, "closes the connection before its handshake ends"));
        }
        return Optional.of(
            new Fault(
                Ailment.SYNC_UNREACHABLE,
                "%s cannot be reached: %s".formatted(where, e.getMessage()),
                "see which way the kernel takes: ip route get %s; then its address and link: ip -brief addr; with rp_filter the way back must be the same"
                    .formatted(peer)));
      }
    } catch (IOException e) {
      // Closing failed, when all that was asked is known.
      return Optional.empty();
    }
  }

  private static Finding turnedAway(String where, String why) {
    return new Fault(
        Ailment.SYNC_TURNED_AWAY,
        "who listens at %s %s".formatted(where, why),
        "copy one key to all nodes, and write the same 'cluster' in 'sync': scp -p NODE:/etc/pitchlake/cluster.key /etc/pitchlake/; compare: sha256sum /etc/pitchlake/cluster.key");
  }

  private static Finding refused(String where) {
    return new Fault(
        Ailment.SYNC_REFUSED,
        "nobody listens at " + where,
        "start the other node, or give both the same 'port' in 'sync'; on the peer: systemctl status pitchlake; ss -ltnp");
  }

  private long beatPort() {
    return patient.configuration().settings().get(Setting.SYNCBEATPORT);
  }

  @Override
  public List<Finding> findings() {
    List<Finding> all = new ArrayList<>(findings);
    if (!patient.configuration().replicates()) {
      return all.isEmpty() ? List.of(new Fine(topic(), "the file has no sync link")) : all;
    }
    patient
        .node()
        .after()
        .running()
        .ifPresent(running -> running.rows("vrrp", "peers").forEach(peer -> silent(peer, all)));
    if (all.isEmpty()) {
      all.add(
          new Fine(
              topic(),
              reached > 0
                  ? reached + " peers hold the same key"
                  : "peers are found by multicast, and no heartbeat is missing"));
    }
    return all;
  }

  private void silent(Row peer, List<Finding> all) {
    boolean other = unreached.stream().anyMatch(one -> one.toString().equals(peer.text("peer")));
    if (peer.flag("alive") || other) {
      return;
    }
    boolean witness = peer.text("kind").equals("witness");
    all.add(
        new Fault(
            Ailment.HEARTBEAT_LOST,
            "no heartbeat of the %s %s is heard".formatted(peer.text("kind"), peer.text("peer")),
            witness
                ? "start it: pitchlake witness --bind %s --key FILE; let UDP %d pass"
                    .formatted(peer.text("peer"), beatPort())
                : "let UDP %d pass between the nodes, both ways: nft list ruleset; see them: tcpdump -ni any udp port %d"
                    .formatted(beatPort(), beatPort())));
  }
}
