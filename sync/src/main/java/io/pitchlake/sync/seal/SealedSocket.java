package io.pitchlake.sync.seal;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketImpl;

/// A TCP connection that carries records ([RecordWriter]) after a [Handshake]. Its streams are what
/// JGroups sees; before the handshake is over there are none.
final class SealedSocket extends Socket {
  /// A record and what is left of the one before.
  private static final int RAW_BUFFER_BYTES = 128 * 1024;

  private final SealedSockets home;
  private RecordReader in;
  private volatile RecordWriter out;

  /// One that will connect.
  SealedSocket(SealedSockets home) {
    super(Proxy.NO_PROXY);
    this.home = home;
  }

  private SealedSocket(SealedSockets home, SocketImpl none) throws IOException {
    super(none);
    this.home = home;
  }

  /// One that a server socket will fill in.
  static SealedSocket toBeAccepted(SealedSockets home) throws IOException {
    return new SealedSocket(home, null);
  }

  @Override
  public void connect(SocketAddress endpoint, int timeoutMillis) throws IOException {
    super.connect(endpoint, timeoutMillis);
    try {
      shakeHands(true);
    } catch (RefusedException e) {
      close();
      home.refusals().add(home.name((InetSocketAddress) endpoint), e.getMessage());
      throw new ConnectException(e.getMessage());
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /// @param connecting whether this end began
  void shakeHands(boolean connecting) throws IOException {
    InputStream raw = new BufferedInputStream(super.getInputStream(), RAW_BUFFER_BYTES);
    OutputStream rawOut = super.getOutputStream();
    Handshake handshake = new Handshake(home.secret(), home.boot(), this, raw);
    Handshake.Session session =
        connecting ? handshake.connecting(rawOut) : handshake.connected(rawOut);
    setSoTimeout(0);
    in = new RecordReader(raw, session.in());
    out = new RecordWriter(rawOut, session.out());
    home.opened(this);
  }

  /// How long a write has been waiting for the other end.
  long stalledNanos(long nowNanos) {
    RecordWriter writer = out;
    return writer == null ? 0 : writer.stalledNanos(nowNanos);
  }

  @Override
  public InputStream getInputStream() throws IOException {
    if (in == null) {
      throw new IOException("this connection has not proven the cluster's key");
    }
    return in;
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    if (out == null) {
      throw new IOException("this connection has not proven the cluster's key");
    }
    return out;
  }

  @Override
  public void close() throws IOException {
    home.closed(this);
    super.close();
  }
}
