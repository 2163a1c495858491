package io.pitchlake.sync.seal;

import io.pitchlake.common.net.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Where the sealed sockets of one node come from. It closes connections whose other end has taken
/// nothing for seconds, because whoever writes there waits that long. Any thread.
public final class SealedSockets implements AutoCloseable {
  /// The longest that a write waits.
  static final long LONGEST_STALL_NANOS = TimeUnit.SECONDS.toNanos(3);

  private static final long LOOK_MILLIS = 500;

  private final LinkSecret secret;
  private final long boot;
  private final Set<InetAddress> peers;
  private final Refusals refusals;
  private final Set<SealedSocket> open = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("sync-watch").daemon().factory());

  /// @param boot drawn at random when this node started
  /// @param peers whose connections never want for a place because of strangers
  public SealedSockets(LinkSecret secret, long boot, Set<InetAddress> peers, Refusals refusals) {
    this.secret = secret;
    this.boot = boot;
    this.peers = Set.copyOf(peers);
    this.refusals = refusals;
    var _ =
        watch.scheduleWithFixedDelay(
            this::closeStalled, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /// A server socket that listens.
  ///
  /// @throws IOException when the kernel does not let it
  public ServerSocket listen(InetSocketAddress address) throws IOException {
    ServerSocket socket = new SealedServerSocket(this);
    try {
      socket.setReuseAddress(true);
      socket.bind(address);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /// A socket that can be connected.
  public Socket socket() {
    return new SealedSocket(this);
  }

  LinkSecret secret() {
    return secret;
  }

  long boot() {
    return boot;
  }

  Set<InetAddress> peers() {
    return peers;
  }

  Refusals refusals() {
    return refusals;
  }

  String name(InetAddress address) {
    return IpAddress.of(address).toString();
  }

  String name(InetSocketAddress address) {
    return name(address.getAddress());
  }

  void opened(SealedSocket socket) {
    open.add(socket);
  }

  void closed(SealedSocket socket) {
    open.remove(socket);
  }

  private void closeStalled() {
    long now = System.nanoTime();
    for (SealedSocket socket : open) {
      if (socket.stalledNanos(now) > LONGEST_STALL_NANOS) {
        closeQuietly(socket);
      }
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is of no use any more, whether it says so or not.
    }
  }

  /// Closes every connection, at once.
  @Override
  public void close() {
    watch.shutdownNow();
    open.forEach(SealedSockets::closeQuietly);
  }
}
