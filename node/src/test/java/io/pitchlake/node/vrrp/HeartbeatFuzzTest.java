package io.pitchlake.node.vrrp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pitchlake.common.hash.ClusterKey;
import io.pitchlake.node.engine.RouterRole;
import io.pitchlake.node.port.PeerLink;
import io.pitchlake.node.vrrp.Beat.Request;

/// A witness in front of any datagram: what was not sent under the key is nothing, and what was is
/// answered in kind, whatever it says. The input is a heartbeat's body behind its magic.
class HeartbeatFuzzTest {
  private static final ClusterKey KEY = new ClusterKey(new byte[32]);
  private static final int HEADER_BYTES = 8;
  private static final long START_NANOS = 5_000_000_000L;

  private final Beat sender = Beat.under(KEY);
  private final Beat answer = Beat.under(KEY);

  @FuzzTest
  void anyDatagram(byte[] data) {
    Witness witness = new Witness(KEY, 7, router -> {}, START_NANOS);
    int length = Math.min(data.length, PeerLink.LONGEST_BYTES);
    System.arraycopy(data, 0, witness.received(), 0, length);
    assertEquals(-1, witness.take(length, START_NANOS), "taken without the key");
  }

  @FuzzTest
  void anyHeartbeat(byte[] data) {
    Witness witness = new Witness(KEY, 7, router -> {}, START_NANOS);
    sender.create(1, 1, 1, 0, 0);
    int entries = data.length == 0 ? 0 : (data[0] & 0xff) % (Beat.MOST_ENTRIES + 1);
    for (int i = 0; i < entries; i++) {
      sender.add(0, 0, 0, 0, 0, true, RouterRole.BACKUP, 0, 0, 0, Request.NOTHING, 0, 0, 0);
    }
    int body = Math.min(Math.max(0, data.length - 1), sender.length() - HEADER_BYTES);
    if (body > 0) {
      System.arraycopy(data, 1, sender.bytes(), HEADER_BYTES, body);
    }
    sender.seal();
    System.arraycopy(sender.bytes(), 0, witness.received(), 0, sender.length());
    int answered = witness.take(sender.length(), START_NANOS + 1);
    assertTrue(answered == 0 || answered == sender.length(), () -> "length " + answered);
    if (answered > 0) {
      System.arraycopy(witness.answer(), 0, answer.bytes(), 0, answered);
      assertTrue(answer.open(answered), "an answer that is no heartbeat");
      assertEquals(entries, answer.entries());
      assertEquals(0, witness.take(sender.length(), START_NANOS + 2), "taken twice");
    }
    assertTrue(sender.open(sender.length()));
    for (int i = 0; i < entries; i++) {
      assertTrue(sender.request(i) != null);
    }
  }
}
