package io.pitchlake.sync.link;

import io.pitchlake.common.config.Configuration.SyncTransport;
import io.pitchlake.sync.seal.SealedSockets;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import org.jgroups.util.SocketFactory;

/// Gives JGroups sealed sockets and no others. The one that listens is bound before JGroups starts,
/// so that an address which cannot be had is known at once.
final class SealedSocketFactory implements SocketFactory {
  private final SealedSockets sockets;
  private final SyncTransport transport;
  private final InetSocketAddress address;
  private ServerSocket listening;
  private MulticastSocket datagrams;

  SealedSocketFactory(SealedSockets sockets, SyncTransport transport, InetSocketAddress address)
      throws IOException {
    this.sockets = sockets;
    this.transport = transport;
    this.address = address;
    bind();
  }

  private void bind() throws IOException {
    switch (transport) {
      case TCP -> {
        if (listening == null || listening.isClosed()) {
          listening = sockets.listen(address);
        }
      }
      case UDP -> {
        if (datagrams == null || datagrams.isClosed()) {
          datagrams = sockets.datagrams(address);
        }
      }
    }
  }

  @Override
  public Socket createSocket(String service) {
    return sockets.socket();
  }

  @Override
  public synchronized ServerSocket createServerSocket(String service) throws IOException {
    bind();
    return listening;
  }

  /// @param on null for the one that JGroups then binds to its own address
  @Override
  public synchronized MulticastSocket createMulticastSocket(String service, SocketAddress on)
      throws IOException {
    if (on != null) {
      return sockets.group(on);
    }
    bind();
    return datagrams;
  }

  @Override
  public void close(Socket socket) throws IOException {
    socket.close();
  }

  @Override
  public void close(ServerSocket socket) throws IOException {
    socket.close();
  }

  @Override
  public void close(DatagramSocket socket) {
    socket.close();
  }

  /// What follows is never asked for by the protocols of [Stack].
  private static IOException unsealed(String service) {
    return new IOException("no unsealed socket for " + service);
  }

  @Override
  public Socket createSocket(String service, String host, int port) throws IOException {
    throw unsealed(service);
  }

  @Override
  public Socket createSocket(String service, InetAddress to, int port) throws IOException {
    throw unsealed(service);
  }

  @Override
  public Socket createSocket(String service, String host, int port, InetAddress from, int fromPort)
      throws IOException {
    throw unsealed(service);
  }

  @Override
  public Socket createSocket(
      String service, InetAddress to, int port, InetAddress from, int fromPort) throws IOException {
    throw unsealed(service);
  }

  @Override
  public ServerSocket createServerSocket(String service, int port) throws IOException {
    throw unsealed(service);
  }

  @Override
  public ServerSocket createServerSocket(String service, int port, int backlog) throws IOException {
    throw unsealed(service);
  }

  @Override
  public ServerSocket createServerSocket(String service, int port, int backlog, InetAddress on)
      throws IOException {
    throw unsealed(service);
  }

  private static SocketException unsealedDatagrams(String service) {
    return new SocketException("no unsealed socket for " + service);
  }

  @Override
  public DatagramSocket createDatagramSocket(String service) throws SocketException {
    throw unsealedDatagrams(service);
  }

  @Override
  public DatagramSocket createDatagramSocket(String service, SocketAddress on)
      throws SocketException {
    throw unsealedDatagrams(service);
  }

  @Override
  public DatagramSocket createDatagramSocket(String service, int port) throws SocketException {
    throw unsealedDatagrams(service);
  }

  @Override
  public DatagramSocket createDatagramSocket(String service, int port, InetAddress on)
      throws SocketException {
    throw unsealedDatagrams(service);
  }

  @Override
  public MulticastSocket createMulticastSocket(String service) throws IOException {
    throw unsealed(service);
  }

  @Override
  public MulticastSocket createMulticastSocket(String service, int port) throws IOException {
    throw unsealed(service);
  }
}
