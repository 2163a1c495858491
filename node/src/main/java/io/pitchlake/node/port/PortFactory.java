package io.pitchlake.node.port;

import io.pitchlake.common.config.Configuration.Access;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.port.PortException.Reason;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.slf4j.Logger;

/// Opens an interface as `interface N { access ... }` asks, and falls back where that is better than not to start.
///
///     auto   XDP in the driver, then the ring, then libpcap
///     xdp    XDP in the driver, then generic XDP, then as ring
///     ring   the ring, then libpcap
///     pcap   libpcap
///
/// A step down is taken when the machine cannot do better (kernel, driver, a capability that only the faster port needs, another
/// program on the interface), and the log has one line that says why. What is wrong with the interface itself is wrong for
/// every port, and fails. `auto` does not use generic XDP: it is no faster than the ring and drops a local sender's
/// super-frames.
public final class PortFactory {
  private PortFactory() {}

  /// A way to open an interface.
  private enum Way {
    XDP("xdp"),
    GENERIC_XDP("generic xdp"),
    RING("ring"),
    PCAP("pcap");

    private final String text;

    Way(String text) {
      this.text = text;
    }

    Port open(String name) throws PortException {
      return switch (this) {
        case XDP -> XdpPort.open(name, XdpPort.Mode.NATIVE);
        case GENERIC_XDP -> XdpPort.open(name, XdpPort.Mode.GENERIC);
        case RING -> RingPort.open(name);
        case PCAP -> PcapPort.open(name);
      };
    }
  }

  /// Opens interface `name`. Throws the [PortException] of the last port that was tried.
  public static Port open(String name, Access access, Logger log) throws PortException {
    Iterator<Way> ways = ways(access).iterator();
    List<String> reasons = new ArrayList<>();
    while (true) {
      Way way = ways.next();
      try {
        Port port = way.open(name);
        if (!reasons.isEmpty()) {
          log.info("{} is read by {}, because {}", name, way.text, String.join("; ", reasons));
        }
        return port;
      } catch (PortException e) {
        boolean machineCannot =
            e.reason() == Reason.UNSUPPORTED || e.reason() == Reason.NOT_PERMITTED;
        if (!machineCannot || !ways.hasNext()) {
          throw e;
        }
        reasons.add(e.getMessage());
      }
    }
  }

  /// Opens interface `name` for several engines that share its frames, see [Fanout]. Only the ring
  /// can be shared: a driver steers to AF_XDP queues by its own arithmetic, and libpcap gives every
  /// reader every frame.
  public static List<? extends Port> openShared(
      String name, Access access, int engines, Set<IpAddress> spread) throws PortException {
    if (access == Access.XDP || access == Access.PCAP) {
      throw new PortException(
          Reason.UNSUPPORTED,
          "interface '"
              + name
              + "': access "
              + access.name().toLowerCase(Locale.ROOT)
              + " takes one engine; write 'set engines 1' or 'access ring'");
    }
    return RingPort.open(name, engines, spread);
  }

  private static List<Way> ways(Access access) {
    return switch (access) {
      case AUTO -> List.of(Way.XDP, Way.RING, Way.PCAP);
      case XDP -> List.of(Way.XDP, Way.GENERIC_XDP, Way.RING, Way.PCAP);
      case RING -> List.of(Way.RING, Way.PCAP);
      case PCAP -> List.of(Way.PCAP);
    };
  }
}
