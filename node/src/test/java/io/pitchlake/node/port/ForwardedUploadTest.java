package io.pitchlake.node.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.wire.Frame.ChecksumState;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/// A TCP upload between two kernels with their default offloads, through two ports that pass frames
/// on unread. The client's kernel leaves checksums and segmentation to hardware that does not
/// exist, so every frame that arrives intact was handed on with its offload state, or finished on
/// the way.
@RequiresNamespaces
class ForwardedUploadTest {
  private static final int UPLOAD_BYTES = 64 << 20;
  private static final MacAddress CLIENT = MacAddress.parse("02:00:00:00:00:0c");
  private static final MacAddress SERVER = MacAddress.parse("02:00:00:00:00:05");
  private static final int PATIENCE_SECONDS = 50;

  interface Opening {
    Port open(String name) throws PortException;
  }

  @Test
  void arrivesIntactThroughTwoRings() throws Exception {
    Forwarding forwarding = upload(RingPort::open);
    assertTrue(
        forwarding.longest > 1514,
        "expected super-frames, saw none above " + forwarding.longest + " bytes");
  }

  @Test
  void arrivesIntactThroughTwoFastLanes() throws Exception {
    assertTrue(upload(ForwardedUploadTest::fastLane).ofUnknownState > UPLOAD_BYTES / 1514);
  }

  /// The ring's super-frames leave by the ring beside the fast lane.
  @Test
  void arrivesIntactThroughARingAndAFastLane() throws Exception {
    upload(name -> name.equals("f0") ? RingPort.open(name) : fastLane(name));
  }

  private static Port fastLane(String name) throws PortException {
    Port port = XdpPort.open(name, XdpPort.Mode.NATIVE);
    port.filter(new PortFilter(Set.of(CLIENT, SERVER), Set.of()));
    return port;
  }

  private static Forwarding upload(Opening opening) throws Exception {
    try (NetworkNamespace client = new NetworkNamespace();
        NetworkNamespace forwarder = new NetworkNamespace();
        NetworkNamespace server = new NetworkNamespace();
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      client.veth("c0", CLIENT.toString(), forwarder, "f0", "02:00:00:00:00:f0");
      server.veth("s0", SERVER.toString(), forwarder, "f1", "02:00:00:00:00:f1");
      client.run("ip", "addr", "add", "192.0.2.1/24", "dev", "c0");
      server.run("ip", "addr", "add", "192.0.2.2/24", "dev", "s0");
      ServerSocket listener =
          server.call(() -> new ServerSocket(5001, 1, InetAddress.getByName("192.0.2.2")));
      try (Forwarding forwarding = forwarder.call(() -> new Forwarding(opening));
          listener) {
        Future<?> running = threads.submit(forwarding);
        Future<Long> received = threads.submit(() -> read(listener));
        long sent = client.call(ForwardedUploadTest::write);
        assertEquals(sent, received.get(PATIENCE_SECONDS, TimeUnit.SECONDS), "CRC of the upload");
        forwarding.stopped = true;
        running.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return forwarding;
      }
    }
  }

  private static long write() throws Exception {
    byte[] block = new byte[1 << 16];
    Random random = new Random(1);
    CRC32C crc = new CRC32C();
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("192.0.2.2", 5001), PATIENCE_SECONDS * 1_000);
      OutputStream out = socket.getOutputStream();
      for (int sent = 0; sent < UPLOAD_BYTES; sent += block.length) {
        random.nextBytes(block);
        crc.update(block);
        out.write(block);
      }
      socket.shutdownOutput();
      // The server closes when it has read everything.
      socket.setSoTimeout(PATIENCE_SECONDS * 1_000);
      assertEquals(-1, socket.getInputStream().read());
    }
    return crc.getValue();
  }

  private static long read(ServerSocket listener) throws Exception {
    CRC32C crc = new CRC32C();
    listener.setSoTimeout(PATIENCE_SECONDS * 1_000);
    try (Socket socket = listener.accept()) {
      socket.setSoTimeout(PATIENCE_SECONDS * 1_000);
      InputStream in = socket.getInputStream();
      byte[] block = new byte[1 << 16];
      for (int count = in.read(block); count >= 0; count = in.read(block)) {
        crc.update(block, 0, count);
      }
    }
    return crc.getValue();
  }

  /// Two ports back to back.
  private static final class Forwarding implements Callable<Void>, AutoCloseable {
    private final Port left;
    private final Port right;
    private final Batch batch = new Batch(64);
    volatile boolean stopped;
    int longest;
    int ofUnknownState;

    Forwarding(Opening opening) throws PortException {
      left = opening.open("f0");
      right = opening.open("f1");
    }

    @Override
    public Void call() {
      while (!stopped) {
        if (pass(left, right) + pass(right, left) == 0) {
          left.awaitInput(100_000);
        }
      }
      return null;
    }

    private int pass(Port from, Port to) {
      int count = from.receive(batch);
      for (int i = 0; i < count; i++) {
        longest = Math.max(longest, batch.get(i).length());
        if (batch.get(i).checksumState() == ChecksumState.UNKNOWN) {
          ofUnknownState++;
        }
        to.transmit(batch.get(i));
      }
      to.flush();
      return count;
    }

    @Override
    public void close() {
      left.close();
      right.close();
    }
  }
}
