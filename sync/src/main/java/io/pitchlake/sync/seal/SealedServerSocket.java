package io.pitchlake.sync.seal;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// Gives its caller only connections that have proven the cluster's key. Their handshakes run
/// beside each other, bounded in number: those of addresses that are configured as peers have
/// places of their own, which strangers cannot take.
final class SealedServerSocket extends ServerSocket {
  /// Connections that have proven the key and wait for JGroups.
  private static final int WAITING = 64;

  private final SealedSockets home;
  private final BlockingQueue<Optional<SealedSocket>> proven = new LinkedBlockingQueue<>(WAITING);
  private final Admission admission;

  SealedServerSocket(SealedSockets home) throws IOException {
    this.home = home;
    this.admission = new Admission(home.peers());
  }

  /// Binds once; JGroups asks for it a second time.
  @Override
  public void bind(SocketAddress endpoint, int backlog) throws IOException {
    if (!isBound()) {
      super.bind(endpoint, backlog);
      Thread.ofVirtual().name("sync-door").start(this::acceptRaw);
    }
  }

  private void acceptRaw() {
    while (!isClosed()) {
      try {
        SealedSocket socket = SealedSocket.toBeAccepted(home);
        implAccept(socket);
        InetAddress from = socket.getInetAddress();
        if (admission.enter(from)) {
          Thread.ofVirtual().name("sync-handshake").start(() -> prove(socket, from));
        } else {
          socket.close();
          home.refusals()
              .add(home.name(from), "opens more connections at once than this node takes");
        }
      } catch (IOException e) {
        // That connection, or this socket, is gone; the loop's condition tells which.
        Thread.yield();
      }
    }
  }

  private void prove(SealedSocket socket, InetAddress from) {
    boolean good = false;
    try {
      socket.shakeHands(false);
      good = proven.offer(Optional.of(socket));
    } catch (RefusedException e) {
      home.refusals().add(home.name(from), e.getMessage());
    } catch (IOException e) {
      home.refusals().add(home.name(from), "broke off its handshake");
    } finally {
      admission.leave(from);
      if (!good || isClosed()) {
        closeQuietly(socket);
      }
    }
  }

  @Override
  public Socket accept() throws IOException {
    try {
      Optional<SealedSocket> socket = proven.take();
      if (socket.isPresent() && !isClosed()) {
        return socket.get();
      }
      socket.ifPresent(SealedServerSocket::closeQuietly);
      proven.offer(Optional.empty());
      throw new SocketException("Socket closed");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SocketException("interrupted");
    }
  }

  @Override
  public void close() throws IOException {
    super.close();
    for (Optional<SealedSocket> waiting = proven.poll(); waiting != null; waiting = proven.poll()) {
      waiting.ifPresent(SealedServerSocket::closeQuietly);
    }
    proven.offer(Optional.empty());
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is of no use any more, whether it says so or not.
    }
  }
}
