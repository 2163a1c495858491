package io.pitchlake.common.config;

import io.pitchlake.common.config.Configuration.Sync;
import io.pitchlake.common.config.Configuration.SyncTransport;
import io.pitchlake.common.net.IpAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What replication needs: a key, somebody to talk to, addresses of one family, and one engine.
final class SyncCheck {
  private static final int LONGEST_CLUSTER = 64;
  private static final Duration SLOWEST_WITNESSED = Duration.ofSeconds(1);
  private static final String KEY_REMEDY =
      "make one with 'head -c 32 /dev/urandom > FILE', chmod 600 it, copy it to every node and write"
          + " 'key FILE'";

  private final Draft draft;
  private final Problems problems;

  SyncCheck(Draft draft, Problems problems) {
    this.draft = draft;
    this.problems = problems;
  }

  Optional<Sync> check() {
    Optional<Section> section = draft.only(SectionKind.SYNC);
    syncPeers(section);
    section.ifPresent(this::section);
    section.filter(sync -> sync.has(Grammar.WITNESS)).ifPresent(this::witness);
    return section.map(SyncCheck::sync);
  }

  private static Sync sync(Section section) {
    return new Sync(
        section.value(Grammar.BIND),
        section.value(Grammar.PEERS).orElse(List.of()),
        section.value(Grammar.CLUSTER),
        section.value(Grammar.KEY),
        section.value(Grammar.TRANSPORT).orElse(SyncTransport.TCP),
        section.value(Grammar.SYNC_PORT).orElse(Sync.DEFAULT_PORT),
        section.value(Grammar.WITNESS));
  }

  private void section(Section section) {
    boolean udp = section.value(Grammar.TRANSPORT).orElse(SyncTransport.TCP) == SyncTransport.UDP;
    boolean named = draft.all(SectionKind.NETWORK).stream().anyMatch(this::hasPeers);
    boolean asks = !section.placed(Grammar.PEERS).isEmpty() || udp;
    if (asks && !section.has(Grammar.KEY)) {
      problems.error(
          section.head(),
          section.title(),
          "has no key, and nobody is let in without one",
          KEY_REMEDY);
    }
    if (udp && !named && !section.has(Grammar.PEERS) && !section.has(Grammar.BIND)) {
      problems.error(
          section.at(Grammar.TRANSPORT),
          "needs 'bind' where no peer is named",
          "write 'bind' with this host's address on the sync link");
    }
    if (asks || named && section.has(Grammar.KEY)) {
      oneEngine(section.head(), section.title());
    } else if (section.has(Grammar.BIND) && !section.has(Grammar.PEERS)) {
      problems.warning(
          section.at(Grammar.BIND),
          "has no effect, as there is nobody to talk to",
          "write 'peers' with the addresses of the other nodes");
    }
    section.placed(Grammar.PEERS).forEach(peers -> oneFamily(peers, section.value(Grammar.BIND)));
    section
        .placed(Grammar.CLUSTER)
        .forEach(name -> {
          if (name.value().length() > LONGEST_CLUSTER) {
            problems.error(
                name.at(),
                "is longer than a cluster's name may be",
                "write at most " + LONGEST_CLUSTER + " characters");
          }
        });
  }

  /// A witness decides between nodes that share a key, and its leases are short.
  private void witness(Section sync) {
    if (!sync.has(Grammar.BIND) || !sync.has(Grammar.PEERS) || !sync.has(Grammar.KEY)) {
      problems.error(
          sync.at(Grammar.WITNESS),
          "witness",
          "needs bind, peers and key in sync",
          "write them, for it decides between nodes that hear each other there and share a key");
    }
    for (Section vrrp : draft.all(SectionKind.VRRP)) {
      if (vrrp.value(Grammar.ADVERT).orElse(ConfigCheck.DEFAULT_ADVERT).compareTo(SLOWEST_WITNESSED)
          > 0) {
        problems.error(
            vrrp.at(Grammar.ADVERT),
            "advert",
            "is longer than a witness can wait for",
            "write 1s or less, or take 'witness' out of sync");
      }
    }
  }

  /// Whether a network names peers and runs.
  private boolean hasPeers(Section network) {
    return draft.enabled(SectionKind.NETWORK).containsKey(network.id())
        && !network.placed(Grammar.SYNC_PEERS).isEmpty();
  }

  /// The seeds' form, which has no key.
  private void syncPeers(Optional<Section> sync) {
    boolean keyed = sync.filter(section -> section.has(Grammar.KEY)).isPresent();
    Optional<IpAddress> bind = sync.flatMap(section -> section.value(Grammar.BIND));
    boolean overruled = sync.filter(section -> section.has(Grammar.PEERS)).isPresent();
    for (Section network : draft.all(SectionKind.NETWORK)) {
      if (overruled || !hasPeers(network)) {
        continue;
      }
      if (!keyed) {
        problems.warning(
            network.at(Grammar.SYNC_PEERS),
            "syncpeer",
            "has no effect without a key, as nobody is let in without one",
            KEY_REMEDY.replace("'key FILE'", "'sync { key FILE }'"));
      }
      network.placed(Grammar.SYNC_PEERS).forEach(peers -> oneFamily(peers, bind));
    }
  }

  /// A socket is bound to an address of one family and reaches that family alone.
  private void oneFamily(Placed<List<IpAddress>> peers, Optional<IpAddress> bind) {
    boolean ipv4 = bind.orElse(peers.value().getFirst()).isIpv4();
    peers.value().stream()
        .filter(peer -> peer.isIpv4() != ipv4)
        .findFirst()
        .ifPresent(peer ->
            problems.error(
                peers.at(),
                peer.toString(),
                "is not of the family of " + bind.orElse(peers.value().getFirst()),
                "give all nodes sync addresses of one family"));
  }

  /// Replicated is one engine's table.
  private void oneEngine(Token at, String what) {
    if (draft.hasSeveralEngines()) {
      problems.error(
          at,
          what,
          "needs a node with one engine, whose tables are the ones that are replicated",
          "write 'set engines 1', or take the peers out");
    }
  }
}
