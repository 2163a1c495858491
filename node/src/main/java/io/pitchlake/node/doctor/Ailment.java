package io.pitchlake.node.doctor;

import java.util.Locale;

/// Everything that the doctor may find wrong. `docs/doctor.md` has a section for each.
public enum Ailment {
  NODE_NOT_RUNNING(
      Topic.NODE, "without a node nothing is trapped, balanced or taken over on this machine"),
  NODE_HANGS(Topic.NODE, "an engine that does not turn forwards nothing and sends no adverts"),
  NODE_NOT_READY(Topic.NODE, "until then it takes no place from another node"),
  CONFIGURATION_DIFFERS(Topic.NODE, "what the file says is not what is done"),
  ACCESS_FELL_BACK(Topic.NODE, "a slower way to read frames carries less"),
  INTERFACE_UNUSABLE(Topic.INTERFACES, "the node cannot start on it"),
  NO_CARRIER(Topic.INTERFACES, "nothing is received or sent, and its routers leave their place"),
  CAPABILITY_MISSING(Topic.CAPABILITIES, "no interface can be opened without it"),
  XDP_CAPABILITY_MISSING(Topic.CAPABILITIES, "the file asks for XDP, and a slower way is taken"),
  SUPER_FRAMES(
      Topic.OFFLOADS,
      "frames longer than the MTU do not fit this way of reading: uploads stall while pings work"),
  LRO_ON(
      Topic.OFFLOADS,
      "frames that hardware has merged cannot be cut again, so forwarded connections stall"),
  VLAN_TAG_STRIPPED(
      Topic.OFFLOADS, "XDP does not see a tag that hardware takes out, so a network looks empty"),
  KERNEL_OWNS_ADDRESS(
      Topic.KERNEL,
      "an address that the host's kernel has is left to it: it does not move to another node, and nothing is balanced there"),
  KERNEL_FORWARDS(
      Topic.KERNEL, "the kernel sends redirects and unreachables beside the node's answers"),
  CPU_QUOTA(Topic.PROCESSOR, "an engine that is stopped for its quota sends no adverts meanwhile"),
  CPU_STOLEN(Topic.PROCESSOR, "a machine that its hypervisor does not run is late with adverts"),
  CPU_SLOW(Topic.PROCESSOR, "a core that sleeps deeply or clocks low answers late"),
  CLOCK_SOURCE(
      Topic.CLOCK, "each look at such a clock is slow, and it may jump, so timers are late"),
  CLOCK_STEPS(
      Topic.CLOCK,
      "times in the log and certificates' validity are wrong; a guest that was paused looks the same"),
  NO_REAL_TIME(
      Topic.SCHEDULING, "adverts may leave late on a busy machine, and a backup takes over"),
  ENGINE_LATE(
      Topic.SCHEDULING, "a node that stood still for longer than its lease gives its place up"),
  OTHER_COLLECTOR(Topic.RUNTIME, "its pauses may be longer than peers wait for an advert"),
  VRID_TAKEN(
      Topic.VRRP,
      "two virtual routers with one number share a MAC: switches send each one's frames to the other"),
  TWO_ACTIVE(Topic.VRRP, "both answer for the same addresses, so connections break at random"),
  NOBODY_ACTIVE(
      Topic.VRRP, "as long as no node is active nobody answers, traps or balances anything"),
  OTHER_VERSION(Topic.VRRP, "adverts of another version are dropped, so both become active"),
  OTHER_INTERVAL(Topic.VRRP, "nodes that differ take over too early or too late"),
  ADDRESS_TAKEN(Topic.OWNERS, "two machines answer for one address, and clients reach either"),
  ALIAS_ANSWERS(
      Topic.OWNERS,
      "clients whom a target answers go past the node: one target gets everything, unchecked"),
  VIRTUAL_MAC_DROPPED(
      Topic.VIRTUAL_MAC,
      "decoys, virtual addresses and servers answer from a MAC that the interface was not given; dropped, none of them exists"),
  MULTICAST_FILTERED(
      Topic.MULTICAST,
      "solicitations go to groups that the node has not joined: IPv6 decoys stay silent"),
  SYNC_ADDRESS_MISSING(Topic.SYNC, "the sync link can only be bound to an address of the kernel's"),
  CLUSTER_KEY_UNUSABLE(Topic.SYNC, "without the cluster's key the node does not start"),
  CLUSTER_KEY_OPEN(Topic.SYNC, "whoever has the key can join the cluster and read what it says"),
  SYNC_REFUSED(Topic.SYNC, "no news are exchanged, so flows and decoys are lost in a takeover"),
  SYNC_FILTERED(Topic.SYNC, "no news are exchanged, so flows and decoys are lost in a takeover"),
  SYNC_UNREACHABLE(Topic.SYNC, "no news are exchanged, so flows and decoys are lost in a takeover"),
  SYNC_TURNED_AWAY(Topic.SYNC, "nodes that do not prove the same key do not talk to each other"),
  HEARTBEAT_LOST(
      Topic.SYNC, "without heartbeats the nodes cannot agree, and lost adverts move addresses"),
  TARGET_SILENT(Topic.TARGETS, "a target that nothing is heard of gets no flows"),
  ALIAS_MISSING(
      Topic.TARGETS,
      "with direct server return packets keep the server's address; a target without it drops them"),
  SERVICE_CLOSED(Topic.TARGETS, "clients that are sent there are refused"),
  TARGET_OUT(Topic.TARGETS, "its clients go to other targets, or to none"),
  NO_DECOYS(Topic.TRAP, "the tarpit answers for addresses that are proven free, and none is"),
  FRAMES_DROPPED(Topic.FRAMES, "what is dropped for this reason would have been answered"),
  FRAMES_LOST(Topic.FRAMES, "the kernel drops what the engine does not read in time");

  private final Topic topic;
  private final String why;

  Ailment(Topic topic, String why) {
    this.topic = topic;
    this.why = why;
  }

  /// Its name in reports and in the manual, such as `alias-missing`.
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public Topic topic() {
    return topic;
  }

  /// Why it matters, one clause.
  public String why() {
    return why;
  }
}
