package io.pitchlake.sync.link;

import io.pitchlake.sync.SyncLink.Peer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;

/// What waits to be sent to one peer, and the thread that sends it. JGroups lets senders wait while
/// the peer is slow; that thread is the one that waits.
final class Lane {
  /// What may wait, beyond what JGroups has on its way.
  static final int MOST_BYTES = 4 * 1024 * 1024;

  private final JChannel channel;
  private final Address address;
  private final Peer peer;
  private final Thread sender;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition filled = lock.newCondition();
  private final Queue<byte[]> frames = new ArrayDeque<>();
  private int bytes;
  private boolean closed;

  Lane(JChannel channel, Address address, Peer peer) {
    this.channel = channel;
    this.address = address;
    this.peer = peer;
    this.sender = Thread.ofVirtual().name("sync-to-" + peer.name()).start(this::run);
  }

  Peer peer() {
    return peer;
  }

  /// Takes a copy, if there is room. A lane that is closed takes everything.
  boolean offer(ByteBuffer frame) {
    int length = frame.remaining();
    lock.lock();
    try {
      if (closed) {
        return true;
      }
      if (bytes + length > MOST_BYTES) {
        return false;
      }
      byte[] copy = new byte[length];
      frame.get(frame.position(), copy);
      frames.add(copy);
      bytes += length;
      filled.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      for (byte[] frame = take(); frame != null; frame = take()) {
        channel.send(new BytesMessage(address, frame));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      // The channel is being closed, or the peer has left; what is queued is of no use any more.
      close();
    }
  }

  /// The next frame; null when the lane is closed.
  private byte[] take() throws InterruptedException {
    lock.lock();
    try {
      while (frames.isEmpty() && !closed) {
        filled.await();
      }
      byte[] frame = frames.poll();
      bytes -= frame == null ? 0 : frame.length;
      return frame;
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      frames.clear();
      bytes = 0;
    } finally {
      lock.unlock();
    }
    sender.interrupt();
  }
}
