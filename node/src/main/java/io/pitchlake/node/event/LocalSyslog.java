package io.pitchlake.node.event;

import java.nio.file.Path;

/// Messages to the syslog daemon of this host: datagrams to its Unix socket.
final class LocalSyslog implements SyslogWire {
  private final SyslogFormat format;
  private final Path path;
  private final UnixDatagrams datagrams;

  /// @param path the daemon's socket, at most 107 bytes
  LocalSyslog(SyslogFormat format, Path path) {
    this.format = format;
    this.path = path;
    datagrams = new UnixDatagrams(path.toString());
  }

  @Override
  public boolean send(String line, long wallMillis) {
    return datagrams.send(format.local(line, wallMillis));
  }

  @Override
  public String destination() {
    return path.toString();
  }

  @Override
  public void close() {
    datagrams.close();
  }
}
