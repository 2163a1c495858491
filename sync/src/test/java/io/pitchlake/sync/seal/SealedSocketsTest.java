package io.pitchlake.sync.seal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.hash.ClusterKey;
import io.pitchlake.common.time.SystemClock;
import io.pitchlake.common.wire.Property;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Sealed connections on loopback, and strangers who try to be part of them.
@Timeout(60)
class SealedSocketsTest {
  private static final int PORT = 7800;
  private static final String TOLD = "the quick brown fox jumps over the lazy dog";

  private final String network =
      "127." + (1 + new Random().nextInt(250)) + "." + new Random().nextInt(250) + ".";
  private final InetSocketAddress home = new InetSocketAddress(network + 1, PORT);
  private final BlockingQueue<String> refusals = new LinkedBlockingQueue<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private ServerSocket server;

  private static ClusterKey key(int fill) {
    byte[] secret = new byte[32];
    Arrays.fill(secret, (byte) fill);
    return new ClusterKey(secret);
  }

  private SealedSockets node(int key, String cluster, String... peers) throws IOException {
    Set<InetAddress> known = new HashSet<>();
    for (String peer : peers) {
      known.add(InetAddress.getByName(peer));
    }
    SealedSockets node =
        new SealedSockets(
            new LinkSecret(key(key), cluster),
            new Random().nextLong(),
            known,
            new Refusals(SystemClock.INSTANCE, (who, why) -> refusals.add(who + " " + why)),
            SystemClock.INSTANCE);
    open.add(node);
    return node;
  }

  @BeforeEach
  void listen() throws IOException {
    server = node(1, "lab", network + 2).listen(home);
    open.add(server);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
  }

  private <T extends AutoCloseable> T kept(T one) {
    open.add(one);
    return one;
  }

  private Socket connect(SealedSockets from, InetSocketAddress to) throws IOException {
    Socket socket = kept(from.socket());
    socket.connect(to, 1_000);
    return socket;
  }

  /// A connection without our handshake.
  private Socket stranger(String from) throws IOException {
    Socket socket = kept(new Socket());
    socket.bind(new InetSocketAddress(from, 0));
    socket.connect(home, 1_000);
    return socket;
  }

  private String refusal() throws InterruptedException {
    String line = refusals.poll(20, TimeUnit.SECONDS);
    assertTrue(line != null, "nobody was refused");
    return line;
  }

  @Test
  void whatIsWrittenComesOutWholeAtBothEnds() throws Exception {
    Socket client = connect(node(1, "lab"), home);
    Socket accepted = kept(server.accept());
    Property.forAll(
        "records",
        30,
        random -> {
          byte[] text = new byte[1 + random.nextInt(200_000)];
          random.nextBytes(text);
          carry(text, client, accepted);
          carry(text, accepted, client);
        });
  }

