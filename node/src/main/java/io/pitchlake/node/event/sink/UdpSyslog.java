package io.pitchlake.node.event.sink;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;

/// Messages to a collector over UDP, one per datagram (RFC 5426). Nobody tells whether they arrive.
/// Never waits.
final class UdpSyslog implements SyslogWire {
  private final SyslogFormat format;
  private final InetSocketAddress collector;
  private DatagramChannel channel;

  UdpSyslog(SyslogFormat format, InetSocketAddress collector) {
    this.format = format;
    this.collector = collector;
  }

  @Override
  public void send(List<byte[]> messages) throws IOException {
    try {
      if (channel == null) {
        channel =
            DatagramChannel.open(
                collector.getAddress() instanceof Inet4Address
                    ? StandardProtocolFamily.INET
                    : StandardProtocolFamily.INET6);
        channel.configureBlocking(false);
      }
      for (byte[] message : messages) {
        if (channel.send(ByteBuffer.wrap(message), collector) == 0) {
          throw new IOException("the socket is full");
        }
      }
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  @Override
  public int most() {
    return 1;
  }

  @Override
  public byte[] message(String text, long wallMillis) {
    return format.rfc5424(text, wallMillis);
  }

  @Override
  public String destination() {
    return SyslogFormat.place(collector) + "/udp";
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
