package io.pitchlake.node.admin;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/// Cuts whoever is slow. A request must be there whole in time, counted from the connection's
/// beginning or the last answer's end, so that one byte now and then buys nothing; an answer must
/// have been taken in time, too. While a request is being answered, nobody is slow but this node.
final class Patience extends ChannelDuplexHandler {
  private final long millis;
  private final Traffic traffic;
  private ScheduledFuture<?> deadline;

  Patience(long millis, Traffic traffic) {
    this.millis = millis;
    this.traffic = traffic;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    begin(context);
    context.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof FullHttpRequest) {
      end();
    }
    context.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    // From now on it is the other one's turn to read; then, to ask again.
    begin(context);
    if (message instanceof LastHttpContent) {
      context.write(message, promise).addListener(written -> begin(context));
    } else {
      context.write(message, promise).addListener(written -> end());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    end();
    context.fireChannelInactive();
  }

  private void begin(ChannelHandlerContext context) {
    end();
    if (context.channel().isActive()) {
      deadline =
          context
              .executor()
              .schedule(
                  () -> {
                    traffic.count(Traffic.Fate.SLOW);
                    var _ = context.close();
                  },
                  millis,
                  TimeUnit.MILLISECONDS);
    }
  }

  private void end() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }
}
