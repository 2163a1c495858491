package io.pitchlake.common.metric;

/// What is full, and how full: a use now beside the limit it must not pass.
public enum Gauge {
  ADDRESSES("addresses in the table"),
  ADDRESSES_PROBING("addresses being proved"),
  ADDRESSES_REAL("real addresses known"),
  ADDRESSES_SIMULATED("addresses simulated"),
  ADDRESSES_HELD("addresses held silent"),
  STATIONS("stations remembered"),
  TARPIT_DRIPS_WAITING("lines of ports of mode ssh or http that wait for their time"),
  MLD_GROUPS("IPv6 groups listened to"),
  SESSIONS("sessions"),
  PERSISTENT_CLIENTS("clients remembered by persistence"),
  SERVERS_OUT("servers with too few targets that can take flows"),
  NAT_SESSIONS("translated sessions"),
  TARGETS("targets"),
  TARGETS_READY("targets ready"),
  TARGETS_HELD("targets kept out, for they come and go"),
  CHECKS("health checks beside arp and nd"),
  CHECKS_FAILING("health checks that do not hold"),
  ROUTERS("virtual routers"),
  ROUTERS_ACTIVE("virtual routers that are active here"),
  REAL_TIME("engine threads that run in real time"),
  PEERS("peers on the sync link"),
  PEERS_ALIVE("peers whose heartbeat is heard"),
  SYNC_PEERS("other nodes that can be talked to"),
  SYNC_PEERS_EQUAL("other nodes whose entries this one has taken over"),
  SYNC_TO_TELL("entries still to be told other nodes"),
  SYNC_RANGES_DIFFERING("ranges of entries, of 4096, that differ from another node's"),
  SYNC_UNACKNOWLEDGED("replication frames on their way"),
  SYNC_LAG_MICROS("microseconds since the oldest of them was made");

  private final String meaning;

  Gauge(String meaning) {
    this.meaning = meaning;
  }

  /// In words, for tables.
  public String meaning() {
    return meaning;
  }
}
