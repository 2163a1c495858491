package io.pitchlake.node.tarpit;

import io.pitchlake.common.config.Configuration.Settings;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.hash.TableHash;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.time.TokenBucket;

/// How much is answered: to all sources together, to each of them, and in bytes. While the budget
/// of all is more than half used up, only sources within their fair share, a 64th of it, are
/// answered, so that who floods is shed before who asks now and then.
///
/// Sources are kept by hash in 4,096 places of eight bytes, IPv6 by its /64; those that meet in one
/// share it. Engine thread.
final class ReplyBudget {
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final int PLACES = 4096;
  private static final int SHARES = 64;
  private static final int BITS_OF_KILOBYTE = 1000 / Byte.SIZE;

  private final TableHash hash;
  private final long[] sourceDue = new long[PLACES];
  private final long[] shareDue = new long[PLACES];
  private long totalRate;
  private long sourceGapNanos;
  private long shareGapNanos;
  private long byteRate;
  private TokenBucket total;
  private TokenBucket bytes;

  /// @param hash sources' places are secret, so that nobody can push another out of its share
  ReplyBudget(TableHash hash) {
    this.hash = hash;
  }

  /// Takes other limits; 0 is none. What was used so far is forgotten.
  void limit(Settings settings, long nowNanos) {
    totalRate = settings.get(Setting.TARPITREPLYRATE);
    long sourceRate = settings.get(Setting.TARPITSOURCERATE);
    sourceGapNanos = sourceRate == 0 ? 0 : SECOND_NANOS / sourceRate;
    shareGapNanos = totalRate == 0 ? 0 : SECOND_NANOS * SHARES / totalRate;
    byteRate = settings.get(Setting.TARPITBANDWIDTH) * BITS_OF_KILOBYTE;
    total = new TokenBucket(totalRate, nowNanos);
    bytes = new TokenBucket(byteRate, nowNanos);
    for (int place = 0; place < PLACES; place++) {
      sourceDue[place] = nowNanos;
      shareDue[place] = nowNanos;
    }
  }

  /// Null when a source may be answered, which then counts, or why not.
  ///
  /// @param length bytes of the answer with its Ethernet header
  DropReason admit(long sourceHigh, long sourceLow, int length, long nowNanos) {
    if (totalRate + sourceGapNanos + byteRate == 0) {
      return null;
    }
    int place = place(sourceHigh, sourceLow);
    if (sourceGapNanos > 0 && isEarly(sourceDue, place, nowNanos)) {
      return DropReason.SOURCE_RATE;
    }
    if (totalRate > 0) {
      boolean fair = !isEarly(shareDue, place, nowNanos);
      if (!total.take(nowNanos, 1, fair ? 0 : totalRate / 2)) {
        return DropReason.REPLY_RATE;
      }
    }
    if (byteRate > 0 && !bytes.take(nowNanos, length, 0)) {
      return DropReason.REPLY_BANDWIDTH;
    }
    use(sourceDue, place, sourceGapNanos, nowNanos);
    use(shareDue, place, shareGapNanos, nowNanos);
    return null;
  }

  private static void use(long[] due, int place, long gapNanos, long nowNanos) {
    due[place] = (due[place] - nowNanos > 0 ? due[place] : nowNanos) + gapNanos;
  }

  /// Whether a place has used more than a second's worth ahead of its time.
  private static boolean isEarly(long[] due, int place, long nowNanos) {
    return due[place] - nowNanos >= SECOND_NANOS;
  }

  private int place(long high, long low) {
    return hash.hash(high, IpAddress.isIpv4(high, low) ? low : 0, 0) & PLACES - 1;
  }
}
