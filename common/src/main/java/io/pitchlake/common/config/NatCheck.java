package io.pitchlake.common.config;

import io.pitchlake.common.config.Configuration.Network;
import io.pitchlake.common.config.Configuration.Server;
import io.pitchlake.common.config.Configuration.SourceNat;
import io.pitchlake.common.config.Configuration.Target;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.IpPrefix;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What address translation and routing need of the rest: the modules, in an order that works, an
/// address to stand behind, and one engine.
final class NatCheck {
  private final Draft draft;
  private final Problems problems;
  private final Map<Integer, Network> networks;
  private final Map<Integer, Server> servers;
  private final Map<Integer, Target> targets;

  NatCheck(
      Draft draft,
      Problems problems,
      Map<Integer, Network> networks,
      Map<Integer, Server> servers,
      Map<Integer, Target> targets) {
    this.draft = draft;
    this.problems = problems;
    this.networks = networks;
    this.servers = servers;
    this.targets = targets;
  }

  void check(List<String> modules) {
    order(modules);
    draft.all(SectionKind.NETWORK).forEach(section -> network(section, modules));
    draft.all(SectionKind.SERVER).forEach(section -> server(section, modules));
    draft.all(SectionKind.GATEWAY).forEach(this::gateway);
  }

  /// What is translated after it was routed would leave untranslated.
  private void order(List<String> modules) {
    int rt = modules.indexOf("rt");
    for (String module : List.of("tnat", "nat")) {
      if (draft.modulesUnderstood && rt >= 0 && modules.indexOf(module) > rt) {
        problems.error(
            draft.modules.at(),
            "modules",
            "lists rt before " + module + ", so packets would leave before they are translated",
            "write tnat,nat,rt at the end");
      }
    }
  }

  private void network(Section section, List<String> modules) {
    for (Field<Boolean> field : List.of(Grammar.ROUTE, Grammar.NAT)) {
      if (!section.value(field).orElse(false)) {
        continue;
      }
      String module = field.equals(Grammar.NAT) ? "nat" : "rt";
      String words = field.word() + " enable";
      needsModule(section.at(field), words, module, modules);
      oneEngine(section.at(field), words);
      Network network = networks.get(section.id());
      if (network.virt().isEmpty() && network.virt6().isEmpty()) {
        problems.error(
            section.at(field),
            words,
            "needs 'virt' or 'virt6', the address that stations have as their gateway",
            "write 'virt' with an unused address of " + section.title());
      }
    }
  }

  private void server(Section section, List<String> modules) {
    boolean dsr = section.value(Grammar.DSR).orElse(false);
    if (dsr) {
      for (Field<?> field : List.of(Grammar.NAT, Grammar.SNAT)) {
        boolean off = field.equals(Grammar.NAT) && !section.value(Grammar.NAT).orElse(true);
        if (section.value(field).isPresent() && !off) {
          problems.error(
              section.at(field),
              field.word(),
              "contradicts dsr enable, with which no address changes",
              "keep one of the two");
        }
      }
      return;
    }
    Server server = servers.get(section.id());
    if (server == null) {
      return;
    }
    needsModule(section.head(), section.title() + " without 'dsr enable'", "tnat", modules);
    oneEngine(section.head(), section.title() + " without 'dsr enable'");
    server
        .everyTarget()
        .map(targets::get)
        .filter(target -> target != null && target.address().isIpv4() == server.address().isIpv4())
        .forEach(target -> wayBack(section, server, target));
  }

  /// A target answers through the node: as its gateway, or because it hears from the node alone.
  private void wayBack(Section section, Server server, Target target) {
    for (Network network : networks.values()) {
      Optional<IpPrefix> block = target.address().isIpv4() ? network.prefix() : network.prefix6();
      Optional<IpAddress> virt = target.address().isIpv4() ? network.virt() : network.virt6();
      if (block.isPresent() && block.get().contains(target.address()) && virt.isEmpty()) {
        String word = target.address().isIpv4() ? "virt" : "virt6";
        problems.error(
            section.has(Grammar.SNAT) ? section.at(Grammar.SNAT) : section.head(),
            section.title(),
            "translates addresses, but network %d of target %d has no %s %s"
                .formatted(
                    network.id(),
                    target.id(),
                    word,
                    server.sourceNat() == SourceNat.ENABLE
                        ? "to talk to it from"
                        : "for its gateway"),
            "write '%s' with an unused address in network %d, or 'dsr enable'"
                .formatted(word, network.id()));
      }
    }
  }

  private void gateway(Section section) {
    section
        .value(Grammar.IPADDR)
        .filter(address ->
            networks.values().stream()
                .flatMap(n -> (address.isIpv4() ? n.prefix() : n.prefix6()).stream())
                .noneMatch(block -> block.contains(address)))
        .ifPresent(address ->
            problems.error(
                section.at(Grammar.IPADDR),
                address.toString(),
                "is in no network, so the node cannot reach it",
                "write an address of a network's block"));
    section.values(Grammar.GATEWAY_ROUTES).stream()
        .flatMap(List::stream)
        .filter(block ->
            section
                .value(Grammar.IPADDR)
                .filter(address -> address.isIpv4() != block.isIpv4())
                .isPresent())
        .forEach(block ->
            problems.error(
                section.at(Grammar.GATEWAY_ROUTES),
                block.toString(),
                "is of another address family than the gateway",
                "write a gateway of its own for each family"));
  }

  private void needsModule(Token at, String what, String module, List<String> modules) {
    if (!modules.contains(module)) {
      problems.warning(
          at,
          what,
          "has no effect, as the module " + module + " is not in the chain",
          "write tnat,nat,rt at the end of modules");
    }
  }

  /// A session's two directions would be steered to different engines.
  private void oneEngine(Token at, String what) {
    if (draft.hasSeveralEngines()) {
      problems.error(
          at,
          what,
          "needs both directions in one engine, but the file asks for several",
          "take 'set engines' out");
    }
  }
}
