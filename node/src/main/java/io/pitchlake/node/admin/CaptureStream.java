package io.pitchlake.node.admin;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import io.pitchlake.common.pcap.PcapWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries a capture from the engines' rings to whoever asked for it, as a pcap file that goes on,
/// until its time is over or the other one leaves. Who reads slowly leaves frames in the rings,
/// which count those that find no room. A virtual thread of its own.
final class CaptureStream implements Runnable {
  static final String CONTENT_TYPE = "application/vnd.tcpdump.pcap";

  private static final Logger LOG = LoggerFactory.getLogger("pitchlake");
  private static final int PIECE_BYTES = 32_768;
  private static final long LOOK_MILLIS = 20;

  private final Captures.Running capture;
  private final Channel channel;
  private final ByteArrayOutputStream pending = new ByteArrayOutputStream(PIECE_BYTES);

  /// @param channel on which the answer's head has been sent
  CaptureStream(Captures.Running capture, Channel channel) {
    this.capture = capture;
    this.channel = channel;
  }

  @Override
  public void run() {
    try (PcapWriter file = new PcapWriter(pending)) {
      while (channel.isActive() && !capture.isOver()) {
        int written = channel.isWritable() ? capture.writeTo(file, PIECE_BYTES) : 0;
        send(file);
        if (written == 0) {
          TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
      }
      // What came until now is wanted, too.
      capture.end();
      while (channel.isActive() && capture.writeTo(file, PIECE_BYTES) > 0) {
        send(file);
      }
    } catch (IOException e) {
      LOG.debug("a capture failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      capture.end();
      if (channel.isActive()) {
        var _ =
            channel
                .writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT)
                .addListener(ChannelFutureListener.CLOSE);
      }
    }
  }

  private void send(PcapWriter file) throws IOException {
    file.flush();
    if (pending.size() > 0) {
      var _ =
          channel.writeAndFlush(
              new DefaultHttpContent(Unpooled.wrappedBuffer(pending.toByteArray())));
      pending.reset();
    }
  }
}
