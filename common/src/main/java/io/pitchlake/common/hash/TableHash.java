package io.pitchlake.common.hash;

/// A fast seeded mix for hash tables whose keys come from the wire. The seed is secret to the
/// process, so that nobody outside can choose keys that share a bucket; it is not a MAC. Any
/// thread.
public record TableHash(long seed) {
  /// 32 well-mixed bits of a three-word key: two full products, high and low half folded together.
  public int hash(long a, long b, long c) {
    // The seed on both sides: nobody outside can make one factor 0, which would hide the other.
    long turned = Long.rotateLeft(seed, 32);
    long h = fold(b ^ seed, c ^ turned ^ 0x9fb21c651e98df25L);
    h = fold(h ^ a ^ 0xd6e8feb86659fd93L, turned ^ 0xa0761d6478bd642fL);
    return (int) (h ^ h >>> 32);
  }

  private static long fold(long x, long y) {
    return x * y ^ Math.multiplyHigh(x, y);
  }
}
