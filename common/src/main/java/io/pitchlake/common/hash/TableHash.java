package io.pitchlake.common.hash;

/// A fast seeded mix for hash tables whose keys come from the wire. The seed is secret to the
/// process, so that nobody outside can choose keys that share a bucket; it is not a MAC. Any
/// thread.
public record TableHash(long seed) {
  /// 32 well-mixed bits of a three-word key.
  public int hash(long a, long b, long c) {
    long h = seed;
    h = (h ^ a) * 0x9fb21c651e98df25L;
    h = (Long.rotateLeft(h, 29) ^ b) * 0xd6e8feb86659fd93L;
    h = (Long.rotateLeft(h, 31) ^ c) * 0x9fb21c651e98df25L;
    h ^= h >>> 32;
    h *= 0xd6e8feb86659fd93L;
    return (int) (h ^ h >>> 32);
  }
}
