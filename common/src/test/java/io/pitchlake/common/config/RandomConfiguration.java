package io.pitchlake.common.config;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Makes files that are right: every directive, with random values, present or not by chance. A
/// directive that is added to the language is added here.
final class RandomConfiguration {
  private static final List<String> NAMES =
      List.of(
          "eth0",
          "\"two words\"",
          "\"say \\\"x\\\"\"",
          "\"back\\\\slash\"",
          "\"real\"",
          "ü",
          "\"$${no} variable\"");

  private final RandomGenerator random;
  private final StringBuilder text = new StringBuilder();

  private RandomConfiguration(RandomGenerator random) {
    this.random = random;
  }

  /// One file.
  static String text(RandomGenerator random) {
    RandomConfiguration file = new RandomConfiguration(random);
    file.write();
    return file.text.toString();
  }

  private void write() {
    maybe("hostname " + name() + "\n");
    if (random.nextBoolean()) {
      text.append("modules vrrp,arp,ping,hc,master,").append(oneOf("tarpit,slb,rt", "tarpit,slb"));
      text.append('\n');
    }
    int networks = 1 + random.nextInt(3);
    int targets = random.nextInt(4);
    int servers = targets == 0 ? 0 : random.nextInt(3);
    int gateways = random.nextInt(3);
    for (int i = 1; i <= networks; i++) {
      text.append("interface %d { ".formatted(i));
      text.append(
          random.nextInt(3) == 0
              ? "subnet 10.%d.0.0/%d ".formatted(i, 16 + any(8))
              : "name eth%d ".formatted(i + random.nextInt(2) * 10));
      maybe("wait " + oneOf("on", "off"));
      maybe("access " + oneOf("auto", "xdp", "ring", "pcap"));
      text.append(" }\n");
      network(i);
    }
    if (random.nextBoolean()) {
      vrrp(networks, servers);
    }
    IntStream.rangeClosed(1, targets).forEach(this::target);
    IntStream.rangeClosed(1, servers).forEach(i -> server(i, targets));
    IntStream.rangeClosed(1, gateways)
        .forEach(i ->
            text.append(
                "gateway %d { ipaddr 10.1.0.%d %s}\n"
                    .formatted(i, 200 + any(9), oneOf("", "route 10.7.0.0/16,10.8.0.0/16 "))));
    engineAndSync();
    if (random.nextBoolean()) {
      events();
    }
    lists();
    settings();
    register("networks", networks);
    register("servers", servers);
    register("targets", targets);
    register("gateways", gateways);
  }

  private void network(int id) {
    text.append("network %d { ".formatted(id));
    maybe("name " + name());
    int family = id == 1 ? 2 : random.nextInt(3);
    if (family != 1) {
      int length = 16 + random.nextInt(8);
      maybe("addr 10.%d.0.0 ".formatted(id));
      text.append("mask %d real 10.%d.0.%d ".formatted(length, id, 1 + any(50)));
      text.append("virt 10.%d.0.%d ".formatted(id, 60 + any(50)));
    }
    if (family != 0) {
      maybe("addr6 2001:db8:%d::/64".formatted(id));
      text.append("mask6 64 real6 2001:db8:%d::%d ".formatted(id, 1 + any(50)));
      text.append("virt6 2001:db8:%d::%d ".formatted(id, 60 + any(50)));
    }
    maybe("syncpeer 10.%d.1.1,10.%d.1.2 syncpeer 10.9.9.%d".formatted(id, id, any(250)));
    maybe("tarpit " + oneOf("enable", "disable"));
    maybe("tarpit mode " + oneOf("hang", "persist", "throttle", "reset"));
    maybe("tarpit mode " + oneOf("hang", "persist") + " ports 22,80-%d".formatted(80 + any(99)));
    maybe("tarpit mode throttle ports %d tarpit mode reset ports 1".formatted(1000 + any(99)));
    maybe("personas " + oneOf("on", "off", "linux, printer %d , bsd".formatted(1 + any(900))));
    maybe("decoymac " + oneOf("virtual", "vendor"));
    maybe("vlan " + (1 + any(4000)));
    maybe(oneOf("route enable", "nat enable"));
    text.append("interface %d }\n".formatted(id));
  }

  private void vrrp(int networks, int servers) {
    text.append("vrrp %d { vrid %d ".formatted(1 + any(9), 1 + any(254)));
    text.append("network " + upTo(networks) + " ");
    maybe("priority " + (1 + any(253)));
    maybe(oneOf("advert " + 10 * (1 + any(400)) + "ms", "version 2 advert " + (1 + any(39)) + "s"));
    maybe("preempt " + oneOf("on", "off"));
    maybe("preemptdelay " + any(900) + "s");
    maybe("peers 10.1.0.%d,10.1.0.%d".formatted(1 + any(50), 60 + any(50)));
    maybe("checksum " + oneOf("pseudo", "message"));
    maybe("track link " + oneOf("on", "off"));
    maybe("track lag %dms %s".formatted(10 + any(900), oneOf("fault", "" + (1 + any(250)))));
    if (servers > 0) {
      maybe(
          "track server %d %s"
              .formatted(1 + random.nextInt(servers), oneOf("fault", "" + (1 + any(250)))));
    }
    text.append(" }\n");
  }

