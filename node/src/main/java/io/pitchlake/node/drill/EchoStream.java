package io.pitchlake.node.drill;

import io.pitchlake.common.time.Clock;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;

/// A TCP connection of the kernel's to an echo service behind the pair, with eight bytes each
/// millisecond: what an application notices, retransmissions and all.
///
/// One thread writes, one reads; [#lane] may be read by any.
final class EchoStream implements AutoCloseable {
  private static final int CONNECT_MILLIS = 5000;
  private static final int MESSAGE_BYTES = 8;

  private final AnswerLane lane = new AnswerLane(Lane.Kind.STREAM, 0);
  private final Clock clock;
  private final Socket socket;
  private final Thread writer =
      Thread.ofPlatform().name("stream out").daemon().unstarted(() -> Punctual.run(this::write));
  private final Thread reader =
      Thread.ofPlatform().name("stream in").daemon().unstarted(() -> Punctual.run(this::read));
  private volatile boolean closing;

  private EchoStream(Clock clock, Socket socket) {
    this.clock = clock;
    this.socket = socket;
  }

  static EchoStream open(InetSocketAddress echo, Clock clock) throws DrillException {
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.connect(echo, CONNECT_MILLIS);
      EchoStream stream = new EchoStream(clock, socket);
      stream.writer.start();
      stream.reader.start();
      return stream;
    } catch (IOException e) {
      try {
        socket.close();
      } catch (IOException closing) {
        e.addSuppressed(closing);
      }
      throw new DrillException(
          "the echo service %s cannot be reached through the pair: %s"
              .formatted(echo, e.getMessage()));
    }
  }

  Lane lane() {
    return lane;
  }

  private void write() {
    try {
      OutputStream out = socket.getOutputStream();
      ByteBuffer message = ByteBuffer.allocate(MESSAGE_BYTES);
      long due = clock.nanoTime();
      while (!closing) {
        long nowNanos = clock.nanoTime();
        if (nowNanos - due < 0) {
          LockSupport.parkNanos(due - nowNanos);
          continue;
        }
        out.write(message.putLong(0, lane.ask(nowNanos)).array());
        due = Math.max(due + Prober.INTERVAL_NANOS, nowNanos);
      }
    } catch (IOException e) {
      breakOff();
    }
  }

  private void read() {
    try {
      InputStream in = socket.getInputStream();
      while (true) {
        byte[] message = in.readNBytes(MESSAGE_BYTES);
        if (message.length < MESSAGE_BYTES) {
          break;
        }
        lane.answer(clock.nanoTime());
      }
    } catch (IOException e) {
      // Said below.
    }
    breakOff();
  }

  private void breakOff() {
    if (!closing) {
      lane.breakOff();
    }
  }

  @Override
  public void close() {
    closing = true;
    try {
      socket.close();
      writer.join();
      reader.join();
    } catch (IOException e) {
      // It is gone either way.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
