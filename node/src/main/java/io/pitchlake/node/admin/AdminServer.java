package io.pitchlake.node.admin;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.pitchlake.common.config.Configuration.Admin;
import io.pitchlake.common.config.Configuration.AdminListen;
import io.pitchlake.common.config.Configuration.AdminSocket;
import io.pitchlake.common.net.IpAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The operator's seat: listens where the configuration says. What is there by itself (`auto`) is
/// no reason not to start; what the file asks for is.
public final class AdminServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("pitchlake");
  private static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");
  private static final int LONGEST_LINE_BYTES = 4096;
  private static final int LONGEST_HEADERS_BYTES = 8192;
  private static final int LONGEST_BODY_BYTES = 16_384;
  private static final int WAITING_CONNECTIONS = 64;
  private static final long PATIENCE_MILLIS = 10_000;
  private static final int WRITE_LOW_BYTES = 32_768;
  private static final int WRITE_HIGH_BYTES = 65_536;

  private final Operated operated;
  private final Traffic traffic = new Traffic();
  private final Api api;
  private final Captures captures;
  private final Metrics metrics;
  private final String description;
  private final Dashboard dashboard = new Dashboard();
  private final long patienceMillis;
  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("admin", true), NioIoHandler.newFactory());
  private final List<ExecutorService> workers = new ArrayList<>();
  private final ExecutorService quick = worker("admin quick");
  private final List<Runnable> closings = new ArrayList<>();
  private Optional<Path> socket = Optional.empty();
  private Optional<InetSocketAddress> address = Optional.empty();

  /// Opens what there is to open.
  ///
  /// @param usualSocket what `socket auto` means
  /// @throws AdminException a place that the file asks for cannot be had
  public static AdminServer open(Operated operated, Admin admin, Path usualSocket)
      throws AdminException {
    return open(operated, admin, usualSocket, PATIENCE_MILLIS);
  }

  /// @param patienceMillis how long a request may take to arrive, and an answer to be read
  static AdminServer open(Operated operated, Admin admin, Path usualSocket, long patienceMillis)
      throws AdminException {
    AdminServer server = new AdminServer(operated, patienceMillis);
    try {
      server.openSocket(admin, usualSocket);
      server.openHttp(admin);
      return server;
    } catch (AdminException e) {
      server.close();
      throw e;
    }
  }

  private AdminServer(Operated operated, long patienceMillis) {
    this.operated = operated;
    this.patienceMillis = patienceMillis;
    List<EngineReader> engines = operated.nodes().stream().map(EngineReader::new).toList();
    this.captures = new Captures(operated, engines);
    this.api = new Api(operated, engines, captures);
    this.metrics = new Metrics(operated, engines, traffic);
    this.description = new OpenApi(api.routes(), operated.version()).document();
    var _ =
        loop.scheduleAtFixedRate(
            api.rates()::sample,
            RateHistory.INTERVAL_MILLIS,
            RateHistory.INTERVAL_MILLIS,
            TimeUnit.MILLISECONDS);
  }

  private ExecutorService worker(String name) {
    ExecutorService worker =
        Executors.newSingleThreadExecutor(new DefaultThreadFactory(name, true));
    workers.add(worker);
    return worker;
  }

  /// Where local programs come in; empty where nowhere.
  public Optional<Path> socket() {
    return socket;
  }

  /// Where HTTP is spoken; empty where nowhere.
  public Optional<InetSocketAddress> address() {
    return address;
  }

  Traffic traffic() {
    return traffic;
  }

  // ---- the unix socket

  private void openSocket(Admin admin, Path usual) throws AdminException {
    switch (admin.socket()) {
      case AdminSocket.Off() -> {}
      case AdminSocket.At(Path path) -> openSocket(path, admin);
      case AdminSocket.Auto() -> {
        try {
          Files.createDirectories(usual.getParent());
          openSocket(usual, admin);
        } catch (IOException e) {
          LOG.info(
              "no socket for 'pitchlake show': {} cannot be made; 'admin {{ socket PATH }}' names"
                  + " another place",
              usual.getParent());
        } catch (AdminException e) {
          LOG.info("no socket for 'pitchlake show': {}", e.getMessage());
        }
      }
    }
  }

  /// Made under another name and moved, so that it is never there with other permissions than those
  /// it is to have, and what a killed process left behind gives way.
  private void openSocket(Path path, Admin admin) throws AdminException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      if (isAnswered(path)) {
        throw noPlace("another process listens at %s".formatted(path));
      }
      if (!isSocket(path)) {
        throw noPlace("%s is there, and no socket".formatted(path));
      }
    }
    Path made = path.resolveSibling(path.getFileName() + ".new");
    Door door =
        new Door(
            true,
            Optional.empty(),
            admin.connections(),
            admin.rate(),
            worker("admin socket"),
            quick,
            traffic);
    try {
      Files.deleteIfExists(made);
      bind(NioServerDomainSocketChannel.class, UnixDomainSocketAddress.of(made), door, null);
      Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-rw----"));
      Files.move(made, path, StandardCopyOption.ATOMIC_MOVE);
      Object inode = Files.getAttribute(path, "unix:ino");
      closings.add(() -> remove(path, inode));
      socket = Optional.of(path);
    } catch (IOException e) {
      throw noPlace("no socket can be made at %s".formatted(path));
    }
  }

  private static AdminException noPlace(String sentence) {
    return new AdminException(AdminException.Reason.PLACE, sentence);
  }

  private static boolean isAnswered(Path path) {
    try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isSocket(Path path) {
    try {
      return (((int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS)) & 0xf000)
          == 0xc000;
    } catch (IOException e) {
      return false;
    }
  }

  /// Unless somebody else has put another one there.
  private static void remove(Path path, Object inode) {
    try {
      if (inode.equals(Files.getAttribute(path, "unix:ino"))) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      LOG.debug("{} is gone already", path, e);
    }
  }

  // ---- HTTP

  private void openHttp(Admin admin) throws AdminException {
    Optional<AdminToken> token =
        admin.token().isPresent()
            ? Optional.of(AdminToken.read(admin.token().get()))
            : Optional.empty();
    SslContext tls = admin.certificate().isPresent() ? tls(admin) : null;
    switch (admin.listen()) {
      case AdminListen.Off() -> {}
      case AdminListen.At(IpAddress at, int port) -> openHttp(at, port, admin, token, tls);
      case AdminListen.Auto() -> {
        try {
          openHttp(LOOPBACK, Admin.DEFAULT_PORT, admin, token, tls);
        } catch (AdminException e) {
          LOG.info("no metrics and no API over HTTP: {}", e.getMessage());
        }
      }
    }
  }

  private static SslContext tls(Admin admin) throws AdminException {
    Path certificate = admin.certificate().orElseThrow();
    Path key = admin.key().orElseThrow();
    try {
      return SslContextBuilder.forServer(certificate.toFile(), key.toFile())
          .protocols("TLSv1.3", "TLSv1.2")
          .build();
    } catch (SSLException | IllegalArgumentException e) {
      throw new AdminException(
          AdminException.Reason.FILE,
          "the certificate %s and its key %s cannot be used; both must be PEM, and the key PKCS#8 without a password"
              .formatted(certificate, key));
    }
  }

  private void openHttp(
      IpAddress at, int port, Admin admin, Optional<AdminToken> token, SslContext tls)
      throws AdminException {
    Door door =
        new Door(
            false, token, admin.connections(), admin.rate(), worker("admin http"), quick, traffic);
    try {
      InetSocketAddress place = new InetSocketAddress(at.inet(), port);
      Channel bound = bind(NioServerSocketChannel.class, place, door, tls);
      address = Optional.of((InetSocketAddress) bound.localAddress());
    } catch (IOException e) {
      throw noPlace(
          "nobody can listen at TCP port %d of %s, or somebody does already".formatted(port, at));
    }
  }

  private Channel bind(
      Class<? extends ServerChannel> kind, SocketAddress place, Door door, SslContext tls)
      throws IOException {
    ServerBootstrap server =
        new ServerBootstrap()
            .group(loop)
            .channel(kind)
            .option(ChannelOption.SO_BACKLOG, WAITING_CONNECTIONS)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(WRITE_LOW_BYTES, WRITE_HIGH_BYTES))
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accept(channel, door, tls);
                  }
                });
    ChannelFuture bound = server.bind(place).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(bound.cause());
    }
    closings.addFirst(() -> bound.channel().close().awaitUninterruptibly());
    return bound.channel();
  }

  private void accept(Channel channel, Door door, SslContext tls) {
    if (!door.enter()) {
      var _ = channel.close();
      return;
    }
    channel.closeFuture().addListener(closed -> door.leave());
    if (tls != null) {
      SslHandler handler = tls.newHandler(channel.alloc());
      handler.setHandshakeTimeoutMillis(patienceMillis);
      channel.pipeline().addLast(handler);
    }
    converse(
        channel,
        new Patience(patienceMillis, traffic),
        new Conversation(door, api, metrics, captures, description, dashboard, operated.events()));
  }

  /// Has a connection speak HTTP.
  static void converse(Channel channel, Patience patience, Conversation conversation) {
    channel
        .pipeline()
        .addLast(
            new HttpServerCodec(
                new HttpDecoderConfig()
                    .setMaxInitialLineLength(LONGEST_LINE_BYTES)
                    .setMaxHeaderSize(LONGEST_HEADERS_BYTES)),
            new HttpObjectAggregator(LONGEST_BODY_BYTES, true),
            patience,
            conversation);
  }

  /// Stops listening, and lets go of everybody.
  @Override
  public void close() {
    closings.forEach(Runnable::run);
    // Whoever works still has somebody to hand the answer to.
    workers.forEach(ExecutorService::shutdownNow);
    workers.forEach(AdminServer::awaitEnd);
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private static void awaitEnd(ExecutorService worker) {
    try {
      if (!worker.awaitTermination(1, TimeUnit.SECONDS)) {
        LOG.debug("a worker of the operator's seat does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