  private void target(int id) {
    text.append("target %d { ipaddr 10.1.0.%d ".formatted(id, 120 + id + 10 * any(5)));
    maybe("name " + name());
    maybe("port 80");
    maybe(oneOf("weight " + (1 + any(999)) + " maintenance", "weight " + any(999), "drain"));
    maybe("backup");
    maybe("slowstart " + oneOf("30", "1.5s", "2m"));
    maybe(oneOf("maxsessions 0", "maxsessions " + (1 + any(9)), "maxsessions 10 hardmax 12"));
    maybe("priority " + any(9));
    maybe("arp %s,%s".formatted(oneOf("1", "1.5s", "250ms"), oneOf("3", "1m")));
    maybe("ping %s,%s".formatted(oneOf("1", "0.25s"), oneOf("3", "4s")));
    maybe("tcpopen %d,1,%d tcpopen 443,2,20".formatted(1 + any(65_000), 1 + any(60)));
    maybe("udp %d,%d,%d".formatted(1 + any(65_000), 1 + any(59), 60 + any(9)));
    maybe("agent %d,%d,%d".formatted(1 + any(65_000), 1 + any(9), 10 + any(60)));
    if (random.nextBoolean()) {
      text.append("dns %d,%d,%d ".formatted(1 + any(99), 1 + any(9), 10 + any(9)));
      text.append(oneOf(". ", "example.org ", "a-b._tcp.example. ", "\"ping\" "));
      maybe("type " + oneOf("a", "aaaa", "ns", "soa", "txt", "mx", "ptr"));
      maybe("rcode " + oneOf("noerror", "nxdomain,refused", "servfail"));
    }
    if (random.nextBoolean()) {
      text.append("http %d,%d,%d ".formatted(1 + any(99), 1 + any(9), 10 + any(9)));
      request();
    }
    if (random.nextBoolean()) {
      text.append("https %d,%d,%d ".formatted(1 + any(99), 1 + any(9), 10 + any(9)));
      maybe("sni " + oneOf("www.example.org", "\"name\""));
      maybe("verify " + oneOf("on", "off"));
      request();
    }
    if (random.nextBoolean()) {
      text.append("script %d,%d /bin/%s ".formatted(1 + any(9), 10 + any(9), oneOf("a", "b")));
      maybe(oneOf("-x", "\"rise\" \"two words\"", "\"a,b\" 7"));
    }
    maybe("rise " + (1 + any(99)));
    maybe("fall " + (1 + any(99)));
    maybe("fastinterval " + oneOf("20ms", "0.1s"));
    maybe("aliascheck " + oneOf("auto", "echo", "off"));
    text.append(" }\n");
  }

  private void request() {
    maybe("path " + oneOf("/", "/health?a=b", "\"/a{b}\""));
    maybe("host " + oneOf("www.example.org", "\"real\""));
    maybe("status " + oneOf("200", "200,301-302", "404"));
    maybe("expect " + oneOf("ok", "\"all is well\""));
  }

  private void server(int id, int targets) {
    text.append("server %d { ipaddr 10.1.0.%d ".formatted(id, 180 + id + 4 * any(4)));
    maybe("name " + name());
    text.append(
        oneOf(
            "port 80 dsr enable ",
            "port 80 nat enable snat enable ",
            "port any dsr disable snat disable ",
            ""));
    maybe("protocol " + oneOf("tcp", "udp", "any"));
    String own = upTo(targets);
    int count = own.split(",").length;
    text.append("targets ").append(own).append(' ');
    maybe("quorum " + oneOf("1", "" + count, count + ",1"));
    maybe("scheduler " + oneOf("maglev", "rr", "wrr", "random", "hash", "first"));
    maybe("persistence %d,%d %s".formatted(any(32), any(128), oneOf("60", "1.5s", "2h")));
    maybe("client_acl 7");
    if (count < targets) {
      maybe(oneOf("backup", "emergency", "abuse") + " " + targets);
    }
    text.append(" }\n");
  }

  private void engineAndSync() {
    maybe(
        "engine { idle %s scheduling %s }\n"
            .formatted(oneOf("busy", "adaptive", "poll"), oneOf("fifo", "normal")));
    if (random.nextBoolean()) {
      text.append("admin { ");
      maybe("socket " + oneOf("auto", "off", "/run/x.sock", "\"/run/a b\""));
      maybe("listen " + oneOf("auto", "off", "127.0.0.1", "127.0.0.%d:99".formatted(any(250))));
      maybe("token \"/etc/a token\"");
      maybe("certificate /etc/c.pem key /etc/k.pem");
      maybe("connections " + (1 + any(1000)));
      maybe("rate " + (1 + any(9999)));
      text.append("}\n");
    }
    if (random.nextBoolean()) {
      text.append("sync { ");
      maybe("cluster " + name());
      maybe("port %d".formatted(1 + any(9)));
      if (random.nextBoolean() && text.indexOf("advert ") < 0) {
        text.append(
            "bind 10.0.0.%d peers 10.0.0.4 key \"/etc/k\" witness 10.0.1.%d "
                .formatted(any(250), any(250)));
      } else {
        maybe("bind 10.0.0.%d".formatted(any(250)));
        if (random.nextBoolean()) {
          text.append("key \"/etc/a key %d\" ".formatted(any(9)));
          if (random.nextBoolean()) {
            text.append("peers 10.0.0.1,10.0.0.%d ".formatted(2 + any(250)));
            maybe("transport " + oneOf("tcp", "udp"));
          }
        }
      }
      text.append("}\n");
    }
  }

