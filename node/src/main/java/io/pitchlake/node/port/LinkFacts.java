package io.pitchlake.node.port;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// What can be seen of an interface without opening a port on it. Needs no privilege.
///
/// @param mac hardware address, 48 bits
/// @param mtuBytes largest layer-3 packet
/// @param carrier whether it has a link
/// @param offloads those that are on; of a driver that does not say, none
public record LinkFacts(
    String name, long mac, int mtuBytes, boolean carrier, Set<Offload> offloads) {
  private static final int NAME_BYTES = 16;
  private static final long SIOCETHTOOL = 0x8946;

  public LinkFacts {
    offloads = Set.copyOf(offloads);
  }

  /// Looks at an Ethernet interface that is up, in the calling thread's network namespace.
  ///
  /// @throws PortException there is none of that name, it is down, or it is not Ethernet
  public static LinkFacts of(String name) throws PortException {
    NetworkLink link = NetworkLink.find(name);
    try (LinkWatch watch = LinkWatch.on(List.of(name))) {
      return new LinkFacts(name, link.mac(), link.mtuBytes(), watch.isUp(0), offloads(name));
    }
  }

  private static Set<Offload> offloads(String name) {
    Set<Offload> on = EnumSet.noneOf(Offload.class);
    try (Libc libc = new Libc()) {
      int socket = libc.socket(Libc.AF_UNIX, Libc.SOCK_DGRAM, 0);
      try {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        for (Offload offload : Offload.values()) {
          MemorySegment request = libc.scratch();
          MemorySegment value = request.asSlice(128, 8);
          value.set(JAVA_INT, 0, offload.command());
          MemorySegment.copy(
              bytes, 0, request, JAVA_BYTE, 0, Math.min(bytes.length, NAME_BYTES - 1));
          Native.putLong(request.address() + NAME_BYTES, value.address());
          if (libc.ioctl(socket, SIOCETHTOOL, request.address()) == 0
              && offload.isOn(value.get(JAVA_INT, 4))) {
            on.add(offload);
          }
        }
      } finally {
        libc.close(socket);
      }
    }
    return on;
  }
}
