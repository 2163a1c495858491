package io.pitchlake.common.metric;

/// Why a frame ended its journey without an answer. Every discard has a name.
public enum DropReason {
  MALFORMED_ETHERNET(
      "Ethernet header cut short, VLAN tags nested too deep, or sent from a group address"),
  MALFORMED_ARP("ARP not for IPv4 over Ethernet, or cut short"),
  MALFORMED_IP("IP header cut short or lengths that contradict each other"),
  MALFORMED_TRANSPORT("transport header cut short"),
  NOT_IP("neither ARP nor IP"),
  NOT_OUR_VLAN("a VLAN no network of the interface lives in"),
  NOT_OUR_NETWORK("addresses of no configured network"),
  NOT_OUR_MAC("unicast to another station"),
  OWN_SOURCE("sent by a MAC of this cluster"),
  BAD_IP_CHECKSUM("IPv4 header checksum wrong"),
  BAD_CHECKSUM("transport checksum wrong"),
  BAD_ND("neighbour discovery that RFC 4861 or RFC 6980 tells to ignore"),
  FRAGMENT("a fragment"),
  NOT_MASTER("this node is not master of the network"),
  ADDRESS_PROBE("a probe of a machine that is coming up: never answered"),
  ADDRESS_REAL("the address has a living owner"),
  ADDRESS_HELD("the address is held silent"),
  ADDRESS_PROBING("the address is being proved"),
  NOT_CANDIDATE("an address that is never simulated"),
  NOT_HOME("an address that another engine keeps"),
  PROOF_RATE("the rate of new proofs is used up"),
  TABLE_FULL("the address table is full"),
  WAITERS_FULL("too many askers wait for one proof"),
  ASKER_MISMATCH("asker's Ethernet and ARP or ND addresses differ"),
  ASKER_IS_DHCP_SERVER("a DHCP server asks before it offers"),
  ASKER_MAY_BE_DHCP_SERVER(
      "while a client looks for a lease, somebody asks as a DHCP server would"),
  NOT_A_SYN("TCP flags that get silence"),
  COOKIE_HELD("a trapped connection's segment, left unanswered"),
  RESET_RATE("the rate of resets is used up"),
  REPLY_RATE("the rate of answers to all sources is used up"),
  SOURCE_RATE("the source has had its share of answers"),
  REPLY_BANDWIDTH("the bandwidth of answers is used up"),
  UDP_LOGGED("UDP, logged only"),
  UNSUPPORTED_PROTOCOL("a protocol nobody here answers"),
  PASS_ON_OVER("frames for a released address after the time to pass them on"),
  NO_ROOM("the reply does not fit the frame"),
  NO_TARGET_READY("no target of the server is ready"),
  CLIENT_REFUSED("a client that the server's client_acl does not permit"),
  NO_SUCH_SERVICE("a server's address, but no server has this protocol and port"),
  VRRP_MALFORMED("a VRRP message that is cut short, empty, of no known kind, or authenticated"),
  VRRP_TTL("a VRRP advert whose TTL or hop limit is not 255: it was routed"),
  VRRP_VERSION("a VRRP advert of another version than the router's"),
  VRRP_CHECKSUM("a VRRP advert with a wrong checksum, by either way to count"),
  VRRP_NOT_A_PEER("a VRRP advert from none of the router's peers"),
  LATE("queued by a node that then stood still; another may be speaking"),
  FRAGMENT_WITHOUT_FIRST("a later fragment for a server, before its packet's first"),
  NO_SESSION("belongs to a translated session that is not known here"),
  NAT_TABLE_FULL("the table of translated sessions is full"),
  NAT_PORTS_USED_UP("no port is free for the translated source"),
  NAT_NO_ADDRESS("the network it leaves by has no virt to stand behind"),
  HOP_LIMIT("no hops left to pass it on"),
  TOO_BIG("larger than the network it leaves by takes"),
  NOT_ROUTABLE("addresses that no router passes on"),
  NO_ROUTE("no network and no gateway for its destination"),
  ROUTED_TO_SIMULATED("for a simulated address of another network, which is nobody's"),
  NEXT_HOP_ASKED("the next hop is being asked for its MAC"),
  NEXT_HOP_SILENT("the next hop does not answer"),
  NOBODY("passed the whole chain; no module wanted it");

  private final String meaning;

  DropReason(String meaning) {
    this.meaning = meaning;
  }

  /// In words, for tables.
  public String meaning() {
    return meaning;
  }
}
