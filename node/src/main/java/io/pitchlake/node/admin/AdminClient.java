package io.pitchlake.node.admin;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// Asks a node through its unix socket: one request, one answer. Blocks.
public final class AdminClient {
  /// How long a node may take; it gives up itself long before that.
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final int BUFFER_BYTES = 65_536;

  private final Path socket;
  private final Duration patience;

  public AdminClient(Path socket) {
    this(socket, PATIENCE);
  }

  /// @param patience how long an answer may take
  public AdminClient(Path socket, Duration patience) {
    this.socket = socket;
    this.patience = patience;
  }

  /// What a node has said.
  ///
  /// @param status of HTTP; 200 when it was done
  public record Answer(int status, String body) {
    public boolean isGood() {
      return status == 200;
    }
  }

  /// Asks once.
  ///
  /// @param method `GET` or `POST`
  /// @param target path and query
  /// @param json whether the answer is for programs
  /// @throws IOException nobody answers there
  public Answer ask(String method, String target, boolean json) throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      Thread watch = Thread.ofVirtual().start(() -> closeLate(channel));
      try {
        send(channel, method, target, json ? "application/json" : "text/plain");
        InputStream in = Channels.newInputStream(channel);
        Head head = head(in);
        byte[] body = in.readNBytes(head.length());
        if (body.length < head.length()) {
          throw new IOException("the answer was cut short");
        }
        return new Answer(head.status(), new String(body, StandardCharsets.UTF_8));
      } finally {
        watch.interrupt();
      }
    }
  }

  /// An answer that goes on until one of both ends it.
  public static final class Ongoing implements Closeable {
    private final int status;
    private final InputStream body;
    private volatile boolean ended;

    private Ongoing(int status, InputStream body) {
      this.status = status;
      this.body = body;
    }

    /// Of HTTP; 200 when it was done.
    public int status() {
      return status;
    }

    public boolean isGood() {
      return status == 200;
    }

    /// What the node sends; with another status the reason, in words.
    public InputStream body() {
      return body;
    }

    /// Whether this side has ended it, so that what a reader of the body meets is no trouble.
    public boolean isEnded() {
      return ended;
    }

    /// Ends it, and a wait for more of it. Any thread.
    @Override
    public void close() {
      ended = true;
      try {
        body.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e); // closing a socket does not fail
      }
    }
  }

  /// Asks for what goes on. Whoever closes it, on any thread, ends a wait for more of it.
  ///
  /// @param accept the kind of answer that is wanted
  /// @throws IOException nobody answers there
  public Ongoing begin(String method, String target, String accept) throws IOException {
    SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    try {
      send(channel, method, target, accept);
      InputStream in = new BufferedInputStream(Channels.newInputStream(channel), BUFFER_BYTES);
      Head head = head(in);
      if (head.status() == 200) {
        return new Ongoing(200, new ChunkedBody(in));
      }
      byte[] reason = in.readNBytes(head.length());
      channel.close();
      return new Ongoing(head.status(), new ByteArrayInputStream(reason));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /// Follows events as they come, until `wanted` says that it is enough or the node ends.
  ///
  /// @param ending is given what ends it, too
  /// @param wanted told of each event, as JSON
  /// @throws IOException nobody answers there
  public void follow(Consumer<Runnable> ending, Predicate<String> wanted) throws IOException {
    try (Ongoing events = begin("GET", "/events", "text/event-stream")) {
      ending.accept(events::close);
      try {
        read(events, wanted);
      } catch (IOException e) {
        if (!events.isEnded()) {
          throw e;
        }
      }
    }
  }

  private static void read(Ongoing events, Predicate<String> wanted) throws IOException {
    if (!events.isGood()) {
      throw new IOException("the node has no place for another listener");
    }
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(events.body(), StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("data: ") && !wanted.test(line.substring("data: ".length()))) {
        return;
      }
    }
  }

  private static void send(SocketChannel channel, String method, String target, String accept)
      throws IOException {
    String request =
        "%s %s HTTP/1.1\r\nHost: localhost\r\nAccept: %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            .formatted(method, target, accept);
    ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private void closeLate(SocketChannel channel) {
    try {
      Thread.sleep(patience);
      channel.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // It is closed all the same.
      Thread.currentThread().interrupt();
    }
  }

  private record Head(int status, int length) {}

  private static Head head(InputStream in) throws IOException {
    String[] first = line(in).split(" ", 3);
    if (first.length < 2 || !first[0].startsWith("HTTP/1.") || !first[1].matches("[0-9]{3}")) {
      throw new IOException("this is no node");
    }
    int length = 0;
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      String lower = line.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(lower.substring("content-length:".length()).strip());
      }
    }
    return new Head(Integer.parseInt(first[1]), length);
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("the node has closed the connection");
      }
      line.write(c);
    }
    return line.toString(StandardCharsets.US_ASCII).strip();
  }
}
