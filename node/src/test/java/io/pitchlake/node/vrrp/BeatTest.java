package io.pitchlake.node.vrrp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.hash.SipHash;
import io.pitchlake.common.wire.Property;
import io.pitchlake.node.engine.RouterRole;
import io.pitchlake.node.vrrp.Beat.Request;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// What is written is read, and nothing else is taken for a heartbeat.
class BeatTest {
  private static final SipHash FIRST = new SipHash(1, 2);
  private static final SipHash SECOND = new SipHash(3, 4);

  private static Beat beat() {
    return new Beat(FIRST, SECOND);
  }

  private static Beat sealed(int entries) {
    Beat beat = beat().create(11, 12, 13, 14, 15);
    for (int i = 0; i < entries; i++) {
      beat.add(
          100 + i,
          200 + i,
          300 + i,
          400 + i,
          i + 230,
          i % 2 == 0,
          RouterRole.values()[i % 3],
          255 - i,
          1000 + i,
          4095,
          Request.values()[i % Request.values().length],
          Beat.PROVEN | Beat.PREEMPTS,
          -i,
          i);
    }
    beat.seal();
    return beat;
  }

  private static Beat copy(byte[] bytes, int length) {
    Beat copy = beat();
    System.arraycopy(bytes, 0, copy.bytes(), 0, length);
    return copy;
  }

  @Test
  void constructAndParse() {
    for (int entries = 0; entries <= Beat.MOST_ENTRIES; entries++) {
      Beat written = sealed(entries);
      Beat read = copy(written.bytes(), written.length());
      assertTrue(read.open(written.length()));
      assertEquals(11, read.boot());
      assertEquals(12, read.sequence());
      assertEquals(13, read.tick());
      assertEquals(14, read.echoedBoot());
      assertEquals(15, read.echoedTick());
      assertEquals(entries, read.entries());
      for (int i = 0; i < entries; i++) {
        assertEquals(100 + i, read.keyHigh(i));
        assertEquals(200 + i, read.keyLow(i));
        assertEquals(300 + i, read.sourceHigh(i));
        assertEquals(400 + i, read.sourceLow(i));
        assertEquals(i + 230, read.vrid(i));
        assertEquals(i % 2 == 0, read.isIpv4(i));
        assertEquals(RouterRole.values()[i % 3], read.role(i));
        assertEquals(255 - i, read.priority(i));
        assertEquals(1000 + i, read.epoch(i));
        assertEquals(4095, read.intervalCentis(i));
        assertEquals(Request.values()[i % Request.values().length], read.request(i));
        assertTrue(read.has(i, Beat.PROVEN) && read.has(i, Beat.PREEMPTS));
        assertFalse(read.has(i, Beat.LINKED) || read.has(i, Beat.KNOWS_STATIONS));
        assertEquals(-i, read.number(i));
        assertEquals(i, read.conceded(i));
      }
    }
  }

  @Test
  void theBytesOfOneEntryAreThese() {
    Beat beat = beat().create(1, 2, 3, 4, 5);
    beat.add(6, 7, 8, 9, 50, true, RouterRole.ACTIVE, 254, 10, 1, Request.TAKE, 3, 11, 12);
    byte[] expected = new byte[104];
    byte[] magic = {'P', 'L', 'B', '1', 1};
    System.arraycopy(magic, 0, expected, 0, magic.length);
    for (int word = 1; word <= 5; word++) {
      expected[8 * word + 7] = (byte) word;
    }
    for (int word = 6; word <= 9; word++) {
      expected[8 * word + 7] = (byte) word;
    }
    expected[80] = 50;
    expected[81] = 4;
    expected[82] = 2;
    expected[83] = (byte) 254;
    expected[87] = 10;
    expected[89] = 1;
    expected[90] = 2;
    expected[91] = 3;
    expected[95] = 11;
    expected[99] = 12;
    assertArrayEquals(expected, Arrays.copyOf(beat.bytes(), beat.length()));
  }

  @Test
  void anotherKeyIsRefused() {
    Beat written = sealed(2);
    Beat stranger = new Beat(FIRST, new SipHash(3, 5));
    System.arraycopy(written.bytes(), 0, stranger.bytes(), 0, written.length());
    assertFalse(stranger.open(written.length()));
  }

  @Test
  void everyFlippedBitIsNoticed() {
    Beat written = sealed(1);
    for (int bit = 0; bit < 8 * written.length(); bit++) {
      Beat read = copy(written.bytes(), written.length());
      read.bytes()[bit / 8] ^= (byte) (1 << bit % 8);
      assertFalse(read.open(written.length()), "bit " + bit);
    }
  }

  @Test
  void everyOtherLengthIsRefused() {
    Beat written = sealed(2);
    for (int length = 0; length <= written.bytes().length; length++) {
      if (length != written.length()) {
        assertFalse(copy(written.bytes(), written.bytes().length).open(length), length + " bytes");
      }
    }
  }

  @Test
  void whatIsWellSealedButOfAnotherKindIsReadWithoutHarm() {
    Property.forAll(
        "heartbeats of another kind",
        2000,
        random -> {
          Beat beat = beat();
          random.nextBytes(beat.bytes());
          beat.create(random.nextLong(), random.nextLong(), 0, 0, 0);
          int entries = random.nextInt(Beat.MOST_ENTRIES + 1);
          byte[] noise = new byte[56];
          for (int i = 0; i < entries; i++) {
            beat.add(0, 0, 0, 0, 0, true, RouterRole.ACTIVE, 0, 0, 0, Request.TAKE, 0, 0, 0);
            random.nextBytes(noise);
            System.arraycopy(noise, 0, beat.bytes(), beat.length() - 56, 56);
          }
          beat.seal();
          assertTrue(beat.open(beat.length()));
          for (int i = 0; i < entries; i++) {
            RouterRole role = beat.role(i);
            assertTrue(role == null || role.ordinal() == beat.bytes()[48 + 56 * i + 34]);
            assertTrue(beat.request(i).ordinal() < Request.values().length);
          }
        });
  }

  @Test
  void aRoleThatIsNotKnownIsNone() {
    Beat beat = sealed(1);
    beat.bytes()[48 + 34] = 9;
    assertNull(beat.role(0));
    beat.bytes()[48 + 34] = -1;
    assertNull(beat.role(0));
  }
}
