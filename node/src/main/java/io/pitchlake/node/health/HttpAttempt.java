package io.pitchlake.node.health;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.pitchlake.common.config.HealthCheck;
import io.pitchlake.common.config.HealthCheck.Request;
import io.pitchlake.common.net.IpAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLException;

/// `http` and `https`: a GET over a new connection, judged by status and text.
final class HttpAttempt implements Attempt {
  private static final int BODY_BYTES = 65_536;
  private static final int FIRST_FINAL_STATUS = 200;

  private final Conversation conversation;
  private final Request request;
  private final String host;
  private final SslContext tls;
  private final String peer;
  private final int port;

  HttpAttempt(EventLoopGroup loop, IpAddress address, int port, Duration timeout, Request request) {
    this(new Conversation(loop, address, port, timeout), address, port, request, null, null);
  }

  HttpAttempt(EventLoopGroup loop, IpAddress address, HealthCheck.Https check) {
    this(
        new Conversation(loop, address, check.port(), check.timeout()),
        address,
        check.port(),
        check.request(),
        context(check.verify()),
        check.sni().or(() -> check.request().host()).orElse(address.toString()));
  }

  private HttpAttempt(
      Conversation conversation,
      IpAddress address,
      int port,
      Request request,
      SslContext tls,
      String peer) {
    this.conversation = conversation;
    this.request = request;
    this.tls = tls;
    this.peer = peer;
    this.port = port;
    String name = address.isIpv4() ? address.toString() : "[" + address + "]";
    boolean usual = port == (tls == null ? 80 : 443);
    this.host = request.host().orElse(usual ? name : name + ":" + port);
  }

  private static SslContext context(boolean verify) {
    try {
      SslContextBuilder builder = SslContextBuilder.forClient();
      if (!verify) {
        builder
            .trustManager(InsecureTrustManagerFactory.INSTANCE)
            .endpointIdentificationAlgorithm(null);
      }
      return builder.build();
    } catch (SSLException e) {
      throw new IllegalStateException("this Java has no TLS", e);
    }
  }

  @Override
  public Finding run() throws InterruptedException {
    return conversation.hold(this::handlers);
  }

  /// What asks over a connection and judges the answer.
  List<ChannelHandler> handlers(CompletableFuture<Finding> finding) {
    List<ChannelHandler> handlers = new ArrayList<>();
    if (tls != null) {
      SslHandler handler = tls.newHandler(Conversation.BUFFERS, peer, port);
      handler.setHandshakeTimeoutMillis(0); // the conversation's limit holds
      handlers.add(handler);
    }
    handlers.add(new HttpClientCodec());
    handlers.add(new Answer(finding));
    return handlers;
  }

  /// Asks when the connection stands, and judges what comes.
  private final class Answer extends SimpleChannelInboundHandler<HttpObject> {
    private final CompletableFuture<Finding> finding;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private boolean judged;

    Answer(CompletableFuture<Finding> finding) {
      this.finding = finding;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      DefaultFullHttpRequest get =
          new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, request.path());
      get.headers()
          .set(HttpHeaderNames.HOST, host)
          .set(HttpHeaderNames.USER_AGENT, "pitchlake")
          .set(HttpHeaderNames.ACCEPT, "*/*")
          .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
      var _ = context.writeAndFlush(get, context.voidPromise());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject part) throws IOException {
      if (part.decoderResult().isFailure()) {
        finding.complete(Finding.bad("the answer is not HTTP"));
      } else if (part instanceof HttpResponse response) {
        onStatus(response.status().code());
      } else if (part instanceof HttpContent content) {
        onBody(content.content(), part instanceof LastHttpContent);
      }
    }

    private void onStatus(int status) {
      if (status < FIRST_FINAL_STATUS) {
        return; // 100 Continue and the like announce the answer
      }
      judged = true;
      if (!request.accepts(status)) {
        finding.complete(Finding.bad("status " + status));
      } else if (request.expect().isEmpty()) {
        finding.complete(Finding.good());
      }
    }

    private void onBody(ByteBuf content, boolean isLast) throws IOException {
      if (!judged || finding.isDone()) {
        return;
      }
      int length = Math.min(content.readableBytes(), BODY_BYTES - body.size());
      content.getBytes(content.readerIndex(), body, length);
      String wanted = request.expect().orElseThrow();
      if (body.toString(StandardCharsets.UTF_8).contains(wanted)) {
        finding.complete(Finding.good());
      } else if (isLast || body.size() == BODY_BYTES) {
        finding.complete(Finding.bad("'" + wanted + "' does not stand in the answer"));
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      finding.complete(Finding.bad("closed before it answered"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      Throwable inner = cause.getCause() instanceof SSLException ? cause.getCause() : cause;
      finding.completeExceptionally(inner);
    }
  }
}
