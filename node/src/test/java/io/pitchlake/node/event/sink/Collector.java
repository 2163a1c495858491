package io.pitchlake.node.event.sink;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/// A syslog collector on loopback that reads octet-counted messages, over TCP or TLS, strictly.
final class Collector implements AutoCloseable {
  private final ServerSocket server;
  private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
  private final BlockingQueue<Socket> connections = new LinkedBlockingQueue<>();

  private Collector(ServerSocket server) {
    this.server = server;
    Thread.ofVirtual().start(this::accept);
  }

  /// @param port 0 for a free one
  static Collector tcp(int port) throws IOException {
    ServerSocket server = new ServerSocket();
    server.setReuseAddress(true);
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return new Collector(server);
  }

  /// Asks for a client's certificate, too.
  static Collector tls(SSLContext context) throws IOException {
    SSLServerSocket server =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 5, InetAddress.getLoopbackAddress());
    server.setNeedClientAuth(true);
    return new Collector(server);
  }

  int port() {
    return server.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        connections.add(socket);
        Thread.ofVirtual().start(() -> read(socket));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void read(Socket socket) {
    try (socket;
        InputStream in = socket.getInputStream()) {
      for (Optional<String> message = frame(in); message.isPresent(); message = frame(in)) {
        messages.add(message.get());
      }
    } catch (IOException e) {
      // The client has gone, or could not shake hands.
    }
  }

  /// `LENGTH SP MESSAGE`; anything else is told as a message that no test expects.
  private static Optional<String> frame(InputStream in) throws IOException {
    ByteArrayOutputStream digits = new ByteArrayOutputStream();
    for (int c = in.read(); c != ' '; c = in.read()) {
      if (c < 0 && digits.size() == 0) {
        return Optional.empty();
      }
      if (c < '0' || c > '9' || digits.size() > 8) {
        return Optional.of("no length: " + digits.toString(StandardCharsets.US_ASCII) + (char) c);
      }
      digits.write(c);
    }
    int length = Integer.parseInt(digits.toString(StandardCharsets.US_ASCII));
    byte[] message = in.readNBytes(length);
    return message.length < length
        ? Optional.empty()
        : Optional.of(new String(message, StandardCharsets.UTF_8));
  }

  /// The next message.
  String next() throws InterruptedException {
    String message = messages.poll(30, TimeUnit.SECONDS);
    if (message == null) {
      throw new AssertionError("expected a message at the collector, and none came in 30 s");
    }
    return message;
  }

  /// Ends all connections and listens no more.
  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket = connections.poll(); socket != null; socket = connections.poll()) {
      socket.close();
    }
  }
}
