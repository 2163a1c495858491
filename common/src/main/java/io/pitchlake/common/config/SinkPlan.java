package io.pitchlake.common.config;

import io.pitchlake.common.net.IpAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// Somewhere events go beside the log and `syslog`: one directive of `events { ... }`.
public sealed interface SinkPlan {
  /// Where a blocklist of any form counts attackers unless the file says otherwise.
  Set<Trap> DEFAULT_TRAPS = Set.of(Trap.TCP);

  /// How many events wait for it at most; further ones are dropped and counted.
  int queue();

  /// What events are about: `only trap,router`.
  enum Topic {
    /// Somebody met the tarpit.
    TRAP,
    /// An address was given back or held, or somebody claims one of the node's own.
    ADDRESS,
    /// Targets and servers.
    TARGET,
    /// Virtual routers.
    ROUTER,
    /// The sync link.
    SYNC
  }

  /// How an event is written: `format json`.
  enum Format {
    /// A JSON document of Elastic's Common Schema.
    JSON,
    /// ArcSight's Common Event Format.
    CEF,
    /// As in the log.
    LINE
  }

  /// What carries messages to a collector: `transport tls`.
  enum Transport {
    UDP,
    TCP,
    TLS
  }

  /// The form of a blocklist.
  enum Listing {
    /// An address per line.
    BLOCKLIST,
    /// A script for `nft -f` that fills two sets with timeouts.
    NFTSET,
    /// A STIX 2.1 bundle.
    STIX
  }

  /// What an attacker has met: `traps arp,tcp`.
  enum Trap {
    /// It asked for a simulated address by ARP or neighbour discovery.
    ARP,
    /// It has pinged one.
    ECHO,
    /// It has opened a connection to one.
    TCP,
    /// It has sent UDP to one.
    UDP
  }

  /// What a sink takes in.
  ///
  /// @param topics never empty
  /// @param queue how many events wait at most
  record Intake(Set<Topic> topics, int queue) {
    public static final int DEFAULT_QUEUE = 10_000;

    public Intake {
      topics = Set.copyOf(topics);
    }
  }

  /// `file PATH format json size 100m keep 9 only trap queue 10000`: appended to a file that is
  /// rotated.
  ///
  /// @param sizeBytes from which on the file is renamed and a new one begun
  /// @param keep how many renamed ones stay; 0: none
  record ToFile(Path path, Format format, long sizeBytes, int keep, Intake intake)
      implements SinkPlan {
    public static final long DEFAULT_SIZE_BYTES = 100L << 20;
    public static final int DEFAULT_KEEP = 9;

    @Override
    public int queue() {
      return intake.queue();
    }
  }

  /// `syslog ADDRESS[:PORT] transport tls ca FILE name NAME certificate FILE key FILE format cef`:
  /// RFC 5424 to a collector.
  ///
  /// @param ca who may have signed the collector's certificate, in PEM; empty: whom the Java
  ///   runtime trusts
  /// @param name the name in that certificate; empty: the address
  /// @param certificate and `key`: what this node shows the collector, in PEM
  record ToSyslog(
      IpAddress address,
      int port,
      Transport transport,
      Format format,
      Optional<Path> ca,
      Optional<String> name,
      Optional<Path> certificate,
      Optional<Path> key,
      Intake intake)
      implements SinkPlan {
    /// The port of RFC 5426 and, by custom, of TCP.
    public static final int DEFAULT_PORT = 514;

    /// The port of RFC 5425.
    public static final int DEFAULT_TLS_PORT = 6514;

    @Override
    public int queue() {
      return intake.queue();
    }
  }

  /// `webhook URL secret FILE ca FILE debounce 5m giveup 1h`: a POST per event.
  ///
  /// @param secret a file with the key of signatures; empty: nothing is signed
  /// @param debounce how long an attacker is not told of again; 0: each event is told
  /// @param giveUp how long an event is tried before it is given up
  record ToWebhook(
      URI url,
      Optional<Path> secret,
      Optional<Path> ca,
      Duration debounce,
      Duration giveUp,
      Intake intake)
      implements SinkPlan {
    public static final Duration DEFAULT_DEBOUNCE = Duration.ofMinutes(5);
    public static final Duration DEFAULT_GIVE_UP = Duration.ofHours(1);

    @Override
    public int queue() {
      return intake.queue();
    }
  }

  /// `blocklist PATH timeout 1h threshold 3 traps tcp acl 5 most 65536`, the same with `nftset` and
  /// `stix`: a file with those who attack now, written anew when that changes.
  ///
  /// @param timeout after an attacker's last event it is taken out
  /// @param threshold events within the timeout that bring it in
  /// @param acl the list that says who may be in it; empty: everybody but the nodes' own and what
  ///   the file names
  /// @param most attackers in it
  record ToList(
      Listing listing,
      Path path,
      Duration timeout,
      int threshold,
      Set<Trap> traps,
      Optional<Integer> acl,
      int most,
      int queue)
      implements SinkPlan {
    public static final Duration DEFAULT_TIMEOUT = Duration.ofHours(1);
    public static final int DEFAULT_THRESHOLD = 3;
    public static final int DEFAULT_MOST = 65_536;

    public ToList {
      traps = Set.copyOf(traps);
    }
  }
}
