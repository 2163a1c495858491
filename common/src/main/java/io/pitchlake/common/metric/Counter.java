package io.pitchlake.common.metric;

/// Everything the engine counts that is not a drop.
public enum Counter {
  FRAMES_RECEIVED("frames received"),
  FRAMES_TRANSMITTED("frames sent"),
  BYTES_RECEIVED("bytes received"),
  ARP_OWN_REPLIES("ARP replies for own addresses"),
  ND_OWN_ADVERTISEMENTS("neighbour advertisements for own addresses"),
  ECHO_OWN_REPLIES("echo replies from own addresses"),
  OWN_CLAIMED("claims of other machines to own addresses"),
  OWN_DEFENDED("own addresses announced again, for another machine claimed them"),
  NEIGHBORS_LEARNT("neighbours learnt"),
  PROOFS_STARTED("address proofs started"),
  PROOFS_SENT("proof requests sent"),
  PROOFS_FREE("addresses proven free"),
  PROOFS_TAKEN("addresses proven taken"),
  CHECKS_SENT("proofs sent beside an answer"),
  RELEASED("simulated addresses released to an owner"),
  HELD("addresses held for a machine that is coming up"),
  REPAIRS_SENT("cache repairs sent to stations that had been answered"),
  PASSED_ON("frames passed on to an owner"),
  TARPIT_ARP_REPLIES("ARP replies for simulated addresses"),
  TARPIT_ND_ADVERTISEMENTS("neighbour advertisements for simulated addresses"),
  TARPIT_ECHO_REPLIES("echo replies from simulated addresses"),
  TARPIT_SYNACKS("SYN-ACKs from simulated addresses"),
  TARPIT_RESETS("resets for segments without a cookie"),
  TARPIT_HELD_SEGMENTS("segments of trapped connections left unanswered"),
  TARPIT_UDP("UDP packets for simulated addresses"),
  LOG_LINES("log lines written"),
  LOG_HELD_BACK("log lines held back by the rate limit"),
  STATIONS_FORGOTTEN("answered stations not remembered because the pool is full"),
  HEARSAY_LOST("hearings another engine had no room for"),
  EVICTED("simulated addresses given up for newer ones"),
  BALANCED("frames forwarded to targets"),
  SESSIONS_STARTED("sessions started"),
  SESSIONS_ENDED("sessions forgotten after a time of silence"),
  SESSIONS_MOVED("sessions moved from a lost target to another"),
  UNTRACKED_TABLE_FULL("new flows forwarded untracked, for the session table is full"),
  UNTRACKED_RATE("new flows forwarded untracked, for they come too fast"),
  PERSISTENT("new flows sent where their client was before"),
  PERSISTENCE_FORGOTTEN("clients forgotten for newer ones before their time"),
  TO_EMERGENCY("new flows sent to emergency targets"),
  TO_ABUSE("new flows sent to abuse targets"),
  FRAGMENTS_FORWARDED("fragments among the frames forwarded to targets"),
  ICMP_ERRORS_FORWARDED("ICMP errors among the frames forwarded to targets"),
  NAT_SESSIONS_STARTED("translated sessions started"),
  NAT_SESSIONS_ENDED("translated sessions forgotten after a time of silence"),
  NAT_OUT("frames translated on their way to a target or out"),
  NAT_BACK("frames translated on their way back"),
  NAT_ICMP_ERRORS("ICMP errors among the frames translated"),
  NAT_FRAGMENTS("fragments among the frames translated"),
  ROUTED("frames passed on between networks"),
  NEXT_HOPS_ASKED("requests sent to next hops"),
  ICMP_ERRORS_SENT("ICMP errors sent about packets that cannot be passed on"),
  ICMP_ERRORS_HELD_BACK("ICMP errors held back by the rate limit"),
  TARGETS_ASKED("requests sent to targets"),
  PROBES_SENT("health probes sent"),
  PROBES_UNANSWERED("health probes that nobody answered in time"),
  PROBES_DELAYED("health probes put off, for too many are on their way"),
  CHECKS_PASSED("good results of health checks"),
  CHECKS_FAILED("bad answers to health checks"),
  TARGETS_UP("times a target became ready"),
  TARGETS_DOWN("times a target was taken out"),
  VRRP_SENT("VRRP adverts sent"),
  VRRP_HEARD("VRRP adverts heard from other nodes"),
  VRRP_PSEUDO_HEADER("VRRP adverts over IPv4 with the pseudo-header in their checksum"),
  VRRP_MESSAGE_ONLY("VRRP adverts over IPv4 without it"),
  VRRP_OTHER_ADDRESSES("VRRP adverts that list other addresses than this node's"),
  VRRP_OTHER_INTERVAL("VRRP adverts that name another interval than this node's"),
  VRRP_BECAME_ACTIVE("times a virtual router became active here"),
  VRRP_STEPPED_DOWN("times an active virtual router stepped down here"),
  VRRP_LATE("times a virtual router found that this node had stood still"),
  VRRP_RIVALS("times two nodes were active at once"),
  ANNOUNCEMENTS("addresses announced by an active virtual router");

  private final String meaning;

  Counter(String meaning) {
    this.meaning = meaning;
  }

  /// In words, for tables.
  public String meaning() {
    return meaning;
  }
}
