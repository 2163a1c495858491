package io.pitchlake.node.admin;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.pitchlake.common.net.IpAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection: a request, an answer, a request. Whoever sends a second request before the first
/// one's answer has left is cut. Netty's thread, but for what a worker is given.
final class Conversation extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger LOG = LoggerFactory.getLogger("pitchlake");
  private static final String JSON = "application/json; charset=utf-8";
  private static final String PLAIN = "text/plain; charset=utf-8";

  /// An answer of the API is no page, and no part of one.
  private static final String NOTHING = "default-src 'none'; frame-ancestors 'none'";

  private static final long STILL_HERE_SECONDS = 3;
  private static final Set<String> CAPTURE_PARAMETERS = Set.of("address", "seconds");

  private final Door door;
  private final Api api;
  private final Metrics metrics;
  private final Captures captures;
  private final String description;
  private final Dashboard dashboard;
  private final RecentEvents events;
  private boolean busy;
  private Consumer<RecentEvents.Entry> listener;

  /// @param description of the API
  Conversation(
      Door door,
      Api api,
      Metrics metrics,
      Captures captures,
      String description,
      Dashboard dashboard,
      RecentEvents events) {
    this.door = door;
    this.api = api;
    this.metrics = metrics;
    this.captures = captures;
    this.description = description;
    this.dashboard = dashboard;
    this.events = events;
  }

  /// What is sent back.
  private record Answer(HttpResponseStatus status, String contentType, String body) {
    static Answer of(Page page, boolean plain) {
      boolean unready =
          page.shape().equals(NodeShows.READINESS) && !Boolean.TRUE.equals(page.fact("ready"));
      return new Answer(
          unready ? HttpResponseStatus.SERVICE_UNAVAILABLE : HttpResponseStatus.OK,
          plain ? PLAIN : JSON,
          plain ? PlainText.of(page) : JsonText.of(page));
    }

    static Answer refusing(HttpResponseStatus status, String sentence, boolean plain) {
      return new Answer(
          status,
          plain ? PLAIN : JSON,
          plain ? sentence + "\n" : JsonText.of(Map.of("error", sentence)));
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    if (busy) {
      door.traffic().count(Traffic.Fate.MALFORMED);
      var _ = context.close();
      return;
    }
    busy = true;
    boolean keepAlive = HttpUtil.isKeepAlive(request);
    boolean plain = wantsPlain(request);
    if (request.decoderResult().isFailure()) {
      door.traffic().count(Traffic.Fate.MALFORMED);
      send(context, malformed(request.decoderResult().cause(), plain), false);
      return;
    }
    if (!door.mayAsk()) {
      door.traffic().count(Traffic.Fate.RATE);
      send(
          context,
          Answer.refusing(
              HttpResponseStatus.TOO_MANY_REQUESTS, "too many requests; ask later", plain),
          false);
      return;
    }
    try {
      begin(context, request, keepAlive, plain);
    } catch (Refusal refusal) {
      refuse(context, refusal, keepAlive, plain);
    } catch (IllegalArgumentException e) {
      // What stands behind a % in the address is no hexadecimal number.
      refuse(context, Refusal.wrong("the address cannot be read"), keepAlive, plain);
    }
  }

  private void begin(
      ChannelHandlerContext context, FullHttpRequest request, boolean keepAlive, boolean plain)
      throws Refusal {
    String path = new QueryStringDecoder(request.uri()).path();
    boolean isProbe = path.equals("/healthz") || path.equals("/readyz");
    boolean changes = !request.method().equals(HttpMethod.GET);
    Optional<Asset> asset = changes ? Optional.empty() : dashboard.at(path);
    if (asset.isPresent()) {
      // The page itself tells nothing of this node, and is what a token is typed into.
      door.traffic().count(Traffic.Fate.ANSWERED);
      send(context, asset.get(), request, keepAlive);
      return;
    }
    admit(request, isProbe, changes);
    if (!changes && path.equals("/api/v1/openapi.json")) {
      send(context, new Answer(HttpResponseStatus.OK, JSON, description), keepAlive);
    } else if (!changes && path.equals("/metrics")) {
      work(
          context,
          door.quick(),
          () -> new Answer(HttpResponseStatus.OK, Metrics.CONTENT_TYPE, metrics.scrape()),
          keepAlive,
          plain);
    } else if (!changes && path.equals("/events")) {
      stream(context, request);
    } else if (changes && path.equals("/capture")) {
      Request asked =
          Request.of(
              new QueryStringDecoder(request.uri()).parameters(), CAPTURE_PARAMETERS::contains);
      door.worker().execute(() -> capture(context, asked, plain));
    } else {
      Api.Match match = api.match(request.method(), request.uri());
      work(
          context,
          door.workerFor(match.route()),
          () -> Answer.of(match.route().handler().answer(match.request()), plain),
          keepAlive,
          plain);
    }
  }

  /// Who may ask for it.
  private void admit(FullHttpRequest request, boolean isProbe, boolean changes) throws Refusal {
    if (door.isLocal() || isProbe && !changes) {
      return;
    }
    if (door.token().isPresent()) {
      if (!door.token().get().isIn(request.headers().get(HttpHeaderNames.AUTHORIZATION))) {
        throw new Refusal(
            HttpResponseStatus.UNAUTHORIZED, "this needs the header 'Authorization: Bearer TOKEN'");
      }
      return;
    }
    if (!isNumeric(request.headers().get(HttpHeaderNames.HOST))) {
      // Else a page from anywhere could have a browser on this host read what is here.
      throw new Refusal(
          HttpResponseStatus.FORBIDDEN, "ask for this by address, such as http://127.0.0.1/");
    }
    if (changes) {
      throw new Refusal(
          HttpResponseStatus.FORBIDDEN,
          "what changes something needs the unix socket, or a 'token' in the admin section");
    }
  }

  /// Whether a `Host` header names an address, and no name that anybody's name server may turn into
  /// this host's address.
  private static boolean isNumeric(String host) {
    if (host == null) {
      return true;
    }
    String name = host.startsWith("[") ? host.substring(1, Math.max(1, host.indexOf(']'))) : host;
    name =
        !host.startsWith("[") && name.contains(":") ? name.substring(0, name.indexOf(':')) : name;
    return name.equalsIgnoreCase("localhost") || IpAddress.tryParse(name).isPresent();
  }

  private static boolean wantsPlain(FullHttpRequest request) {
    String accept = request.headers().get(HttpHeaderNames.ACCEPT);
    return accept != null && accept.toLowerCase(Locale.ROOT).startsWith("text/plain");
  }

  private static Answer malformed(Throwable cause, boolean plain) {
    return switch (cause) {
      case TooLongHttpLineException _ ->
          Answer.refusing(
              HttpResponseStatus.REQUEST_URI_TOO_LONG, "the address is too long", plain);
      case TooLongHttpHeaderException _ ->
          Answer.refusing(
              HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
              "the headers are too long",
              plain);
      default -> Answer.refusing(HttpResponseStatus.BAD_REQUEST, "this is no HTTP request", plain);
    };
  }

  /// Work that gives an answer.
  @FunctionalInterface
  private interface Work {
    Answer answer() throws Refusal;
  }

  private void work(
      ChannelHandlerContext context, Executor worker, Work work, boolean keepAlive, boolean plain) {
    worker.execute(() -> {
      if (!context.channel().isActive()) {
        return; // nobody waits for it any more
      }
      Answer answer;
      try {
        answer = work.answer();
        door.traffic().count(Traffic.Fate.ANSWERED);
      } catch (Refusal refusal) {
        door.traffic().count(Traffic.Fate.REFUSED);
        answer = Answer.refusing(refusal.status(), refusal.getMessage(), plain);
      } catch (RuntimeException e) {
        LOG.warn("a request of an operator failed: {}", e.toString());
        LOG.debug("its stack trace", e);
        answer =
            Answer.refusing(
                HttpResponseStatus.INTERNAL_SERVER_ERROR,
                "a fault of the program; the log has more",
                plain);
      }
      Answer done = answer;
      context.executor().execute(() -> send(context, done, keepAlive));
    });
  }

  private void refuse(
      ChannelHandlerContext context, Refusal refusal, boolean keepAlive, boolean plain) {
    door.traffic().count(Traffic.Fate.REFUSED);
    send(context, Answer.refusing(refusal.status(), refusal.getMessage(), plain), keepAlive);
  }

  private void send(ChannelHandlerContext context, Answer answer, boolean keepAlive) {
    ByteBuf body = Unpooled.wrappedBuffer(answer.body().getBytes(StandardCharsets.UTF_8));
    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, answer.status(), body);
    head(response, answer.contentType());
    HttpUtil.setContentLength(response, body.readableBytes());
    if (answer.status().equals(HttpResponseStatus.UNAUTHORIZED)) {
      response.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
    }
    send(context, response, keepAlive);
  }

  /// A file of the page, unless the browser has it already.
  private void send(
      ChannelHandlerContext context, Asset asset, FullHttpRequest request, boolean keepAlive) {
    boolean known = asset.isKnownTo(request.headers().get(HttpHeaderNames.IF_NONE_MATCH));
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            known ? HttpResponseStatus.NOT_MODIFIED : HttpResponseStatus.OK,
            known ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(asset.bytes()));
    head(response, asset.contentType());
    if (!known) {
      HttpUtil.setContentLength(response, asset.bytes().length);
    }
    response
        .headers()
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_CACHE)
        .set(HttpHeaderNames.ETAG, asset.etag())
        .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, Dashboard.CONTENT_SECURITY_POLICY);
    send(context, response, keepAlive);
  }

  private void send(ChannelHandlerContext context, FullHttpResponse response, boolean keepAlive) {
    HttpUtil.setKeepAlive(response, keepAlive);
    // Until the answer has left, the next request is one too many: who does not read gets no more.
    var sent = context.writeAndFlush(response).addListener(done -> busy = false);
    if (!keepAlive) {
      var _ = sent.addListener(ChannelFutureListener.CLOSE);
    }
  }

  private static void head(HttpResponse response, String contentType) {
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, contentType)
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
        .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, NOTHING)
        .set("Referrer-Policy", "no-referrer")
        .set("Cross-Origin-Opener-Policy", "same-origin")
        .set("Cross-Origin-Resource-Policy", "same-origin")
        .set("X-Content-Type-Options", "nosniff");
  }

  /// Events as they come, until the other one leaves. One who does not read misses some, and is
  /// told how many by the numbers.
  private void stream(ChannelHandlerContext context, FullHttpRequest request) throws Refusal {
    String last = request.headers().get("Last-Event-ID");
    long after = last != null && last.matches("[0-9]{1,18}") ? Long.parseLong(last) : 0;
    if (!door.beginStream()) {
      throw new Refusal(
          HttpResponseStatus.SERVICE_UNAVAILABLE,
          "%d others listen already".formatted(Door.MOST_STREAMS));
    }
    HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    head(response, "text/event-stream; charset=utf-8");
    HttpUtil.setTransferEncodingChunked(response, true);
    var _ = context.writeAndFlush(response);
    if (last != null) {
      events.since(after, 1000).forEach(entry -> tell(context, entry));
    }
    listener = entry -> context.executor().execute(() -> tell(context, entry));
    events.listen(listener);
    stillHere(context);
  }

  /// What decoys are sent and answer from now on, as a pcap file. On a worker.
  private void capture(ChannelHandlerContext context, Request asked, boolean plain) {
    Captures.Running capture;
    try {
      capture = captures.begin(asked);
    } catch (Refusal refusal) {
      context.executor().execute(() -> refuse(context, refusal, false, plain));
      return;
    }
    door.traffic().count(Traffic.Fate.ANSWERED);
    HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    head(response, CaptureStream.CONTENT_TYPE);
    HttpUtil.setTransferEncodingChunked(response, true);
    HttpUtil.setKeepAlive(response, false);
    var _ = context.writeAndFlush(response);
    Thread.ofVirtual().name("capture").start(new CaptureStream(capture, context.channel()));
  }

  private void tell(ChannelHandlerContext context, RecentEvents.Entry entry) {
    if (context.channel().isWritable()) {
      String json =
          JsonText.of(
              Map.of(
                  "number", entry.number(),
                  "time", Instant.ofEpochMilli(entry.wallMillis()).toString(),
                  "line", entry.line()));
      say(context, "id: " + entry.number() + "\ndata: " + json + "\n");
    }
  }

  /// A word now and then, by which a connection that is dead is found out. Whoever has not read the
  /// last ones is cut.
  private void stillHere(ChannelHandlerContext context) {
    if (!context.channel().isActive()) {
      return;
    }
    if (!context.channel().isWritable()) {
      door.traffic().count(Traffic.Fate.SLOW);
      var _ = context.close();
      return;
    }
    say(context, ": still here\n\n");
    var _ =
        context.executor().schedule(() -> stillHere(context), STILL_HERE_SECONDS, TimeUnit.SECONDS);
  }

  private static void say(ChannelHandlerContext context, String text) {
    var _ =
        context.writeAndFlush(new DefaultHttpContent(ByteBufUtil.writeUtf8(context.alloc(), text)));
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (listener != null) {
      events.leave(listener);
      listener = null;
      door.endStream();
    }
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("an operator's connection failed", cause);
    var _ = context.close();
  }
}
