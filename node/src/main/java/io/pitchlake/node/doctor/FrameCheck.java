package io.pitchlake.node.doctor;

import io.pitchlake.common.metric.DropReason;
import io.pitchlake.node.doctor.Finding.Fine;
import io.pitchlake.node.doctor.Finding.Unknown;
import io.pitchlake.node.doctor.Finding.Warning;
import io.pitchlake.node.doctor.NodeAnswer.Row;
import io.pitchlake.node.doctor.NodeAnswer.Running;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Does the node drop what it should have answered, while this looks?
record FrameCheck(Patient patient) implements Check {
  /// Reasons that a healthy node has no cause for, and what helps.
  private static final Map<DropReason, String> REMEDIES =
      Map.ofEntries(
          Map.entry(DropReason.TABLE_FULL, "give the table more room: set addresses N"),
          Map.entry(
              DropReason.PROOF_RATE,
              "let more proofs begin: set tarpitproofrate N, or tarpitproofrate6 N"),
          Map.entry(
              DropReason.NO_TARGET_READY, "see what is wrong with targets: pitchlake show targets"),
          Map.entry(DropReason.NAT_TABLE_FULL, "give the table more room: set natsessions N"),
          Map.entry(
              DropReason.NAT_PORTS_USED_UP,
              "shorten how long silent sessions are kept, or spread stations over more networks"),
          Map.entry(DropReason.NAT_NO_ADDRESS, "give the network that packets leave by a 'virt'"),
          Map.entry(
              DropReason.VRRP_MALFORMED,
              "see what comes: tcpdump -vni IFACE proto 112; authentication of VRRPv2 is not supported"),
          Map.entry(
              DropReason.VRRP_TTL,
              "adverts were routed; nodes must share the segment, or use 'peers'"),
          Map.entry(DropReason.VRRP_VERSION, "write the same 'version' in 'vrrp' of all nodes"),
          Map.entry(
              DropReason.VRRP_CHECKSUM,
              "see what comes: tcpdump -vni IFACE proto 112; switch checksum offload off at the sender: ethtool -K IFACE tx off"),
          Map.entry(DropReason.VRRP_NOT_A_PEER, "add the sender to 'peers' in 'vrrp', or stop it"),
          Map.entry(DropReason.LATE, "see the findings on processor and scheduling"),
          Map.entry(
              DropReason.NEXT_HOP_SILENT,
              "see whether the gateway lives: arping -I IFACE GATEWAY; correct 'gateway'"),
          Map.entry(
              DropReason.TOO_BIG, "give both interfaces the same MTU: ip link set IFACE mtu 1500"));

  @Override
  public Topic topic() {
    return Topic.FRAMES;
  }

  @Override
  public List<Finding> findings() {
    Optional<Running> before = patient.node().before().running();
    Optional<Running> after = patient.node().after().running();
    if (before.isEmpty() || after.isEmpty()) {
      return List.of(
          new Unknown(topic(), "no node says what it drops", "start the node, then ask again"));
    }
    List<Finding> findings = new ArrayList<>();
    for (DropReason reason : DropReason.values()) {
      String name = reason.name().toLowerCase(Locale.ROOT);
      long more = dropped(after.get(), name) - dropped(before.get(), name);
      if (more > 0 && REMEDIES.containsKey(reason)) {
        findings.add(
            new Warning(
                Ailment.FRAMES_DROPPED,
                "%d frames were dropped as %s while this looked: %s"
                    .formatted(more, name, reason.meaning()),
                REMEDIES.get(reason)));
      }
    }
    long lost = lost(after.get()) - lost(before.get());
    if (lost > 0) {
      findings.add(
          new Warning(
              Ailment.FRAMES_LOST,
              lost + " frames were lost in the kernel while this looked",
              "give the engine a core of its own, or share the interface: set engines 2; see the findings on processor"));
    }
    if (findings.isEmpty()) {
      findings.add(new Fine(topic(), "nothing was lost while this looked"));
    }
    return findings;
  }

  private static long dropped(Running running, String reason) {
    return running.count("drops", "drops", "reason", reason, "frames");
  }

  private static long lost(Running running) {
    return running.rows("status", "ports").stream()
        .mapToLong((Row port) -> port.number("lost"))
        .sum();
  }
}
