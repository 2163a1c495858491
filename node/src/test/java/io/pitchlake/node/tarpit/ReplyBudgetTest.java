package io.pitchlake.node.tarpit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.Settings;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.hash.TableHash;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.net.IpAddress;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReplyBudgetTest {
  private static final long MILLI = 1_000_000;
  private static final int LENGTH = 74;

  private final ReplyBudget budget = new ReplyBudget(new TableHash(99));
  private final Map<Setting, Long> settings = new EnumMap<>(Setting.class);
  private final Map<DropReason, Integer> shed = new EnumMap<>(DropReason.class);
  private long nowNanos = 5_000_000_000L;

  private void limit(Setting setting, long value) {
    settings.put(setting, value);
    budget.limit(new Settings(settings), nowNanos);
  }

  /// How many of so many questions of an IPv4 source in a row are answered.
  private int ask(int source, int times) {
    int answers = 0;
    for (int i = 0; i < times; i++) {
      DropReason reason = budget.admit(0, IpAddress.mappedLow(source), LENGTH, nowNanos);
      if (reason == null) {
        answers++;
      } else {
        shed.merge(reason, 1, Integer::sum);
      }
    }
    return answers;
  }

  @Test
  void withoutLimitsEverythingIsAnswered() {
    budget.limit(new Settings(settings), nowNanos);
    assertEquals(100_000, ask(1, 100_000));
  }

  @Test
  void aSourceHasASecondsWorthAndThenItsRate() {
    limit(Setting.TARPITSOURCERATE, 100);
    assertEquals(100, ask(1, 1000));
    assertEquals(100, ask(2, 1000), "another source has its own");
    nowNanos += 500 * MILLI;
    assertEquals(50, ask(1, 1000));
    assertEquals(Map.of(DropReason.SOURCE_RATE, 900 + 900 + 950), shed);
  }

  /// Privacy addresses of one machine are one source.
  @Test
  void theAddressesOfOneIpv6NetworkAreOneSource() {
    limit(Setting.TARPITSOURCERATE, 10);
    int answers = 0;
    for (int i = 0; i < 50; i++) {
      answers += budget.admit(0x2001_0db8_0001_0000L, 0x1000 + i, LENGTH, nowNanos) == null ? 1 : 0;
    }
    assertEquals(10, answers);
    assertNull(budget.admit(0x2001_0db8_0002_0000L, 0x1000, LENGTH, nowNanos));
  }

  /// A flood of ten times what all may have, beside ten that ask once in 100 ms.
  @Test
  void whoFloodsIsShedBeforeWhoAsksNowAndThen() {
    limit(Setting.TARPITREPLYRATE, 1000);
    int flooder = 0;
    int others = 0;
    int asked = 0;
    for (int millis = 0; millis < 10_000; millis++) {
      nowNanos += MILLI;
      flooder += ask(1, 10);
      if (millis % 10 == 0) {
        asked++;
        others += ask(100 + millis / 10 % 10, 1);
      }
    }
    assertEquals(asked, others, "answers to who asks now and then");
    assertTrue(flooder > 7000 && flooder + others < 11_100, "answers to the flood: " + flooder);
    assertEquals(Map.of(DropReason.REPLY_RATE, 100_000 - flooder), shed);
  }

  @Test
  void bytesHaveALimitOfTheirOwn() {
    limit(Setting.TARPITBANDWIDTH, 592);
    int answers = ask(1, 10_000);
    assertEquals(1000, answers, "74,000 bytes of a second");
    nowNanos += 100 * MILLI;
    assertEquals(100, ask(2, 10_000));
    assertEquals(Map.of(DropReason.REPLY_BANDWIDTH, 18_900), shed);
  }
}
