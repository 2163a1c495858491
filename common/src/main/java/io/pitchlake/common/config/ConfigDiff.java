package io.pitchlake.common.config;

import io.pitchlake.common.config.Configuration.Network;
import io.pitchlake.common.config.Configuration.Server;
import io.pitchlake.common.config.Configuration.Target;
import io.pitchlake.common.net.IpAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// What changes from one configuration to another, in words, and what of it a node that runs cannot
/// do. It compares what [ConfigWriter] writes, so that no directive can be overlooked; what can
/// only be done at the start is listed here, everything else is applied.
public final class ConfigDiff {
  private static final String RESTART = "; restart for it";

  /// Sections and directives that are read once.
  private static final Map<String, String> FIXED =
      Map.of(
          "hostname", "the name is given to syslog at the start",
          "modules", "the chain is built at the start",
          "syslog", "the way to syslog is opened at the start",
          "engine", "engines start with their way to wait",
          "interface", "interfaces are opened at the start",
          "vrrp", "routers are set up at the start",
          "sync", "the peers are joined at the start",
          "admin", "the ways to the operator are opened at the start");

  /// What a server or target is: flows are kept under its number.
  private static final Map<SectionKind, Set<String>> IDENTITY =
      Map.of(
          SectionKind.SERVER, Set.of("ipaddr", "port", "protocol", "dsr"),
          SectionKind.TARGET, Set.of("ipaddr", "port"));

  /// One change.
  ///
  /// @param what such as `target 2: 'weight 1' becomes 'weight 3'`
  /// @param refusal why a node that runs cannot do it and what to do instead; empty when it can
  public record Change(String what, Optional<String> refusal) {
    /// Both in one line.
    @Override
    public String toString() {
      return refusal.map(why -> what + ": " + why).orElse(what);
    }
  }

  private final Configuration before;
  private final Configuration after;
  private final List<Change> changes = new ArrayList<>();

  private ConfigDiff(Configuration before, Configuration after) {
    this.before = before;
    this.after = after;
  }

  /// Every change; empty when the two mean the same.
  public static List<Change> between(Configuration before, Configuration after) {
    ConfigDiff diff = new ConfigDiff(before, after);
    diff.compare();
    return List.copyOf(diff.changes);
  }

  private void compare() {
    Map<String, Map<String, List<String>>> old = bySection(before);
    Map<String, Map<String, List<String>>> young = bySection(after);
    Set<String> sections = new LinkedHashSet<>(old.keySet());
    sections.addAll(young.keySet());
    for (String section : sections) {
      if (!section.isEmpty() && !old.containsKey(section)) {
        add(section + " is new", refusal(section, ""));
      } else if (!section.isEmpty() && !young.containsKey(section)) {
        add(section + " is gone", refusal(section, ""));
      } else {
        section(
            section, old.getOrDefault(section, Map.of()), young.getOrDefault(section, Map.of()));
      }
    }
    openInterfaces();
    steering();
    syncPeers();
  }

  private static Map<String, Map<String, List<String>>> bySection(Configuration configuration) {
    Map<String, Map<String, List<String>>> sections = new LinkedHashMap<>();
    for (Statement statement : ConfigWriter.statements(configuration)) {
      sections
          .computeIfAbsent(statement.section(), s -> new LinkedHashMap<>())
          .computeIfAbsent(statement.word(), w -> new ArrayList<>())
          .add(statement.text());
    }
    return sections;
  }

  private void section(
      String section, Map<String, List<String>> old, Map<String, List<String>> young) {
    Set<String> words = new LinkedHashSet<>(old.keySet());
    words.addAll(young.keySet());
    for (String word : words) {
      String was = String.join(" ", old.getOrDefault(word, List.of()));
      String is = String.join(" ", young.getOrDefault(word, List.of()));
      if (!was.equals(is)) {
        String change =
            was.isEmpty()
                ? "'" + is + "' is new"
                : is.isEmpty() ? "'" + was + "' is gone" : "'" + was + "' becomes '" + is + "'";
        add((section.isEmpty() ? "" : section + ": ") + change, refusal(section, word));
      }
    }
  }

