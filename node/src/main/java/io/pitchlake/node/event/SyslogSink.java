package io.pitchlake.node.event;

import io.pitchlake.common.config.Configuration.Syslog;
import io.pitchlake.common.time.Clock;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The tarpit's lines on their way to syslog. Never waits: a daemon that is gone or busy costs the
/// lines it misses, which are counted, and the next line tries again. The log hears of it when that
/// begins and when it ends.
///
/// [#accept] belongs to the event thread, the counts may be read from any.
public final class SyslogSink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("pitchlake");

  private final SyslogWire wire;
  private final Clock clock;
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong lost = new AtomicLong();
  private boolean losing;

  SyslogSink(SyslogWire wire, Clock clock) {
    this.wire = wire;
    this.clock = clock;
  }

  /// The sink for what the configuration asks for; empty when it wants none.
  ///
  /// @param local the socket of this host's daemon
  /// @param hostName this node's name, for collectors
  public static Optional<SyslogSink> of(Syslog syslog, Path local, String hostName, Clock clock) {
    SyslogFormat format =
        new SyslogFormat(hostName, ProcessHandle.current().pid(), ZoneId.systemDefault());
    return switch (syslog) {
      case Syslog.Off() -> Optional.empty();
      case Syslog.Local() -> Optional.of(new SyslogSink(new LocalSyslog(format, local), clock));
      case Syslog.Remote(var address, int port) ->
          Optional.of(new SyslogSink(new UdpSyslog(format, address, port), clock));
    };
  }

  /// Sends one line, or counts it as lost.
  public void accept(String line) {
    if (wire.send(line, clock.wallMillis())) {
      sent.incrementAndGet();
      if (losing) {
        losing = false;
        LOG.info("syslog at {} takes lines again; {} are lost so far", wire.destination(), lost());
      }
      return;
    }
    lost.incrementAndGet();
    if (!losing) {
      losing = true;
      LOG.info(
          "syslog at {} takes no lines; they stand in this log alone until it does",
          wire.destination());
    }
  }

  /// Lines handed over.
  public long sent() {
    return sent.get();
  }

  /// Lines that could not be handed over.
  public long lost() {
    return lost.get();
  }

  @Override
  public void close() {
    wire.close();
  }
}
