package io.pitchlake.it.bench;

import io.pitchlake.common.wire.EthernetHeader;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.Ipv4Header;
import io.pitchlake.common.wire.NativeBuffer;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.common.wire.TcpOptions;
import org.openjdk.jmh.annotations.Benchmark;

/// A SYN as Linux sends it, from the Ethernet header to the last TCP option.
public class HeaderBenchmark extends NanosPerOperation {
  private final Frame frame = new NativeBuffer(2048).frame(Syn.ipv4(0));
  private final EthernetHeader ethernet = new EthernetHeader();
  private final Ipv4Header ipv4 = new Ipv4Header();
  private final TcpHeader tcp = new TcpHeader();
  private final TcpOptions options = new TcpOptions();

  /// Returns a sum of fields, so that none can be left unread.
  @Benchmark
  public int parseSyn() {
    if (!ethernet.wrap(frame.address(), frame.length())
        || !ipv4.wrap(ethernet.payloadAddress(), ethernet.payloadLength())
        || !ipv4.isChecksumGood()
        || !tcp.wrap(ipv4.payloadAddress(), ipv4.payloadLength())
        || !options.wrap(tcp.optionsAddress(), tcp.optionsLength())) {
      throw new IllegalStateException("the SYN does not parse");
    }
    return ipv4.source() + tcp.destinationPort() + options.mss() + options.timestampValue();
  }
}
