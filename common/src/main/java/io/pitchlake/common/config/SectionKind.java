package io.pitchlake.common.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The kinds of sections and the directives that stand in each.
@SuppressWarnings("ImmutableEnumChecker") // its lists are unmodifiable, its readers hold no state
enum SectionKind {
  INTERFACE(false, Grammar.NAME, Grammar.SUBNET, Grammar.ACCESS, Grammar.WAIT),
  VRRP(
      false,
      Grammar.VRID,
      Grammar.PRIORITY,
      Grammar.VRRP_NETWORKS,
      Grammar.ADVERT,
      Grammar.PREEMPT,
      Grammar.PREEMPT_DELAY,
      Grammar.VRRP_VERSION,
      Grammar.VRRP_CHECKSUM,
      Grammar.PEERS,
      Grammar.TRACK),
  NETWORK(
      true,
      Grammar.NAME,
      Grammar.ADDR,
      Grammar.MASK,
      Grammar.REAL,
      Grammar.VIRT,
      Grammar.ADDR6,
      Grammar.MASK6,
      Grammar.REAL6,
      Grammar.VIRT6,
      Grammar.SYNC_PEERS,
      Grammar.TARPIT,
      Grammar.TARPIT_MODE,
      Grammar.PERSONAS,
      Grammar.DECOY_MAC,
      Grammar.NETWORK_INTERFACES,
      Grammar.VLAN,
      Grammar.ROUTE,
      Grammar.NAT),
  SERVER(
      true,
      Grammar.NAME,
      Grammar.IPADDR,
      Grammar.SERVER_PORT,
      Grammar.PROTOCOL,
      Grammar.DSR,
      Grammar.NAT,
      Grammar.SNAT,
      Grammar.SERVER_TARGETS,
      Grammar.SCHEDULER,
      Grammar.PERSISTENCE,
      Grammar.BACKUP_TARGETS,
      Grammar.EMERGENCY,
      Grammar.ABUSE,
      Grammar.CLIENT_ACL,
      Grammar.QUORUM),
  TARGET(
      true,
      Grammar.NAME,
      Grammar.IPADDR,
      Grammar.PORT,
      Grammar.WEIGHT,
      Grammar.DRAIN,
      Grammar.MAINTENANCE,
      Grammar.BACKUP,
      Grammar.SLOW_START,
      Grammar.MAX_SESSIONS,
      Grammar.HARD_MAX,
      Grammar.TARGET_PRIORITY,
      Grammar.CHECK_ARP,
      Grammar.CHECK_PING,
      Grammar.CHECK_TCPOPEN,
      Grammar.CHECK_UDP,
      Grammar.CHECK_DNS,
      Grammar.CHECK_HTTP,
      Grammar.CHECK_HTTPS,
      Grammar.CHECK_SCRIPT,
      Grammar.CHECK_AGENT,
      Grammar.RISE,
      Grammar.FALL,
      Grammar.FAST_INTERVAL,
      Grammar.ALIAS_CHECK),
  GATEWAY(true, Grammar.IPADDR, Grammar.GATEWAY_ROUTES),
  ENGINE(false, Grammar.IDLE, Grammar.SCHEDULING),
  SYNC(
      false,
      Grammar.BIND,
      Grammar.PEERS,
      Grammar.CLUSTER,
      Grammar.KEY,
      Grammar.TRANSPORT,
      Grammar.SYNC_PORT,
      Grammar.WITNESS),
  ADMIN(
      false,
      Grammar.ADMIN_SOCKET,
      Grammar.ADMIN_LISTEN,
      Grammar.TOKEN,
      Grammar.CERTIFICATE,
      Grammar.TLS_KEY,
      Grammar.CONNECTIONS,
      Grammar.RATE),
  EVENTS(
      false,
      Grammar.SINK_FILE,
      Grammar.SINK_SYSLOG,
      Grammar.SINK_WEBHOOK,
      Grammar.SINK_BLOCKLIST,
      Grammar.SINK_NFTSET,
      Grammar.SINK_STIX,
      Grammar.GEOIP,
      Grammar.ASN);

  private final boolean registrable;
  private final List<Field<?>> fields;
  private final Vocabulary directives;

  SectionKind(boolean registrable, Field<?>... fields) {
    this.registrable = registrable;
    this.fields = List.of(fields);
    List<String> words = new ArrayList<>();
    for (Field<?> field : fields) {
      for (String spelling : field.words()) {
        String first = spelling.split(" ")[0];
        if (!words.contains(first)) {
          words.add(first);
        }
      }
    }
    directives = new Vocabulary(words);
  }

  static Optional<SectionKind> named(String word) {
    return Arrays.stream(values()).filter(kind -> kind.word().equals(word)).findFirst();
  }

  /// The kind whose sections `register` and `enable` call by this word, such as `networks`.
  static Optional<SectionKind> registrable(String plural) {
    return Arrays.stream(values())
        .filter(kind -> kind.registrable && kind.plural().equals(plural))
        .findFirst();
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  String plural() {
    return word() + "s";
  }

  boolean isRegistrable() {
    return registrable;
  }

  /// Whether several sections of the kind can be told apart by a number.
  boolean isNumbered() {
    return this != SYNC && this != ENGINE && this != ADMIN && this != EVENTS;
  }

  /// The first words of its directives.
  Vocabulary directives() {
    return directives;
  }

  /// Its directives.
  List<Field<?>> fields() {
    return fields;
  }

  Optional<Field<?>> field(String spelling) {
    return fields.stream().filter(field -> field.words().contains(spelling)).findFirst();
  }
}