  private static void carry(byte[] text, Socket from, Socket to) throws Exception {
    CompletableFuture<Void> written =
        CompletableFuture.runAsync(() -> {
          try {
            from.getOutputStream().write(text);
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
    assertArrayEquals(text, to.getInputStream().readNBytes(text.length));
    written.get(10, TimeUnit.SECONDS);
  }

  @Test
  void theEndIsSeenAsTheEnd() throws Exception {
    Socket client = connect(node(1, "lab"), home);
    Socket accepted = kept(server.accept());
    client.getOutputStream().write(new byte[] {7});
    client.close();
    InputStream in = accepted.getInputStream();
    assertEquals(7, in.read());
    assertEquals(-1, in.read());
  }

  @Test
  void anotherKeyIsRefusedAtBothEnds() throws Exception {
    SealedSockets other = node(2, "lab");
    assertThrows(IOException.class, () -> connect(other, home));
    assertEquals(
        Set.of(
            network + 1 + " holds another key",
            "127.0.0.1 left when it saw this node's proof, so it holds another key"),
        Set.of(refusal(), refusal()));
  }

  @Test
  void anotherClusterIsRefusedAtBothEnds() throws Exception {
    SealedSockets other = node(1, "cellar\n' of horrors");
    assertThrows(IOException.class, () -> connect(other, home));
    assertEquals(
        Set.of(
            network + 1 + " belongs to the cluster 'lab', not 'cellar\n' of horrors'",
            "127.0.0.1 belongs to the cluster 'cellar?? of horrors', not 'lab'"),
        Set.of(refusal(), refusal()));
  }

  @Test
  void strangersAreRefusedByWhatTheySay() throws Exception {
    for (String[] one :
        new String[][] {
          {"bela and more of JGroups", "speaks JGroups without the cluster's key"},
          {"GET / HTTP/1.1\r\n\r\n", "does not speak the protocol of the sync link"},
          {"PLK\2 the future", "speaks version 2 of the sync link, and this node version 1"},
        }) {
      Socket socket = stranger(network + 7);
      socket.getOutputStream().write(one[0].getBytes(StandardCharsets.ISO_8859_1));
      assertEquals(network + 7 + " " + one[1], refusal());
      assertClosed(socket);
    }
    stranger(network + 7).close();
    assertEquals(network + 7 + " closed the connection without a handshake", refusal());
    assertStillServes();
  }

  /// Nothing comes but a hello and a proof; then an end or a reset.
  private static void assertClosed(Socket socket) throws IOException {
    socket.setSoTimeout(10_000);
    try {
      assertTrue(socket.getInputStream().readAllBytes().length < 100);
    } catch (SocketException reset) {
      assertTrue(reset.getMessage().contains("reset"), reset.getMessage());
    }
  }

  private void assertStillServes() throws Exception {
    Socket client = connect(node(1, "lab"), home);
    Socket accepted = kept(server.accept());
    carry(TOLD.getBytes(StandardCharsets.UTF_8), client, accepted);
  }

  @Test
  void whoSaysNothingIsNotWaitedForLong() throws Exception {
    Socket silent = stranger(network + 7);
    assertEquals(network + 7 + " did not end its handshake in time", refusal());
    assertClosed(silent);
  }

  @Test
  void randomBytesNeverGetThrough() throws Exception {
    Random random = new Random(5);
    for (int i = 0; i < 200; i++) {
      try (Socket socket = stranger(network + 7)) {
        byte[] noise = new byte[random.nextInt(3_000)];
        random.nextBytes(noise);
        if (i % 2 == 0 && noise.length > 60) {
          System.arraycopy(new byte[] {'P', 'L', 'K', 1, 1}, 0, noise, 0, 5);
        }
        socket.getOutputStream().write(noise);
        socket.shutdownOutput();
        assertClosed(socket);
      } catch (SocketException closedWhileWriting) {
        assertFalse(closedWhileWriting.getMessage().isEmpty());
      }
    }
    assertStillServes();
  }

  /// Those who say nothing take the strangers' places; a peer's are its own.
  @Test
  void strangersDoNotKeepPeersOut() throws Exception {
    for (int i = 0; i < 3 * Admission.STRANGERS; i++) {
      var _ = stranger(network + 7);
    }
    assertEquals(network + 7 + " opens more connections at once than this node takes", refusal());
    Socket peer = kept(node(1, "lab").socket());
    peer.bind(new InetSocketAddress(network + 2, 0));
    peer.connect(home, 1_000);
    carry(TOLD.getBytes(StandardCharsets.UTF_8), peer, kept(server.accept()));
  }

  @Test
  void aNodeDoesNotTalkToItself() throws Exception {
    SealedSockets one = node(1, "lab");
    InetSocketAddress own = new InetSocketAddress(network + 3, PORT);
    kept(one.listen(own));
    assertThrows(IOException.class, () -> connect(one, own));
    assertTrue(refusal().endsWith("is this node itself"));
  }

  @Test
  void aClosedServerSocketWakesWhoWaits() throws Exception {
    CompletableFuture<Boolean> woken =
        CompletableFuture.supplyAsync(() -> {
          try {
            return server.accept() == null;
          } catch (IOException closed) {
            return true;
          }
        });
    server.close();
    assertTrue(woken.get(10, TimeUnit.SECONDS));
  }

  /// Whoever takes nothing does not hold up a writer for ever.
  @Test
  void aConnectionThatTakesNothingIsClosed() throws Exception {
    Socket client = connect(node(1, "lab"), home);
    var _ = kept(server.accept());
    byte[] much = new byte[1 << 16];
    assertThrows(
        SocketException.class,
        () -> {
          for (int i = 0; i < 10_000; i++) {
            client.getOutputStream().write(much);
          }
        });
  }

  /// What somebody between two nodes can do to the records of one direction.
  enum Mischief {
    ALTER,
    ALTER_LENGTH,
    LEAVE_OUT,
    REPEAT,
    SWAP,
    CUT,
    INSERT
  }

  @ParameterizedTest
  @EnumSource
  void whoeverIsBetweenCanOnlyEndTheConnection(Mischief mischief) throws Exception {
    Between between = new Between(mischief);
    Socket client = connect(node(1, "lab"), between.address());
    Socket accepted = kept(server.accept());
    for (int i = 0; i < 6; i++) {
      client.getOutputStream().write(new byte[] {(byte) i, 1, 2, 3});
    }
    client.close();
    ByteArrayOutputStream seen = new ByteArrayOutputStream();
    assertThrows(
        IOException.class,
        () -> {
          for (int value = accepted.getInputStream().read();
              value >= 0;
              value = accepted.getInputStream().read()) {
            seen.write(value);
          }
        });
    // The records before the mischief, each as it was written.
    byte[] good = seen.toByteArray();
    assertEquals(0, good.length % 4);
    for (int i = 0; i < good.length / 4; i++) {
      assertArrayEquals(new byte[] {(byte) i, 1, 2, 3}, Arrays.copyOfRange(good, 4 * i, 4 * i + 4));
    }
    assertTrue(good.length <= 16, "saw " + good.length);
    assertThrows(IOException.class, () -> accepted.getInputStream().read());
  }

  @Test
  void whatGoesOverTheWireTellsNothing() throws Exception {
    Between between = new Between(null);
    Socket client = connect(node(1, "lab"), between.address());
    Socket accepted = kept(server.accept());
    carry(TOLD.getBytes(StandardCharsets.UTF_8), client, accepted);
    String wire = new String(between.recorded.toByteArray(), StandardCharsets.ISO_8859_1);
    assertTrue(wire.startsWith("PLK"));
    assertFalse(wire.contains("fox"));
  }

  /// A recording of a whole connection, played once more, does not even end the handshake.
  @Test
  void aRecordedConnectionCannotBePlayedAgain() throws Exception {
    Between between = new Between(null);
    Socket client = connect(node(1, "lab"), between.address());
    Socket accepted = kept(server.accept());
    carry(TOLD.getBytes(StandardCharsets.UTF_8), client, accepted);
    Socket replay = stranger(network + 7);
    replay.getOutputStream().write(between.recorded.toByteArray());
    assertEquals(network + 7 + " holds another key", refusal());
    assertClosed(replay);
    assertStillServes();
  }

  /// A machine on the way, which sees every byte.
  private final class Between {
    private static final int HELLO_BYTES = Hello.FIXED_BYTES + 3;
    private final ServerSocket door = kept(new ServerSocket());
    private final ByteArrayOutputStream recorded = new ByteArrayOutputStream();
    private final Mischief mischief;

    Between(Mischief mischief) throws IOException {
      this.mischief = mischief;
      door.bind(new InetSocketAddress(network + 9, PORT));
      Thread.ofVirtual().start(this::pass);
    }

    InetSocketAddress address() {
      return (InetSocketAddress) door.getLocalSocketAddress();
    }

    private void pass() {
      try {
        Socket client = kept(door.accept());
        Socket onward = kept(new Socket());
        onward.connect(home);
        Thread.ofVirtual()
            .start(() -> {
              try {
                onward.getInputStream().transferTo(client.getOutputStream());
              } catch (IOException e) {
                refusals.add("between: " + e.getMessage());
              }
            });
        InputStream in = client.getInputStream();
        OutputStream out = onward.getOutputStream();
        send(out, in.readNBytes(HELLO_BYTES));
        send(out, in.readNBytes(LinkSecret.HMAC_BYTES));
        List<byte[]> held = new ArrayList<>();
        for (int i = 0; ; i++) {
          byte[] head = in.readNBytes(RecordWriter.HEADER_BYTES);
          if (head.length == 0) {
            break;
          }
          int length = ByteBuffer.wrap(head).getInt();
          byte[] record = Arrays.copyOf(head, head.length + length);
          System.arraycopy(in.readNBytes(length), 0, record, head.length, length);
          for (byte[] one : i == 3 || !held.isEmpty() ? changed(record, held) : List.of(record)) {
            send(out, one);
          }
        }
        onward.shutdownOutput();
      } catch (IOException e) {
        refusals.add("between: " + e.getMessage());
      }
    }

    private synchronized void send(OutputStream out, byte[] bytes) throws IOException {
      recorded.write(bytes);
      out.write(bytes);
    }

    private List<byte[]> changed(byte[] record, List<byte[]> held) {
      byte[] other = record.clone();
      if (mischief == null) {
        return List.of(record);
      }
      return switch (mischief) {
        case ALTER -> {
          other[other.length - 20] ^= 1;
          yield List.of(other);
        }
        case ALTER_LENGTH -> {
          other[3]--;
          yield List.of(Arrays.copyOf(other, other.length - 1));
        }
        case LEAVE_OUT -> List.of();
        case REPEAT -> List.of(record, record);
        case SWAP -> {
          if (held.isEmpty()) {
            held.add(record);
            yield List.of();
          }
          yield List.of(record, held.removeFirst());
        }
        case CUT -> List.of(Arrays.copyOf(record, record.length - 3));
        case INSERT ->
            List.of(
                new byte[] {0, 0, 0, 17, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17},
                record);
      };
    }
  }
}
