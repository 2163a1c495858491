package io.pitchlake.node.engine;

import io.pitchlake.common.config.Configuration.Persona;
import io.pitchlake.common.hash.SipHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/// The hardware addresses of a network's decoys where each has one of its own: the prefix of a
/// maker of such machines (an OUI of IEEE 802), and a number that nobody can foresee without the
/// cluster's key. The same on every node and after every start. Immutable; any thread.
public final class DecoyMacs {
  /// Keeps this use of the key apart from the others.
  private static final long PURPOSE = 0x6d61_6373L;

  private static final int NUMBER_BITS = 24;
  private static final long NUMBER = (1L << NUMBER_BITS) - 1;

  /// Who makes machines of a kind; those whose stack is one maker's own are that maker's.
  private static final Map<Persona, long[]> MAKERS =
      Map.of(
          Persona.LINUX,
          // Dell, HPE, Super Micro, Intel
          new long[] {0xf8db88, 0xe4434b, 0x941882, 0x0cc47a, 0xac1f6b, 0xa0369f},
          Persona.WINDOWS,
          // Dell, Wistron, HP, LiteON
          new long[] {0xf8b156, 0x8cec4b, 0x54ee75, 0x3c5282, 0x6c4b90},
          Persona.DEVICE,
          // Cisco
          new long[] {0x001b54, 0x58ac78},
          Persona.PRINTER,
          // HP
          new long[] {0x001b78, 0x00215a, 0xd4c9ef},
          Persona.BSD,
          // Super Micro, Intel
          new long[] {0x002590, 0x3cecef, 0x001b21});

  private static final long[] ALL =
      MAKERS.values().stream().flatMapToLong(Arrays::stream).sorted().toArray();

  private final Looks looks;
  private final SipHash hash;
  private final long[][] slots;

  /// @param key the one that decides what each address is
  /// @param weights of the personas; empty: all are servers that run Linux
  public DecoyMacs(SipHash key, Map<Persona, Integer> weights) {
    looks = new Looks(key);
    hash = new SipHash(key.hash(PURPOSE, 0), key.hash(PURPOSE, 1));
    List<long[]> makers = new ArrayList<>();
    for (Persona persona : Persona.values()) {
      makers.addAll(Collections.nCopies(weights.getOrDefault(persona, 0), MAKERS.get(persona)));
    }
    if (makers.isEmpty()) {
      makers.add(MAKERS.get(Persona.LINUX));
    }
    slots = makers.toArray(long[][]::new);
  }

  /// Of an address as in [io.pitchlake.common.net.IpAddress]: 48 bits.
  public long of(long high, long low) {
    long[] makers = slots[pick(looks.of(high, low), slots.length)];
    long number = hash.hash(high, low);
    return makers[pick(number, makers.length)] << NUMBER_BITS | number & NUMBER;
  }

  /// Whether a decoy might have such a hardware address, here or elsewhere.
  public static boolean isPossible(long mac) {
    return Arrays.binarySearch(ALL, mac >>> NUMBER_BITS) >= 0;
  }

  /// By the upper 32 bits, as the machine of an address is picked.
  private static int pick(long secret, int among) {
    return (int) ((secret >>> 32) * among >>> 32);
  }
}
