package io.pitchlake.node;

import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.config.Configuration.Protocol;
import io.pitchlake.common.config.Configuration.Server;
import io.pitchlake.common.config.Configuration.Target;
import io.pitchlake.common.config.HealthCheck;
import io.pitchlake.common.config.HealthCheck.AliasCheck;
import io.pitchlake.common.config.HealthCheck.Policy;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.engine.HealthPlan;
import io.pitchlake.node.engine.HealthPlan.Alias;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Makes the [HealthPlan] of each target: its own checks, and for servers by direct server return
/// the probes of its aliases. Immutable; any thread.
final class HealthCompiler {
  private final Configuration configuration;

  HealthCompiler(Configuration configuration) {
    this.configuration = configuration;
  }

  HealthPlan plan(Target target) {
    Policy policy = target.health();
    Optional<HealthCheck> arp =
        policy.checks().stream().filter(HealthCheck.Arp.class::isInstance).findFirst();
    Duration interval = arp.map(HealthCheck::interval).orElse(seconds(Setting.TARGETARPINT));
    Duration timeout = arp.map(HealthCheck::timeout).orElse(seconds(Setting.TARGETARPTO));
    return new HealthPlan(
        interval.toNanos(),
        timeout.toNanos(),
        policy.checks().stream().filter(check -> !(check instanceof HealthCheck.Arp)).toList(),
        aliases(target, interval, timeout),
        policy.rise(),
        policy.fall(),
        policy.fastInterval().map(Duration::toNanos).orElse(0L));
  }

  private Duration seconds(Setting setting) {
    return Duration.ofSeconds(configuration.settings().get(setting));
  }

  /// One for each address, however many servers have it; asked for as often as its MAC.
  private List<Alias> aliases(Target target, Duration interval, Duration timeout) {
    Map<IpAddress, Alias> aliases = new LinkedHashMap<>();
    ViewCompiler.runningServers(configuration).stream()
        .filter(Server::dsr)
        .filter(server -> server.everyTarget().anyMatch(id -> id == target.id()))
        .forEach(server ->
            aliasCheck(server, target.health(), interval, timeout)
                .ifPresent(check ->
                    aliases.putIfAbsent(server.address(), new Alias(server.address(), check))));
    return List.copyOf(aliases.values());
  }

  /// By what the server's clients send, because a target may well filter the rest. Where that shows
  /// nothing (a server of every port, or of UDP whose targets have no `dns` check) nothing is sent,
  /// unless the file asks for echo requests.
  private static Optional<HealthCheck> aliasCheck(
      Server server, Policy policy, Duration interval, Duration timeout) {
    if (policy.alias() == AliasCheck.OFF) {
      return Optional.empty();
    }
    if (policy.alias() == AliasCheck.ECHO) {
      return Optional.of(new HealthCheck.Ping(interval, timeout));
    }
    return tcpPort(server, policy)
        .<HealthCheck>map(port -> new HealthCheck.TcpOpen(port, interval, timeout))
        .or(() ->
            policy.checks().stream()
                .filter(HealthCheck.Dns.class::isInstance)
                .map(HealthCheck.Dns.class::cast)
                .filter(dns -> server.protocol() != Protocol.TCP)
                .filter(dns -> server.port() == 0 || server.port() == dns.port())
                .findFirst()
                .map(dns ->
                    new HealthCheck.Dns(
                        dns.port(), interval, timeout, dns.name(), dns.type(), dns.accepted())));
  }

  /// The server's port, or for a server of every port the one that the target's own check opens.
  private static Optional<Integer> tcpPort(Server server, Policy policy) {
    if (server.protocol() == Protocol.UDP) {
      return Optional.empty();
    }
    return server.port() != 0
        ? Optional.of(server.port())
        : policy.checks().stream()
            .filter(HealthCheck.TcpOpen.class::isInstance)
            .map(HealthCheck::port)
            .findFirst();
  }
}
