package io.pitchlake.node.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.pitchlake.common.config.HealthCheck;
import io.pitchlake.common.config.HealthCheck.DnsType;
import io.pitchlake.common.config.HealthCheck.Request;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.wire.NativeBuffer;
import io.pitchlake.node.engine.Command.Result;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever a target answers to a check, there is a finding with a line of reason, the same however
/// the answer was cut on its way. The first byte of an input says where.
class HealthFuzzTest {
  private static final IpAddress TARGET = IpAddress.parse("192.168.2.20");
  private static final Duration SECOND = Duration.ofSeconds(1);

  /// The longest line of an agent.
  private static final int LONGEST_BYTES = 1024;

  private static final int IDENTIFICATION = 0x1234;
  private static final byte[] QUESTION =
      DnsQuestion.of(
          new HealthCheck.Dns(53, SECOND, SECOND, "www.example", DnsType.AAAA, List.of()));

  private final NativeBuffer buffer = new NativeBuffer(2 * LONGEST_BYTES);

  @AfterEach
  void free() {
    buffer.close();
  }

  static Stream<byte[]> httpAnswers() {
    return Stream.of(
            "\tHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nready",
            " HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\nnot",
            "@HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nrea\r\n2\r\ndy\r\n0\r\n\r\n",
            "AHTTP/1.1 503 \r\n\r\n")
        .map(HealthFuzzTest::bytes);
  }

  @MethodSource("httpAnswers")
  @FuzzTest
  void anyHttpAnswer(byte[] data) {
    Request request = new Request("/", Optional.empty(), Request.GOOD_STATUS, Optional.of("ready"));
    judge(() -> new HttpAttempt(null, TARGET, 80, SECOND, request)::handlers, data);
  }

  static Stream<byte[]> agentLines() {
    return Stream.of("\4up ready 75%\r\n", "\3drain, 5%", "\2down # disk full\n", "\1maint\n\n")
        .map(HealthFuzzTest::bytes);
  }

  @MethodSource("agentLines")
  @FuzzTest
  void anyAgentLine(byte[] data) {
    HealthCheck.Agent check = new HealthCheck.Agent(9999, SECOND, SECOND);
    judge(() -> new AgentAttempt(null, TARGET, check)::handlers, data);
  }

  /// A connection's handlers, made anew for each.
  private interface Check {
    Function<CompletableFuture<Finding>, List<ChannelHandler>> begin();
  }

  private static void judge(Check check, byte[] data) {
    if (data.length == 0) {
      return;
    }
    byte[] answer = Arrays.copyOfRange(data, 1, Math.min(data.length, LONGEST_BYTES));
    Finding whole = find(check, answer, answer.length);
    assertTrue(whole.reason().matches("[ -~]{0,163}"), whole::reason);
    assertEquals(whole.result() == Result.GOOD, whole.reason().isEmpty(), whole::toString);
    assertTrue(whole.percent() >= 0 && whole.percent() <= 256, whole::toString);
    assertEquals(whole, find(check, answer, Math.min(data[0] & 0xff, answer.length)));
  }

  private static Finding find(Check check, byte[] answer, int cut) {
    CompletableFuture<Finding> finding = new CompletableFuture<>();
    EmbeddedChannel channel =
        new EmbeddedChannel(check.begin().apply(finding).toArray(ChannelHandler[]::new));
    channel.writeInbound(Unpooled.copiedBuffer(answer, 0, cut));
    channel.writeInbound(Unpooled.copiedBuffer(answer, cut, answer.length - cut));
    channel.finishAndReleaseAll();
    assertTrue(finding.isDone(), "a closed connection without a finding");
    return finding.join();
  }

  static Stream<byte[]> dnsAnswers() {
    byte[] answer = QUESTION.clone();
    answer[0] = IDENTIFICATION >> 8;
    answer[1] = IDENTIFICATION & 0xff;
    answer[2] |= (byte) 0x80;
    return Stream.of(answer, Arrays.copyOf(answer, DnsQuestion.HEADER_LENGTH));
  }

  @MethodSource("dnsAnswers")
  @FuzzTest
  void anyDnsAnswer(byte[] data) {
    byte[] answer = Arrays.copyOf(data, Math.min(data.length, LONGEST_BYTES));
    boolean answered = isAnswered(answer, 0x5a);
    assertEquals(answered, isAnswered(answer, 0), "read behind the end");
    if (answered) {
      assertFalse(DnsQuestion.nameOf(DnsQuestion.code(buffer.address())).isEmpty());
    }
  }

  private boolean isAnswered(byte[] answer, int behind) {
    byte[] all = new byte[buffer.capacity()];
    Arrays.fill(all, (byte) behind);
    System.arraycopy(answer, 0, all, 0, answer.length);
    return DnsQuestion.isAnswered(QUESTION, IDENTIFICATION, buffer.put(all), answer.length);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
