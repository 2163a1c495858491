package io.pitchlake.node.event.sink;

import io.pitchlake.common.config.Configuration.Syslog;
import io.pitchlake.common.config.SinkPlan;
import io.pitchlake.common.config.SinkPlan.Format;
import io.pitchlake.common.config.SinkPlan.ToFile;
import io.pitchlake.common.config.SinkPlan.ToList;
import io.pitchlake.common.config.SinkPlan.ToSyslog;
import io.pitchlake.common.config.SinkPlan.ToWebhook;
import io.pitchlake.common.config.SinkPlan.Topic;
import io.pitchlake.common.config.SinkPlan.Transport;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// Makes sinks as the configuration plans them. Files with keys are read here, once; connections
/// are made when there is something to say.
final class SinkFactory {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final SinkWorld world;
  private final Spared spared;
  private final SyslogFormat syslog;
  private final long startMillis;

  SinkFactory(SinkWorld world, Spared spared) {
    this.world = world;
    this.spared = spared;
    this.syslog =
        new SyslogFormat(
            world.observer().hostName(), ProcessHandle.current().pid(), ZoneId.systemDefault());
    this.startMillis = world.clock().wallMillis();
  }

  Backoff backoff() {
    return new Backoff(FIRST_PAUSE, LONGEST_PAUSE, world.random());
  }

  /// What the top-level directive `syslog` says.
  Optional<Sink> syslog(Syslog place) {
    Optional<SyslogWire> wire =
        switch (place) {
          case Syslog.Off() -> Optional.empty();
          case Syslog.Local() -> Optional.of(new LocalSyslog(syslog, world.syslogSocket()));
          case Syslog.Remote(var address, int port) ->
              Optional.of(new UdpSyslog(syslog, new InetSocketAddress(address.inet(), port)));
        };
    return wire.map(to -> new SyslogSink(to, event -> event.event().line()));
  }

  /// @throws SinkException a file that the plan names is missing or not what it should be
  Sink of(SinkPlan plan) throws SinkException {
    return switch (plan) {
      case ToFile file -> new FileSink(file, text(file.format()));
      case ToSyslog collector -> new SyslogSink(wire(collector), text(collector.format()));
      case ToWebhook webhook -> webhook(webhook);
      case ToList list ->
          new ListSink(
              list, form(list), address -> spared.test(address, list.acl()), world.clock());
    };
  }

  static Set<Topic> topicsOf(SinkPlan plan) {
    return switch (plan) {
      case ToFile file -> file.intake().topics();
      case ToSyslog collector -> collector.intake().topics();
      case ToWebhook webhook -> webhook.intake().topics();
      case ToList _ -> EnumSet.of(Topic.TRAP);
    };
  }

  private EventText text(Format format) {
    return switch (format) {
      case JSON -> new EcsJson(world.observer());
      case CEF -> new CommonEventFormat(world.observer());
      case LINE -> event -> event.event().line();
    };
  }

  private SyslogWire wire(ToSyslog plan) throws SinkException {
    InetSocketAddress collector = new InetSocketAddress(plan.address().inet(), plan.port());
    if (plan.transport() == Transport.UDP) {
      return new UdpSyslog(syslog, collector);
    }
    Optional<TlsClient> tls =
        plan.transport() == Transport.TLS
            ? Optional.of(
                TlsClient.of(
                    plan.ca(),
                    plan.certificate(),
                    plan.key(),
                    plan.name().orElse(plan.address().toString())))
            : Optional.empty();
    return new StreamSyslog(syslog, collector, tls);
  }

  private Sink webhook(ToWebhook plan) throws SinkException {
    Optional<Signature> signature =
        plan.secret().isPresent()
            ? Optional.of(Signature.of(plan.secret().get()))
            : Optional.empty();
    TlsClient tls =
        TlsClient.of(plan.ca(), Optional.empty(), Optional.empty(), plan.url().getHost());
    return new WebhookSink(
        plan,
        signature,
        tls,
        new EcsJson(world.observer()),
        world.clock(),
        world.random().nextLong());
  }

  private ListFormat form(ToList plan) {
    return switch (plan.listing()) {
      case BLOCKLIST -> new PlainList();
      case NFTSET -> new NftScript(plan.most());
      case STIX -> new StixBundle(world.observer(), startMillis);
    };
  }
}
