package io.pitchlake.node.health;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.pitchlake.common.config.HealthCheck;
import io.pitchlake.common.net.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// `agent`: connects, reads one line and takes it at its word.
final class AgentAttempt implements Attempt {
  private static final int LONGEST_LINE = 1024;

  private final Conversation conversation;
  private final AgentState state = new AgentState();

  AgentAttempt(EventLoopGroup loop, IpAddress address, HealthCheck.Agent check) {
    this.conversation = new Conversation(loop, address, check.port(), check.timeout());
  }

  @Override
  public Finding run() throws InterruptedException {
    return conversation.hold(this::handlers);
  }

  /// What reads the answer of a connection.
  List<ChannelHandler> handlers(CompletableFuture<Finding> finding) {
    return List.of(new Line(finding));
  }

  private final class Line extends SimpleChannelInboundHandler<ByteBuf> {
    private final CompletableFuture<Finding> finding;
    private final StringBuilder line = new StringBuilder();

    Line(CompletableFuture<Finding> finding) {
      this.finding = finding;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
      line.append(bytes.toString(StandardCharsets.US_ASCII));
      int end = line.indexOf("\n");
      if (end >= 0) {
        finding.complete(state.said(line.substring(0, end)));
      } else if (line.length() > LONGEST_LINE) {
        finding.complete(Finding.bad("says more than a line"));
      }
    }

    /// HAProxy takes a line without an end, too.
    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (!finding.isDone()) {
        finding.complete(state.said(line.toString()));
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      finding.completeExceptionally(cause);
    }
  }
}
