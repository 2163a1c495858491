package io.pitchlake.sync.seal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.spec.SecretKeySpec;

/// How two nodes prove the cluster's key to each other before a connection carries anything.
///
///     connects                        is connected to
///     Hello ─────────────────────────▶
///           ◀───────────────────────── Hello, proof over both
///     proof over all of that ────────▶
///
/// A proof is an HMAC under the cluster's secret. Both nonces are part of it and of the keys that
/// follow, so nothing of an earlier connection fits a later one, and nothing is remembered of those who
/// fail. What the other end may send is bounded in bytes and time.
final class Handshake {
  /// From the first byte to the last.
  static final long LONGEST_NANOS = 2_000_000_000L;

  /// @param out key for what this end writes
  /// @param in key for what the other end writes
  record Session(SecretKeySpec out, SecretKeySpec in) {}

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String OTHER_KEY = "holds another key";
  private static final String SILENT = "did not end its handshake in time";

  private final LinkSecret secret;
  private final long boot;
  private final Socket socket;
  private final InputStream raw;
  private final long deadline = System.nanoTime() + LONGEST_NANOS;

  /// @param boot of this node
  /// @param raw what the other end sends, unread so far
  Handshake(LinkSecret secret, long boot, Socket socket, InputStream raw) {
    this.secret = secret;
    this.boot = boot;
    this.socket = socket;
    this.raw = raw;
  }

  /// Proves the key to whom this node has connected to, and has it proven.
  Session connecting(OutputStream out) throws IOException {
    byte[] mine = hello(Hello.CONNECTS).bytes();
    out.write(mine);
    Peer peer = readHello(Hello.IS_CONNECTED_TO);
    byte[] theirProof = read(LinkSecret.HMAC_BYTES);
    checkCluster(peer.hello);
    check(theirProof, secret.hmac("proof 2", mine, peer.bytes));
    byte[] transcript = secret.hmac("transcript", mine, peer.bytes);
    out.write(secret.hmac("proof 1", transcript));
    return new Session(
        secret.aesKey("records 1", transcript), secret.aesKey("records 2", transcript));
  }

  /// Has the key proven by who has connected, and proves it.
  Session connected(OutputStream out) throws IOException {
    Peer peer;
    try {
      peer = readHello(Hello.CONNECTS);
    } catch (GoneException e) {
      throw new RefusedException("closed the connection without a handshake");
    }
    byte[] mine = hello(Hello.IS_CONNECTED_TO).bytes();
    out.write(mine);
    out.write(secret.hmac("proof 2", peer.bytes, mine));
    checkCluster(peer.hello);
    byte[] transcript = secret.hmac("transcript", peer.bytes, mine);
    byte[] theirProof;
    try {
      theirProof = read(LinkSecret.HMAC_BYTES);
    } catch (GoneException e) {
      throw new RefusedException("left when it saw this node's proof, so it " + OTHER_KEY);
    }
    check(theirProof, secret.hmac("proof 1", transcript));
    return new Session(
        secret.aesKey("records 2", transcript), secret.aesKey("records 1", transcript));
  }

  private Hello hello(int role) {
    byte[] nonce = new byte[Hello.NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    return new Hello(role, boot, nonce, secret.cluster());
  }

  /// @param bytes the hello as it came
  private record Peer(Hello hello, byte[] bytes) {}

  private Peer readHello(int role) throws IOException {
    byte[] prefix = read(Hello.PREFIX_BYTES);
    Hello.checkPrefix(prefix);
    byte[] fixed = joined(prefix, read(Hello.FIXED_BYTES - prefix.length));
    byte[] name = read(Hello.clusterBytes(fixed));
    Hello hello = Hello.parse(fixed, name);
    if (hello.role() != role) {
      throw new RefusedException("gives back what it hears");
    }
    if (hello.boot() == boot) {
      throw new RefusedException("is this node itself");
    }
    return new Peer(hello, joined(fixed, name));
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  private void checkCluster(Hello hello) throws RefusedException {
    if (!hello.cluster().equals(secret.cluster())) {
      throw new RefusedException(
          "belongs to the cluster '%s', not '%s'"
              .formatted(printable(hello.cluster()), secret.cluster()));
    }
  }

  /// What a stranger calls itself, fit for one line of a log.
  private static String printable(String text) {
    return text.codePoints()
        .limit(64)
        .map(letter -> Character.isISOControl(letter) || letter == '\'' ? '?' : letter)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static void check(byte[] proof, byte[] expected) throws RefusedException {
    if (!MessageDigest.isEqual(proof, expected)) {
      throw new RefusedException(OTHER_KEY);
    }
  }

  /// The other end closed the connection.
  private static final class GoneException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  private byte[] read(int length) throws IOException {
    byte[] bytes = new byte[length];
    int have = 0;
    while (have < length) {
      long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
      if (leftMillis <= 0) {
        throw new RefusedException(SILENT);
      }
      socket.setSoTimeout((int) leftMillis);
      int got;
      try {
        got = raw.read(bytes, have, length - have);
      } catch (SocketTimeoutException e) {
        throw new RefusedException(SILENT);
      } catch (SocketException e) {
        throw new GoneException();
      }
      if (got < 0) {
        throw new GoneException();
      }
      have += got;
    }
    return bytes;
  }
}
