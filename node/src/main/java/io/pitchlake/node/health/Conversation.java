package io.pitchlake.node.health;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.pitchlake.common.net.IpAddress;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import javax.net.ssl.SSLException;

/// One TCP connection to a target, from connecting to the finding, within a time limit. The event
/// loop talks, a virtual thread waits.
final class Conversation {
  static final UnpooledByteBufAllocator BUFFERS = new UnpooledByteBufAllocator(false);

  private final EventLoopGroup loop;
  private final InetSocketAddress server;
  private final Duration limit;

  Conversation(EventLoopGroup loop, IpAddress address, int port, Duration limit) {
    this.loop = loop;
    this.server = new InetSocketAddress(address.inet(), port);
    this.limit = limit;
  }

  /// Connects and lets the handlers talk until one of them completes the finding.
  ///
  /// @param handlers made anew for each connection, given what they shall complete
  Finding hold(Function<CompletableFuture<Finding>, List<ChannelHandler>> handlers)
      throws InterruptedException {
    CompletableFuture<Finding> finding = new CompletableFuture<>();
    ChannelFuture connected =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.ALLOCATOR, BUFFERS)
            // Aborted in the end, not closed in order: neither side shall keep it in mind.
            .option(ChannelOption.SO_LINGER, 0)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) limit.toMillis() + 1)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    handlers.apply(finding).forEach(channel.pipeline()::addLast);
                  }
                })
            .connect(server);
    connected.addListener(done -> {
      if (!done.isSuccess()) {
        finding.complete(ofFailure(done.cause()));
      }
    });
    try {
      return finding.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return Finding.silent("no answer within " + seconds());
    } catch (ExecutionException e) {
      return ofFailure(e.getCause());
    } finally {
      var _ = connected.channel().close();
    }
  }

  private String seconds() {
    return limit.toMillis() % 1000 == 0 ? limit.toSeconds() + " s" : limit.toMillis() + " ms";
  }

  private Finding ofFailure(Throwable cause) {
    return switch (cause) {
      case ConnectTimeoutException _ -> Finding.silent("no answer within " + seconds());
      case NoRouteToHostException _ -> Finding.bad("this host has no route to it");
      case ConnectException refused ->
          String.valueOf(refused.getMessage()).contains("refused")
              ? Finding.bad("refused")
              : Finding.bad("this host cannot reach it: " + refused.getMessage());
      case SSLException tls -> Finding.bad("TLS: " + innermost(tls));
      default -> Finding.bad(innermost(cause));
    };
  }

  /// What a failure says at its root, where the reason is.
  private static String innermost(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }
}
