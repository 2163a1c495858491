package io.pitchlake.sync.link;

import io.pitchlake.sync.SyncLink.Listener;
import io.pitchlake.sync.SyncLink.Peer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// What has come from JGroups' threads and waits for the one thread that has the listener called.
/// Full with frames, it holds back whoever brings more, and through JGroups' flow control the peer
/// that sends them; after a second a frame is dropped and counted.
final class Inbox {
  /// Frames that wait.
  static final int MOST_BYTES = 16 * 1024 * 1024;

  private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// Something to tell the listener.
  sealed interface News {
    void tell(Listener listener);

    record Frame(Peer from, byte[] bytes, int at, int length) implements News {
      @Override
      public void tell(Listener listener) {
        listener.onFrame(from, ByteBuffer.wrap(bytes, at, length));
      }
    }

    record Joined(Peer peer) implements News {
      @Override
      public void tell(Listener listener) {
        listener.onJoined(peer);
      }
    }

    record Left(Peer peer) implements News {
      @Override
      public void tell(Listener listener) {
        listener.onLeft(peer);
      }
    }

    record Refused(String who, String why) implements News {
      @Override
      public void tell(Listener listener) {
        listener.onRefused(who, why);
      }
    }
  }

  private final Runnable wake;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final Queue<News> news = new ArrayDeque<>();
  private int bytes;
  private long dropped;
  private boolean closed;

  /// @param wake called by the thread that brings something
  Inbox(Runnable wake) {
    this.wake = wake;
  }

  /// Puts a frame in, as soon as there is room.
  void putFrame(News.Frame frame) {
    lock.lock();
    try {
      if (!awaitRoom(frame.length())) {
        dropped++;
        return;
      }
      bytes += frame.length();
      news.add(frame);
    } finally {
      lock.unlock();
    }
    wake.run();
  }

  private boolean awaitRoom(int length) {
    long left = LONGEST_WAIT_NANOS;
    try {
      while (!closed && bytes + length > MOST_BYTES && left > 0) {
        left = room.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !closed && bytes + length <= MOST_BYTES;
  }

  /// Puts in what is never dropped; its sources are bounded.
  void put(News one) {
    lock.lock();
    try {
      if (!closed) {
        news.add(one);
      }
    } finally {
      lock.unlock();
    }
    wake.run();
  }

  /// Tells the listener of at most so much, and says how much it was. Called by one thread.
  int drainTo(Listener listener, int most) {
    List<News> taken = new ArrayList<>();
    lock.lock();
    try {
      while (taken.size() < most && !news.isEmpty()) {
        News one = news.remove();
        if (one instanceof News.Frame frame) {
          bytes -= frame.length();
        }
        taken.add(one);
      }
      room.signalAll();
    } finally {
      lock.unlock();
    }
    taken.forEach(one -> one.tell(listener));
    return taken.size();
  }

  long dropped() {
    lock.lock();
    try {
      return dropped;
    } finally {
      lock.unlock();
    }
  }

  /// Forgets everything and takes nothing any more.
  void close() {
    lock.lock();
    try {
      closed = true;
      news.clear();
      bytes = 0;
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
