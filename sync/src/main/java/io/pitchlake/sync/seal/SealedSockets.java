package io.pitchlake.sync.seal;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.time.Clock;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
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
  private final DatagramSeal datagrams;
  private volatile SealedDatagrams answering;
  private final Set<Closeable> bound = ConcurrentHashMap.newKeySet();
  private final Set<SealedSocket> open = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("sync-watch").daemon().factory());

  /// @param boot drawn at random when this node started
  /// @param peers whose connections never want for a place because of strangers
  public SealedSockets(
      LinkSecret secret, long boot, Set<InetAddress> peers, Refusals refusals, Clock clock) {
    this.secret = secret;
    this.boot = boot;
    this.peers = Set.copyOf(peers);
    this.refusals = refusals;
    this.datagrams = new DatagramSeal(secret, clock);
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
      bound.add(socket);
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

  /// A socket for datagrams from and to this address.
  ///
  /// @throws IOException when the kernel does not let it
  public MulticastSocket datagrams(InetSocketAddress address) throws IOException {
    SealedDatagrams socket = new SealedDatagrams(this, null);
    try {
      // Two nodes on one address would each get some of the datagrams.
      socket.setReuseAddress(false);
      socket.bind(address);
      bound.add(socket);
      answering = socket;
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /// A socket that hears what is sent to a group.
  public MulticastSocket group(SocketAddress group) throws IOException {
    SealedDatagrams socket = new SealedDatagrams(this, group);
    bound.add(socket);
    return socket;
  }

  /// Sends from this node's own address, which a group's socket cannot.
  void answer(byte[] datagram, SocketAddress to) throws IOException {
    SealedDatagrams socket = answering;
    if (socket != null) {
      socket.sendSealed(datagram, to);
    }
  }

  DatagramSeal datagrams() {
    return datagrams;
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

  private static void closeQuietly(Closeable socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is of no use any more, whether it says so or not.
    }
  }

  /// Closes every socket, at once.
  @Override
  public void close() {
    watch.shutdownNow();
    bound.forEach(SealedSockets::closeQuietly);
    open.forEach(SealedSockets::closeQuietly);
  }
}
