package io.pitchlake.node.port;

import io.pitchlake.common.pcap.PcapReader;
import io.pitchlake.common.pcap.PcapWriter;
import io.pitchlake.common.time.Clock;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.Memory;
import io.pitchlake.node.port.PortException.Reason;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// A capture file as an interface: frames come from one file at the times they were captured,
/// answers go to another.
///
/// The port owns the time of a replay. Its [#clock()] starts at the first frame's timestamp. A
/// [#receive] hands out the frames that are due, and when none is, lets the clock run on, by
/// [#STEP_NANOS] or to the next frame if that is nearer; [#awaitInput] does the same for as long as
/// it is told. So an engine that reads the clock once per turn sees each frame at its own timestamp
/// and has turns between frames in which timers run out, and a replay gives the same answers on
/// every machine. After the last frame the clock runs on for a grace period, so that answers still
/// pending are written; then [#receive] throws [PortClosedException].
///
/// Timestamps that run backwards are taken as the latest one seen. A frame that the capture has cut
/// is counted as oversized and left out.
public final class PcapFilePort implements Port {
  /// How far the clock goes in a turn in which no frame is due: a tick of the finest timer.
  public static final long STEP_NANOS = 1_000_000;

  private static final int BUFFERS = 64;
  private static final int MTU_BYTES = 1_500;

  private final Path input;
  private final PcapReader reader;
  private final PcapWriter writer;
  private final long mac;
  private final long graceNanos;
  private final FramePool receiveBuffers = new FramePool(BUFFERS, 0, Frame.MAX_LENGTH);
  private final FramePool transmitBuffers = new FramePool(BUFFERS, 0, Frame.MAX_LENGTH);
  private final PortCounters counters = new PortCounters();
  private final ReplayClock clock = new ReplayClock();
  private boolean recordPending;
  private long nextNanos;
  private int writtenSinceFlush;

  private PcapFilePort(
      Path input, PcapReader reader, PcapWriter writer, long mac, long graceNanos) {
    this.input = input;
    this.reader = reader;
    this.writer = writer;
    this.mac = mac;
    this.graceNanos = graceNanos;
  }

  /// Opens `input` for reading and creates `output`, or empties it. The whole of `input` is read
  /// through once before anything is written, so that a damaged file is refused at the start.
  ///
  /// @param mac the hardware address that the replayed interface is to have, 48 bits
  /// @param graceNanos how long time runs on after the last frame
  public static PcapFilePort open(Path input, Path output, long mac, long graceNanos)
      throws PortException {
    try {
      check(input);
      if (Files.exists(output) && Files.isSameFile(input, output)) {
        throw new PortException(
            Reason.BAD_FILE, output + " is the input; name another file for the answers");
      }
    } catch (IOException e) {
      throw refusal("read", input, e);
    }
    PcapReader reader = null;
    try {
      reader = PcapReader.open(input);
      PcapFilePort port =
          new PcapFilePort(input, reader, PcapWriter.create(output), mac, graceNanos);
      port.advance();
      port.clock.nowNanos = port.nextNanos;
      return port;
    } catch (IOException e) {
      closeQuietly(reader);
      throw refusal("write", output, e);
    }
  }

  private static void check(Path input) throws IOException {
    try (PcapReader reader = PcapReader.open(input)) {
      while (reader.next()) {
        // Only its errors matter here.
      }
    }
  }

  private static void closeQuietly(PcapReader reader) {
    try {
      if (reader != null) {
        reader.close();
      }
    } catch (IOException e) {
      // The first trouble is the one to report.
    }
  }

  private static PortException refusal(String action, Path file, IOException e) {
    String message =
        switch (e) {
          case NoSuchFileException missing -> "cannot " + action + " " + file + ": no such file";
          case FileSystemException trouble ->
              "cannot "
                  + action
                  + " "
                  + file
                  + ": "
                  + (trouble.getReason() == null ? "not allowed" : trouble.getReason());
          default -> e.getMessage();
        };
    return new PortException(Reason.BAD_FILE, message, e);
  }

  /// The time of the replay: nanoseconds since the epoch, as in the capture.
  public Clock clock() {
    return clock;
  }

  @Override
  public String name() {
    return input.toString();
  }

  @Override
  public String access() {
    return "file";
  }

  @Override
  public long mac() {
    return mac;
  }

  @Override
  public int mtuBytes() {
    return MTU_BYTES;
  }

  @Override
  public int receive(Batch into) {
    into.clear();
    while (recordPending && nextNanos <= clock.nowNanos && hasRoom(into)) {
      deliver(into);
      advanceOrEnd();
    }
    if (into.count() == 0) {
      passTime(STEP_NANOS);
    }
    counters.received(into.count());
    return into.count();
  }

  private static boolean hasRoom(Batch into) {
    return !into.isFull() && into.count() < BUFFERS;
  }

  private void deliver(Batch into) {
    int length = reader.length();
    if (length < reader.originalLength() || length > Frame.MAX_LENGTH) {
      counters.oversized();
      return;
    }
    long address = receiveBuffers.address(into.count());
    Memory.copy(reader.bytes(), 0, address, length);
    into.add().wrap(address, length, receiveBuffers.capacityBytes());
  }

  private void advanceOrEnd() {
    try {
      advance();
    } catch (IOException e) {
      throw new PortClosedException(e.getMessage());
    }
  }

  private void advance() throws IOException {
    recordPending = reader.next();
    if (recordPending) {
      nextNanos = Math.max(nextNanos, reader.timestampNanos());
    }
  }

  private void passTime(long nanos) {
    if (!recordPending && clock.nowNanos - nextNanos >= graceNanos) {
      throw new PortClosedException("the capture " + input + " has ended");
    }
    long end = recordPending ? nextNanos : nextNanos + graceNanos;
    clock.nowNanos = Math.min(end, clock.nowNanos + nanos);
  }

  @Override
  public Frame newFrame() {
    if (transmitBuffers.isUsedUp()) {
      flush();
    }
    return transmitBuffers.take();
  }

  /// Writes the frame with the time of the replay. A super-frame is written whole.
  @Override
  public void transmit(Frame frame) {
    PartialChecksum.complete(frame);
    try {
      writer.write(clock.nowNanos, frame);
      writtenSinceFlush++;
    } catch (IOException e) {
      throw new PortClosedException("the answers cannot be written: " + e.getMessage());
    }
  }

  @Override
  public int flush() {
    int written = writtenSinceFlush;
    writtenSinceFlush = 0;
    transmitBuffers.reset();
    counters.transmitted(written);
    return written;
  }

  /// Lets the time of the replay pass, by `timeoutNanos` or to the next frame.
  @Override
  public void awaitInput(long timeoutNanos) {
    if (!recordPending || nextNanos > clock.nowNanos) {
      passTime(timeoutNanos);
    }
  }

  @Override
  public PortStatistics statistics() {
    return counters.snapshot(0);
  }

  @Override
  public void close() {
    closeQuietly(reader);
    try {
      writer.close();
    } catch (IOException e) {
      throw new PortClosedException("the answers cannot be written: " + e.getMessage());
    } finally {
      receiveBuffers.close();
      transmitBuffers.close();
    }
  }

  /// Moved by the engine thread, read by any.
  private static final class ReplayClock implements Clock {
    private volatile long nowNanos;

    @Override
    public long nanoTime() {
      return nowNanos;
    }

    @Override
    public long wallMillis() {
      return nowNanos / 1_000_000;
    }
  }
}
