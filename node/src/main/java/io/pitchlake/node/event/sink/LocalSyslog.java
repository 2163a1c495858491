package io.pitchlake.node.event.sink;

import io.pitchlake.node.event.UnixDatagrams;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Messages to the syslog daemon of this host: datagrams to its Unix socket. Never waits.
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
  public void send(List<byte[]> messages) throws IOException {
    for (byte[] message : messages) {
      if (!datagrams.send(message)) {
        throw new IOException("nobody takes datagrams at " + path);
      }
    }
  }

  @Override
  public int most() {
    return 1;
  }

  @Override
  public byte[] message(String text, long wallMillis) {
    return format.local(text, wallMillis);
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
