package io.pitchlake.sync.seal;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.MulticastSocket;
import java.net.SocketAddress;
import java.net.SocketException;

/// A datagram socket whose caller sees payloads alone, and only of nodes that hold the cluster's
/// key and live ([DatagramSeal]).
final class SealedDatagrams extends MulticastSocket {
  private final SealedSockets home;
  private final byte[] received = new byte[Datagram.LONGEST_BYTES + 1];

  /// @param address null for a socket that is still to be bound
  SealedDatagrams(SealedSockets home, SocketAddress address) throws IOException {
    super(address);
    this.home = home;
  }

  /// Binds once; JGroups asks for it a second time.
  @Override
  public void bind(SocketAddress address) throws SocketException {
    if (!isBound()) {
      super.bind(address);
    }
  }

  @Override
  public void send(DatagramPacket packet) throws IOException {
    byte[] sealed = home.datagrams().seal(packet.getData(), packet.getOffset(), packet.getLength());
    sendSealed(sealed, packet.getSocketAddress());
  }

  void sendSealed(byte[] datagram, SocketAddress to) throws IOException {
    super.send(new DatagramPacket(datagram, datagram.length, to));
  }

  /// Waits for a payload. One thread.
  @Override
  public void receive(DatagramPacket packet) throws IOException {
    DatagramPacket raw = new DatagramPacket(received, received.length);
    byte[] into = packet.getData();
    while (true) {
      raw.setLength(received.length);
      super.receive(raw);
      int length = open(raw, into);
      if (length > 0) {
        packet.setData(into, 0, into.length);
        packet.setLength(length);
        packet.setSocketAddress(raw.getSocketAddress());
        return;
      }
    }
  }

  private int open(DatagramPacket raw, byte[] into) throws IOException {
    try {
      DatagramSeal.Opened opened = home.datagrams().open(received, raw.getLength(), into);
      if (opened.answer().isPresent()) {
        home.answer(opened.answer().get(), raw.getSocketAddress());
      }
      return opened.length();
    } catch (RefusedException e) {
      home.refusals().add(home.name(raw.getAddress()), e.getMessage());
      return 0;
    }
  }
}
