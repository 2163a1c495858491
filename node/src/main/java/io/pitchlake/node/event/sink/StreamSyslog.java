package io.pitchlake.node.event.sink;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// Messages to a collector over TCP or TLS, each behind its length (RFC 6587 section 3.4.1, RFC
/// 5425). It connects when there is something to say, and again after the connection has ended;
/// what a collector has to say is read and thrown away, for that is how its end is noticed. Nobody
/// acknowledges messages: those on their way when a collector dies are lost; those of a [#send]
/// that fails are sent again, and may come twice. Waits for the collector.
final class StreamSyslog implements SyslogWire {
  /// The most messages of one write.
  private static final int MANY = 64;

  private static final int CONNECT_MILLIS = 5_000;

  private final SyslogFormat format;
  private final InetSocketAddress collector;
  private final Optional<TlsClient> tls;
  private volatile Socket socket;

  /// @param tls what makes TLS of a connection; empty: it stays TCP
  StreamSyslog(SyslogFormat format, InetSocketAddress collector, Optional<TlsClient> tls) {
    this.format = format;
    this.collector = collector;
    this.tls = tls;
  }

  @Override
  public void send(List<byte[]> messages) throws IOException {
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    for (byte[] message : messages) {
      frames.writeBytes((message.length + " ").getBytes(StandardCharsets.US_ASCII));
      frames.writeBytes(message);
    }
    try {
      if (socket == null || socket.isClosed()) {
        socket = connect();
      }
      socket.getOutputStream().write(frames.toByteArray());
      socket.getOutputStream().flush();
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private Socket connect() throws IOException {
    Socket plain = new Socket();
    try {
      plain.connect(collector, CONNECT_MILLIS);
      plain.setTcpNoDelay(true);
      plain.setKeepAlive(true);
      Socket made = tls.isPresent() ? tls.get().over(plain, CONNECT_MILLIS) : plain;
      Thread.ofVirtual().name("syslog reader").start(() -> readToTheEnd(made));
      return made;
    } catch (IOException e) {
      plain.close();
      throw e;
    }
  }

  private static void readToTheEnd(Socket from) {
    try (from;
        InputStream in = from.getInputStream()) {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // The end, in another way.
    }
  }

  @Override
  public int most() {
    return MANY;
  }

  @Override
  public byte[] message(String text, long wallMillis) {
    return format.rfc5424(text, wallMillis);
  }

  @Override
  public String destination() {
    return SyslogFormat.place(collector) + (tls.isPresent() ? "/tls" : "/tcp");
  }

  @Override
  public void close() {
    Socket open = socket;
    try {
      if (open != null) {
        open.close();
      }
    } catch (IOException e) {
      // It is of no use any more, whether it says so or not.
    }
  }
}
