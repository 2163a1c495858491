package io.pitchlake.it.bench;

import io.pitchlake.common.wire.Checksum;
import io.pitchlake.common.wire.NativeBuffer;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.common.wire.TcpOptions;
import io.pitchlake.common.wire.VrrpHeader;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/// Writing and reading what nodes and peers tell each other: a VRRP advert of one address, and the
/// TCP header of a SYN-ACK written at once.
public class CodecBenchmark extends NanosPerOperation {
  private static final int ADVERT_BYTES = VrrpHeader.length(3, 1, false);
  private static final long PSEUDO_HEADER =
      Checksum.pseudoHeaderSum(0xc0a8_0204, 0xe000_0012, VrrpHeader.PROTOCOL, ADVERT_BYTES);

  private final long written = new NativeBuffer(256).address();
  private final long received = new NativeBuffer(256).address();
  private final VrrpHeader advert = new VrrpHeader();
  private final TcpHeader tcp = new TcpHeader();

  @Setup
  public void receive() {
    write(received);
  }

  private void write(long address) {
    advert
        .create(address, ADVERT_BYTES, 3, 1, false)
        .vrid(50)
        .priority(200)
        .intervalCentis(10)
        .ipv4(0, 0xc0a8_0205)
        .updateChecksum(PSEUDO_HEADER);
  }

  @Benchmark
  public int writeAdvert() {
    write(written);
    return advert.checksum();
  }

  /// Returns a sum of fields, so that none can be left unread.
  @Benchmark
  public int readAdvert() {
    if (!advert.wrap(received, ADVERT_BYTES) || !advert.isChecksumGood(PSEUDO_HEADER)) {
      throw new IllegalStateException("the advert does not read");
    }
    return advert.vrid() + advert.priority() + advert.intervalCentis() + advert.ipv4(0);
  }

  @Benchmark
  public int writeSynAck() {
    return tcp.create(
            written,
            TcpHeader.MIN_LENGTH,
            TcpHeader.MIN_LENGTH,
            80 << 16 | nextIndex(65_536),
            0x5eed,
            7,
            TcpHeader.SYN | TcpHeader.ACK,
            65_160,
            TcpOptions.mssWord(1460))
        .checksum();
  }
}
