package io.pitchlake.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.sync.SyncLink.Peer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// A peer that holds the cluster's key may send anything: the engine sees only what is whole, and a
/// node goes on.
///
/// The input is a sequence of frames, each behind its length in two bytes. Both boots are put in
/// where they belong, for a fuzzer would not guess them.
class SyncFrameFuzzTest {
  private static final long BOOT = 0x0101_0101_0101_0101L;
  private static final Peer PEER = new Peer(0x0202_0202_0202_0202L, "peer");
  private static final int CAPACITY = 16;
  private static final int MOST_FRAMES = 32;
  private static final int MOST_TURNS = 8;

  /// The answers of a link that loses everything.
  private static final class Silence implements SyncLink {
    @Override
    public boolean send(Peer to, ByteBuffer frame) {
      return true;
    }

    @Override
    public void close() {}
  }

  static Stream<byte[]> conversations() {
    String head = "%04x" + "504c01%02x" + "%04x%04x" + "00".repeat(16) + "0000000000000001";
    String hello =
        head.formatted(64, SyncFrame.HELLO, 0, 1)
            + "00".repeat(16)
            + "0001"
            + "0000"
            + "00000000"
            + "0000000000000001";
    String stream = "0000000000000001" + "0000000000000000";
    String flow =
        "02010007"
            + "00000005"
            + "00".repeat(8)
            + "0000000000000003".repeat(2)
            + "0000000000000009";
    String told = head.formatted(88, SyncFrame.RECORDS, 1, 0) + stream + flow;
    String sums =
        head.formatted(64, SyncFrame.RECORDS, 1, 2)
            + stream
            + "20"
            + "00".repeat(7)
            + "00000000000000ff";
    String taken = head.formatted(64, SyncFrame.ACK, 0, 0) + stream + "00".repeat(15) + "40";
    return Stream.of(hello, hello + told, hello + sums, hello + taken + told)
        .map(HexFormat.of()::parseHex);
  }

  @MethodSource("conversations")
  @FuzzTest
  void anyConversation(byte[] data) {
    PlainTable table = new PlainTable(CAPACITY);
    List<SyncEvent> events = new ArrayList<>();
    SessionReplicator sessions = new SessionReplicator(new CounterBank(), Cluster.KEYS, 0);
    table.replicate(sessions);
    try (Replicator replicator = new Replicator(sessions, BOOT, 1, List.of(), events::add, 0)) {
      replicator.attach(new Silence());
      replicator.onJoined(PEER);
      long now = 0;
      ByteBuffer in = ByteBuffer.wrap(data);
      for (int i = 0; i < MOST_FRAMES && in.remaining() >= Short.BYTES; i++) {
        int length = Math.min(Short.toUnsignedInt(in.getShort()), in.remaining());
        byte[] frame = new byte[length];
        in.get(frame);
        address(frame);
        replicator.onFrame(PEER, ByteBuffer.wrap(frame));
        now += Cluster.TURN_NANOS;
        sessions.turn(now);
        replicator.step(now);
      }
      for (int i = 0; i < MOST_TURNS; i++) {
        now += Cluster.TURN_NANOS;
        sessions.turn(now);
        replicator.step(now);
      }
    }
    assertTrue(table.content().size() <= CAPACITY);
    long refusals =
        events.stream()
            .filter(event ->
                event instanceof SyncEvent.Nonsense || event instanceof SyncEvent.OtherProtocol)
            .count();
    assertTrue(refusals <= 1, () -> "refused more than once: " + events);
    events.forEach(event -> assertEquals(1, event.line().lines().count(), event::line));
  }

  private static void address(byte[] frame) {
    if (frame.length >= SyncFrame.HEAD_BYTES) {
      ByteBuffer.wrap(frame).putLong(8, PEER.boot()).putLong(16, BOOT);
    }
  }
}