  private void add(String what, Optional<String> refusal) {
    changes.add(new Change(what, refusal));
  }

  /// @param section empty at top level
  /// @param word empty for a whole section
  private Optional<String> refusal(String section, String word) {
    String kind = section.isEmpty() ? word : section.split(" ")[0];
    String fixed = FIXED.get(kind);
    if (fixed != null) {
      return Optional.of(fixed + RESTART);
    }
    if (section.isEmpty() && word.startsWith("set ")) {
      return Setting.named(word.substring("set ".length()))
          .filter(Setting::isFixedAtStart)
          .map(setting -> "tables and threads are laid out at the start" + RESTART);
    }
    Optional<SectionKind> identified =
        SectionKind.named(kind).filter(IDENTITY::containsKey).filter(k -> !section.isEmpty());
    if (identified.isEmpty() || !IDENTITY.get(identified.get()).contains(word)) {
      return Optional.empty();
    }
    int id = Integer.parseInt(section.substring(section.indexOf(' ') + 1));
    return runsInBoth(identified.get(), id)
        ? Optional.of(
            "flows are kept under the number of their %1$s, so it must stay the same one; write the other as a %1$s with a number of its own"
                .formatted(kind))
        : Optional.empty();
  }

  private boolean runsInBoth(SectionKind kind, int id) {
    return switch (kind) {
      case SERVER -> runningServers(before).contains(id) && runningServers(after).contains(id);
      case TARGET ->
          before.runningTargets().containsKey(id) && after.runningTargets().containsKey(id);
      default -> false;
    };
  }

  private static Set<Integer> runningServers(Configuration configuration) {
    Set<Integer> running = new LinkedHashSet<>(configuration.registered().servers());
    running.retainAll(configuration.enabled().servers());
    return running;
  }

  /// A network can only run where a port is open.
  private void openInterfaces() {
    Set<Integer> open =
        runningNetworks(before).stream()
            .flatMap(network -> network.interfaces().stream())
            .collect(Collectors.toSet());
    for (Network network : runningNetworks(after)) {
      int link = network.interfaces().getFirst();
      if (!open.contains(link)) {
        add(
            "network " + network.id() + " runs on interface " + link,
            Optional.of("no network has run there, so it is not open" + RESTART));
      }
    }
  }

  private static List<Network> runningNetworks(Configuration configuration) {
    return configuration.networks().values().stream()
        .filter(network -> configuration.registered().networks().contains(network.id()))
        .filter(network -> configuration.enabled().networks().contains(network.id()))
        .toList();
  }

  /// Of several engines the kernel gives frames for servers' addresses to the one that the client's
  /// address falls to, by a program that is loaded with the sockets.
  private void steering() {
    boolean single = before.settings().get(Setting.ENGINES) == 1;
    if (!single && !serverAddresses(before).equals(serverAddresses(after))) {
      add(
          "the addresses of servers change",
          Optional.of("with several engines the kernel is told of them at the start" + RESTART));
    }
  }

  /// Those that a network names, as a change of `sync` is refused already.
  private void syncPeers() {
    if ((before.replicates() || after.replicates())
        && before.sync().equals(after.sync())
        && !before.syncPeers().equals(after.syncPeers())) {
      add("the sync peers change", Optional.of(FIXED.get("sync") + RESTART));
    }
  }

  private static Set<IpAddress> serverAddresses(Configuration configuration) {
    return configuration.servers().values().stream()
        .map(Server::address)
        .collect(Collectors.toSet());
  }

  /// The targets that run before and not after: they get no new flows, and may keep those they
  /// have.
  public static List<Target> leaving(Configuration before, Configuration after) {
    Set<Integer> staying = after.runningTargets().keySet();
    return before.runningTargets().values().stream()
        .filter(target -> !staying.contains(target.id()))
        .toList();
  }
}
