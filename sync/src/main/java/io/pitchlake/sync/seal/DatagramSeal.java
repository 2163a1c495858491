package io.pitchlake.sync.seal;

import io.pitchlake.common.time.Clock;
import io.pitchlake.common.time.TokenBucket;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// Seals what a node sends in datagrams and opens what others send: each as what it is, once, and
/// only of senders that live. A sender that has not been heard before is asked first
/// ([Datagram#CHALLENGE]); what it sends until it has answered is lost, and JGroups sends it again.
/// So recordings of senders that are no more, or of a time before this node's start, are of no use.
/// Any thread.
final class DatagramSeal {
  /// Senders that are known, and senders that are being asked. The one heard longest ago makes
  /// room.
  static final int SENDERS = 64;

  /// Bounds what strangers can make this node send with recordings.
  private static final int CHALLENGES_PER_SECOND = 50;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final LinkSecret secret;
  private final Clock clock;
  private final UUID self = UUID.randomUUID();
  private final DatagramCipher sealing;
  private final TokenBucket challenges;
  private long lastNumber;

  private static final class Sender {
    private final DatagramCipher cipher;
    private final ReplayWindow window;

    Sender(DatagramCipher cipher, ReplayWindow window) {
      this.cipher = cipher;
      this.window = window;
    }
  }

  private final Map<UUID, Sender> known = bounded();
  private final Map<UUID, byte[]> asked = bounded();

  private static <V> Map<UUID, V> bounded() {
    return new LinkedHashMap<>(16, 0.75f, true) {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<UUID, V> eldest) {
        return size() > SENDERS;
      }
    };
  }

  DatagramSeal(LinkSecret secret, Clock clock) {
    this.secret = secret;
    this.clock = clock;
    this.sealing = DatagramCipher.sealing(secret, self);
    this.challenges = new TokenBucket(CHALLENGES_PER_SECOND, clock.nanoTime());
  }

  /// What came of a datagram.
  ///
  /// @param length of the payload, which now stands at the buffer's beginning; 0 when it is not for
  ///   JGroups
  /// @param answer to be sent back to where the datagram came from
  record Opened(int length, Optional<byte[]> answer) {
    private static final Opened NOTHING = new Opened(0, Optional.empty());
  }

  byte[] seal(byte[] payload, int at, int length) {
    return seal(Datagram.DATA, payload, at, length);
  }

  private synchronized byte[] seal(int kind, byte[] payload, int at, int length) {
    byte[] datagram = new byte[length + Datagram.OVERHEAD_BYTES];
    long number = ++lastNumber;
    Datagram.writeHeader(datagram, kind, self, number);
    try {
      int sealed =
          sealing.run(datagram, number, payload, at, length, datagram, Datagram.HEADER_BYTES);
      assert sealed == length + RecordCipher.TAG_BYTES;
      return datagram;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM seals whatever it is given", e);
    }
  }

  /// Opens a datagram and leaves its payload at the beginning of `into`.
  ///
  /// @throws RefusedException whoever sent it has not the cluster's key
  synchronized Opened open(byte[] datagram, int length, byte[] into) throws RefusedException {
    Datagram.check(datagram, length);
    UUID from = Datagram.sender(datagram);
    if (from.equals(self)) {
      return Opened.NOTHING; // a multicast of this node's own, or a recording of one
    }
    long number = Datagram.number(datagram);
    Sender sender = known.get(from);
    DatagramCipher cipher = sender == null ? DatagramCipher.opening(secret, from) : sender.cipher;
    int opened;
    try {
      opened =
          cipher.run(
              datagram,
              number,
              datagram,
              Datagram.HEADER_BYTES,
              length - Datagram.HEADER_BYTES,
              into,
              0);
    } catch (GeneralSecurityException e) {
      throw new RefusedException("holds another key, or belongs to another cluster");
    }
    if (sender != null && !sender.window.take(number)) {
      return Opened.NOTHING;
    }
    return switch (Datagram.kind(datagram)) {
      case Datagram.DATA -> sender == null ? challenge(from) : new Opened(opened, Optional.empty());
      case Datagram.CHALLENGE -> prove(into, opened);
      case Datagram.PROOF -> {
        if (sender == null) {
          admit(from, number, cipher, Arrays.copyOf(into, opened));
        }
        yield Opened.NOTHING;
      }
      default -> Opened.NOTHING;
    };
  }

  private Opened challenge(UUID from) {
    if (!challenges.take(clock.nanoTime())) {
      return Opened.NOTHING;
    }
    byte[] nonce = asked.get(from);
    if (nonce == null) {
      nonce = new byte[Datagram.NONCE_BYTES];
      RANDOM.nextBytes(nonce);
      asked.put(from, nonce);
    }
    byte[] question =
        ByteBuffer.allocate(2 * Long.BYTES + nonce.length)
            .putLong(from.getMostSignificantBits())
            .putLong(from.getLeastSignificantBits())
            .put(nonce)
            .array();
    return new Opened(0, Optional.of(seal(Datagram.CHALLENGE, question, 0, question.length)));
  }

  /// Answers who asks for this node, as often as that node may ask others.
  private Opened prove(byte[] question, int length) {
    ByteBuffer in = ByteBuffer.wrap(question, 0, length);
    if (length != 2 * Long.BYTES + Datagram.NONCE_BYTES
        || !new UUID(in.getLong(), in.getLong()).equals(self)
        || !challenges.take(clock.nanoTime())) {
      return Opened.NOTHING;
    }
    return new Opened(
        0, Optional.of(seal(Datagram.PROOF, question, 2 * Long.BYTES, Datagram.NONCE_BYTES)));
  }

  private void admit(UUID from, long number, DatagramCipher cipher, byte[] nonce) {
    byte[] expected = asked.get(from);
    if (expected != null && MessageDigest.isEqual(expected, nonce)) {
      asked.remove(from);
      known.put(from, new Sender(cipher, new ReplayWindow(number)));
    }
  }
}
