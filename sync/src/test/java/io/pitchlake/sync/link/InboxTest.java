package io.pitchlake.sync.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.sync.SyncLink.Listener;
import io.pitchlake.sync.SyncLink.Peer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class InboxTest {
  private static final Peer PEER = new Peer(1, "10.0.0.2");
  private static final int LENGTH = 64 * 1024;
  private static final int FULL = Inbox.MOST_BYTES / LENGTH;

  private final AtomicInteger woken = new AtomicInteger();
  private final Inbox inbox = new Inbox(woken::incrementAndGet);
  private final List<String> told = new ArrayList<>();
  private final Listener listener =
      new Listener() {
        @Override
        public void onFrame(Peer from, ByteBuffer frame) {
          told.add("frame " + frame.remaining());
        }

        @Override
        public void onJoined(Peer peer) {
          told.add("joined");
        }

        @Override
        public void onLeft(Peer peer) {
          told.add("left");
        }

        @Override
        public void onRefused(String who, String why) {
          told.add("refused");
        }
      };

  private static Inbox.News.Frame frame() {
    return new Inbox.News.Frame(PEER, new byte[LENGTH], 0, LENGTH);
  }

  @Test
  void allComesInItsOrderAndNoMoreThanAskedFor() {
    inbox.put(new Inbox.News.Joined(PEER));
    inbox.putFrame(new Inbox.News.Frame(PEER, new byte[9], 2, 5));
    inbox.put(new Inbox.News.Left(PEER));
    inbox.put(new Inbox.News.Refused("10.0.0.9", "why"));
    assertEquals(4, woken.get());
    assertEquals(3, inbox.drainTo(listener, 3));
    assertEquals(List.of("joined", "frame 5", "left"), told);
    assertEquals(1, inbox.drainTo(listener, 3));
    assertEquals(0, inbox.drainTo(listener, 3));
    assertEquals("refused", told.getLast());
  }

  @Test
  void whoBringsTooMuchWaitsForRoom() throws Exception {
    for (int i = 0; i < FULL; i++) {
      inbox.putFrame(frame());
    }
    CompletableFuture<Void> late = CompletableFuture.runAsync(() -> inbox.putFrame(frame()));
    inbox.put(new Inbox.News.Left(PEER));
    assertFalse(late.isDone());
    assertEquals(1, inbox.drainTo(listener, 1));
    late.get(10, TimeUnit.SECONDS);
    assertEquals(FULL + 1, inbox.drainTo(listener, Integer.MAX_VALUE));
    assertEquals(0, inbox.dropped());
  }

  @Test
  void whenNobodyTakesAnythingFramesAreDroppedAndCounted() {
    for (int i = 0; i < FULL + 2; i++) {
      inbox.putFrame(frame());
    }
    assertEquals(2, inbox.dropped());
    assertEquals(FULL, inbox.drainTo(listener, Integer.MAX_VALUE));
  }

  @Test
  void aClosedInboxLetsGoWhoWaits() throws Exception {
    for (int i = 0; i < FULL; i++) {
      inbox.putFrame(frame());
    }
    CompletableFuture<Void> late = CompletableFuture.runAsync(() -> inbox.putFrame(frame()));
    inbox.close();
    late.get(10, TimeUnit.SECONDS);
    inbox.put(new Inbox.News.Left(PEER));
    assertEquals(0, inbox.drainTo(listener, 9));
    assertTrue(told.isEmpty());
  }
}
