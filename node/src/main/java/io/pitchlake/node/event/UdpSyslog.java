package io.pitchlake.node.event;

import io.pitchlake.common.net.IpAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/// Messages to a collector over UDP, one per datagram (RFC 5426). Nobody tells whether they arrive.
final class UdpSyslog implements SyslogWire {
  private final SyslogFormat format;
  private final InetSocketAddress collector;
  private DatagramChannel channel;

  UdpSyslog(SyslogFormat format, IpAddress address, int port) {
    this.format = format;
    this.collector = new InetSocketAddress(address.inet(), port);
  }

  @Override
  public boolean send(String line, long wallMillis) {
    try {
      if (channel == null) {
        channel =
            DatagramChannel.open(
                collector.getAddress().getAddress().length == 4
                    ? StandardProtocolFamily.INET
                    : StandardProtocolFamily.INET6);
        channel.configureBlocking(false);
      }
      return channel.send(ByteBuffer.wrap(format.rfc5424(line, wallMillis)), collector) > 0;
    } catch (IOException e) {
      close();
      return false;
    }
  }

  @Override
  public String destination() {
    return collector.getAddress().getHostAddress() + " port " + collector.getPort();
  }

  @Override
  public void close() {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // It is of no use any more, whether it says so or not.
    } finally {
      channel = null;
    }
  }
}