  private void events() {
    text.append("events { ");
    if (random.nextBoolean()) {
      text.append("file ").append(oneOf("/var/log/e.json ", "\"/a b/events\" "));
      maybe("format " + oneOf("json", "cef", "line"));
      maybe("size " + oneOf("4096", "64k", "2g"));
      maybe("keep " + any(999));
      intake();
    }
    if (random.nextBoolean()) {
      text.append("syslog ").append(oneOf("192.0.2.%d ", "[2001:db8::%d]:99 ").formatted(any(250)));
      maybe("format " + oneOf("json", "cef", "line"));
      if (random.nextBoolean()) {
        text.append("transport tls ");
        maybe("ca /etc/ca.pem");
        maybe("name " + oneOf("logs.example.org", "\"real\""));
        maybe("certificate /etc/c.pem key \"/etc/a key\"");
      } else {
        maybe("transport " + oneOf("udp", "tcp"));
      }
      intake();
    }
    if (random.nextBoolean()) {
      text.append("webhook ").append(oneOf("http://h/ ", "\"https://h.example/x?y=z\" "));
      maybe("secret /etc/secret");
      maybe("ca /etc/ca.pem");
      maybe("debounce " + oneOf("0", "90s", "1h"));
      maybe("giveup " + oneOf("1.5s", "2h"));
      intake();
    }
    for (String kind : List.of("blocklist", "nftset", "stix")) {
      if (random.nextBoolean()) {
        text.append("%s /var/lib/%s%d ".formatted(kind, kind, any(9)));
        maybe("timeout " + oneOf("10s", "1h", "72h"));
        maybe("threshold " + (1 + any(99)));
        maybe("traps " + oneOf("arp", "echo,tcp", "udp,tcp,arp"));
        maybe("acl 7");
        maybe("most " + (1 + any(99_999)));
        maybe("queue " + (1 + any(99_999)));
      }
    }
    maybe("geoip \"/usr/share/Geo IP/city.mmdb\"");
    maybe("asn /usr/share/asn.mmdb");
    text.append("}\n");
  }

  private void intake() {
    maybe("only " + oneOf("trap", "trap,address", "router,sync,target"));
    maybe("queue " + (1 + any(99_999)));
  }

  private void lists() {
    maybe("arp 10.1.0.1\narp 2001:db8::/%d,10.0.0.0/%d\n".formatted(any(32), any(8)));
    for (int i = 0; i < random.nextInt(4); i++) {
      String action = oneOf("permit", "deny");
      text.append("acl %d %s 10.%d.0.0/16\n".formatted(1 + any(2), action, any(99)));
    }
    text.append("acl 7 permit 10.7.0.0/16\n");
    int acl = text.indexOf("acl 1 ") >= 0 ? 1 : text.indexOf("acl 2 ") >= 0 ? 2 : 0;
    if (acl > 0) {
      maybe("tarpit_acl " + acl + "\n");
    }
    maybe("syslog " + oneOf("off", "local", "192.0.2.1", "[2001:db8::9]:5514") + "\n");
  }

  private void settings() {
    for (Setting setting : Setting.values()) {
      // Translation, routing and elections, which most of these ask for, want one engine.
      if (setting != Setting.ENGINES && random.nextInt(4) == 0) {
        long value = random.nextLong(setting.minimum(), setting.maximum() + 1);
        text.append("set %s %d\n".formatted(setting.word(), value));
      }
    }
  }

  private void register(String group, int count) {
    if (count > 0 && random.nextBoolean()) {
      text.append("register %s %s\n".formatted(group, upTo(count)));
      maybe("enable " + group + " 1\n");
    }
  }

  private String upTo(int count) {
    return IntStream.rangeClosed(1, 1 + any(count - 1))
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(","));
  }

  private void maybe(String words) {
    if (random.nextBoolean()) {
      text.append(words).append(' ');
    }
  }

  private String name() {
    return NAMES.get(random.nextInt(NAMES.size()));
  }

  private String oneOf(String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  /// 0 to `most`.
  private int any(int most) {
    return random.nextInt(most + 1);
  }

  /// The configurations of `count` files.
  static List<Configuration> configurations(RandomGenerator random, int count) {
    List<Configuration> made = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String file = text(random);
      ParseResult result = ConfigParser.parse("random", file);
      made.add(
          result
              .configuration()
              .orElseThrow(() -> new AssertionError(result.errors() + " in\n" + file)));
    }
    return made;
  }
}
