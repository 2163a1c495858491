package io.pitchlake.node.drill;

import io.pitchlake.common.time.Clock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Connections of the kernel's that are held through a fault: flows to an echo service, or peers of
/// a trap. One thread.
///
/// A flow has kept its target when one more byte comes back: another target would reset it. A
/// trapped peer is still held when one more byte does not make its connection end.
final class Guests implements AutoCloseable {
  private static final long CONNECT_NANOS = 5_000_000_000L;
  private static final long ECHO_NANOS = 3_000_000_000L;
  private static final long RESET_NANOS = 500_000_000L;
  private static final ByteBuffer BYTE = ByteBuffer.wrap(new byte[] {'.'}).asReadOnlyBuffer();

  private final boolean echoing;
  private final Clock clock;
  private final List<SocketChannel> channels = new ArrayList<>();

  private Guests(boolean echoing, Clock clock) {
    this.echoing = echoing;
    this.clock = clock;
  }

  /// Connects to each of `addresses` and keeps those that succeed within five seconds.
  ///
  /// @param echoing whether what is sent there comes back
  static Guests arrive(List<InetSocketAddress> addresses, boolean echoing, Clock clock)
      throws DrillException {
    Guests guests = new Guests(echoing, clock);
    try (Selector selector = Selector.open()) {
      for (InetSocketAddress address : addresses) {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        if (channel.connect(address)) {
          guests.channels.add(channel);
        } else {
          channel.register(selector, SelectionKey.OP_CONNECT);
        }
      }
      guests.finish(selector);
      return guests;
    } catch (IOException e) {
      guests.close();
      throw new DrillException("no connections can be opened: " + e.getMessage());
    }
  }

  private void finish(Selector selector) throws IOException {
    long end = clock.nanoTime() + CONNECT_NANOS;
    while (!selector.keys().isEmpty() && clock.nanoTime() - end < 0) {
      selector.select(millisUntil(end));
      for (SelectionKey key : selector.selectedKeys()) {
        SocketChannel channel = (SocketChannel) key.channel();
        key.cancel();
        try {
          channel.finishConnect();
          channels.add(channel);
        } catch (IOException e) {
          channel.close();
        }
      }
      selector.selectedKeys().clear();
      selector.selectNow();
    }
    for (SelectionKey key : selector.keys()) {
      key.channel().close();
    }
  }

  private long millisUntil(long end) {
    return Math.max(1, (end - clock.nanoTime()) / 1_000_000);
  }

  /// How many came.
  int count() {
    return channels.size();
  }

  /// How many are still there.
  int held() throws DrillException {
    try (Selector selector = Selector.open()) {
      Set<SocketChannel> alive = new HashSet<>();
      for (SocketChannel channel : channels) {
        if (channel.isOpen() && says(channel)) {
          alive.add(channel);
          channel.register(selector, SelectionKey.OP_READ);
        }
      }
      Set<SocketChannel> echoed = new HashSet<>();
      long end = clock.nanoTime() + (echoing ? ECHO_NANOS : RESET_NANOS);
      while (clock.nanoTime() - end < 0 && !(echoing ? echoed : Set.of()).equals(alive)) {
        selector.select(millisUntil(end));
        for (SelectionKey key : selector.selectedKeys()) {
          SocketChannel channel = (SocketChannel) key.channel();
          if (hears(channel)) {
            echoed.add(channel);
          } else {
            alive.remove(channel);
            channel.close();
          }
        }
        selector.selectedKeys().clear();
      }
      return echoing ? echoed.size() : alive.size();
    } catch (IOException e) {
      throw new DrillException("the held connections cannot be asked: " + e.getMessage());
    }
  }

  private static boolean says(SocketChannel channel) {
    try {
      channel.write(BYTE.duplicate());
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean hears(SocketChannel channel) {
    try {
      return channel.read(ByteBuffer.allocate(64)) >= 0;
    } catch (IOException e) {
      return false;
    }
  }

  /// They leave by resets, so that nobody waits for them.
  @Override
  public void close() {
    for (SocketChannel channel : channels) {
      try {
        channel.close();
      } catch (IOException e) {
        // It is gone either way.
      }
    }
  }
}
