package io.pitchlake.node.admin;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever an operator's connection carries, through the pipeline that a real one has: an answer
/// that is HTTP and no fault of the program, or an end.
class AdminFuzzTest {
  private static final int LONGEST_BYTES = 20_000;

  private final TurningNode turning = new TurningNode(TurningNode.CONFIGURATION);
  private final Traffic traffic = new Traffic();
  private final RecentEvents events = new RecentEvents();
  private final Operated operated =
      new Operated(
          List.of(turning.node),
          "node-a",
          "1.2",
          turning.clock,
          () -> new Reloaded(true, List.of()),
          events,
          List::of);
  private final List<EngineReader> engines = List.of(new EngineReader(turning.node));
  private final Captures captures = new Captures(operated, engines);
  private final Api api = new Api(operated, engines, captures);
  private final Metrics metrics = new Metrics(operated, engines, traffic);
  private final Dashboard dashboard = new Dashboard();
  private final String description = new OpenApi(api.routes(), "1.2").document();

  @AfterEach
  void close() throws InterruptedException {
    turning.close();
  }

  static Stream<byte[]> requests() {
    return Stream.of(
            "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
            "GET /api/v1/status HTTP/1.1\r\nAccept: text/plain\r\n\r\n",
            "GET /api/v1/addresses?limit=10&state=simulated HTTP/1.1\r\n\r\n",
            "GET /metrics HTTP/1.0\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: \"x\"\r\n\r\n",
            "GET /api/v1/map?network=1 HTTP/1.1\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
            "POST /api/v1/targets/1/drain HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
            "GET /events HTTP/1.1\r\nLast-Event-ID: 7\r\n\r\n",
            "POST /capture?seconds=1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "GET /%zz HTTP/1.1\r\n\r\n")
        .map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /// At the door of local programs, and at the one of everybody.
  @MethodSource("requests")
  @FuzzTest
  void anyRequest(byte[] data) {
    byte[] bytes = Arrays.copyOf(data, Math.min(data.length, LONGEST_BYTES));
    for (boolean local : new boolean[] {true, false}) {
      Door door =
          new Door(local, Optional.empty(), 1, 1_000_000, Runnable::run, Runnable::run, traffic);
      assertTrue(door.enter());
      EmbeddedChannel channel = new EmbeddedChannel();
      AdminServer.converse(
          channel,
          new Patience(60_000, traffic),
          new Conversation(door, api, metrics, captures, description, dashboard, events));
      channel.pipeline().fireChannelActive();
      channel.writeInbound(Unpooled.copiedBuffer(bytes));
      channel.runPendingTasks();
      String answer = outbound(channel);
      assertTrue(answer.isEmpty() || answer.startsWith("HTTP/1.1 "), answer);
      assertFalse(answer.startsWith("HTTP/1.1 500"), answer);
      channel.finishAndReleaseAll();
      assertFalse(channel.isOpen());
      door.leave();
    }
  }

  private static String outbound(EmbeddedChannel channel) {
    StringBuilder text = new StringBuilder();
    for (Object part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
      if (part instanceof ByteBuf bytes) {
        text.append(bytes.toString(StandardCharsets.ISO_8859_1));
        bytes.release();
      }
    }
    return text.toString();
  }
}
