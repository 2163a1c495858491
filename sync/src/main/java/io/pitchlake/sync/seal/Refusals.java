package io.pitchlake.sync.seal;

import io.pitchlake.common.time.Clock;
import io.pitchlake.common.time.TokenBucket;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;

/// Who was turned away and why, told at a rate that no stranger can raise: the same of the same
/// address once a minute with how often it happened, five a second of all. Any thread.
public final class Refusals {
  private static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final int REMEMBERED = 64;
  private static final int TOLD_PER_SECOND = 5;

  private record Case(String who, String why) {}

  private static final class Episode {
    private final long sinceNanos;
    private long untold;

    Episode(long sinceNanos) {
      this.sinceNanos = sinceNanos;
    }
  }

  private final Clock clock;
  private final BiConsumer<String, String> told;
  private final AtomicLong all = new AtomicLong();
  private final TokenBucket rate;
  private final Map<Case, Episode> episodes =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Case, Episode> eldest) {
          return size() > REMEMBERED;
        }
      };

  /// @param told gets an address and a reason; called by whichever thread turned somebody away
  public Refusals(Clock clock, BiConsumer<String, String> told) {
    this.clock = clock;
    this.told = told;
    this.rate = new TokenBucket(TOLD_PER_SECOND, clock.nanoTime());
  }

  /// How often somebody was turned away.
  public long count() {
    return all.get();
  }

  void add(String who, String why) {
    all.incrementAndGet();
    String line = line(new Case(who, why));
    if (line != null) {
      told.accept(who, line);
    }
  }

  /// What to say now; null for nothing.
  private synchronized String line(Case refused) {
    long now = clock.nanoTime();
    Episode before = episodes.get(refused);
    boolean recent = before != null && now - before.sinceNanos < AGAIN_NANOS;
    if (recent || !rate.take(now)) {
      if (before != null) {
        before.untold++;
      }
      return null;
    }
    long untold = before == null ? 0 : before.untold;
    episodes.remove(refused);
    episodes.put(refused, new Episode(now));
    return untold == 0 ? refused.why : refused.why + " (seen " + (untold + 1) + " times)";
  }
}
