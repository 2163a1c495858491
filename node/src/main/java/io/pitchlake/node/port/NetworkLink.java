package io.pitchlake.node.port;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.pitchlake.node.port.PortException.Reason;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/// What the operating system says of an interface when a port is opened on it.
///
/// On Linux the kernel is asked by ioctl, because the JDK reads `/proc/net`, which shows the
/// namespace of the process and not that of the calling thread. Elsewhere the JDK is asked.
///
/// @param index the kernel's number of the interface
/// @param mac hardware address, 48 bits
/// @param mtuBytes largest layer-3 packet
record NetworkLink(String name, int index, long mac, int mtuBytes) {
  private static final boolean LINUX = System.getProperty("os.name").equals("Linux");
  private static final int ETHERNET_BYTES = 14;
  private static final int VLAN_TAG_BYTES = 4;
  private static final int NAME_BYTES = 16;
  private static final long SIOCGIFNAME = 0x8910;
  private static final long SIOCGIFFLAGS = 0x8913;
  private static final long SIOCGIFMTU = 0x8921;
  private static final long SIOCGIFHWADDR = 0x8927;
  private static final long SIOCGIFINDEX = 0x8933;
  private static final long SIOCETHTOOL = 0x8946;

  /// `struct ethtool_channels`: the command, four limits, then the counts of rx, tx, other and
  /// combined queues.
  private static final int ETHTOOL_GCHANNELS = 0x3c;

  private static final int IFF_UP = 1;
  private static final int ARPHRD_ETHER = 1;

  /// Looks up an Ethernet interface that is up. Throws a [PortException] that names the interfaces
  /// there are when there is none of that name, and says so when it is down or has no hardware
  /// address.
  static NetworkLink find(String name) throws PortException {
    return LINUX ? askKernel(name) : askJdk(name);
  }

  private static NetworkLink askKernel(String name) throws PortException {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    try (Libc libc = new Libc()) {
      int socket = libc.socket(Libc.AF_UNIX, Libc.SOCK_DGRAM, 0);
      try {
        MemorySegment request = libc.scratch();
        MemorySegment.copy(bytes, 0, request, JAVA_BYTE, 0, Math.min(bytes.length, NAME_BYTES - 1));
        if (bytes.length >= NAME_BYTES || libc.ioctl(socket, SIOCGIFINDEX, request.address()) < 0) {
          throw unknown(name);
        }
        int index = request.get(JAVA_INT, NAME_BYTES);
        libc.ioctl(socket, SIOCGIFHWADDR, request.address());
        if (request.get(JAVA_SHORT, NAME_BYTES) != ARPHRD_ETHER) {
          throw notEthernet(name);
        }
        long mac = mac(request.asSlice(NAME_BYTES + 2, 6).toArray(JAVA_BYTE));
        libc.ioctl(socket, SIOCGIFFLAGS, request.address());
        if ((request.get(JAVA_SHORT, NAME_BYTES) & IFF_UP) == 0) {
          throw down(name);
        }
        libc.ioctl(socket, SIOCGIFMTU, request.address());
        return new NetworkLink(name, index, mac, request.get(JAVA_INT, NAME_BYTES));
      } finally {
        libc.close(socket);
      }
    }
  }

  private static NetworkLink askJdk(String name) throws PortException {
    try {
      NetworkInterface link = NetworkInterface.getByName(name);
      if (link == null) {
        throw unknown(name);
      }
      byte[] hardware = link.getHardwareAddress();
      if (hardware == null || hardware.length != 6) {
        throw notEthernet(name);
      }
      if (!link.isUp()) {
        throw down(name);
      }
      return new NetworkLink(name, link.getIndex(), mac(hardware), link.getMTU());
    } catch (SocketException e) {
      throw new PortException(
          Reason.UNSUPPORTED, "interface '" + name + "' cannot be examined: " + e.getMessage(), e);
    }
  }

  /// Longest frame that is not a super-frame: the MTU, an Ethernet header and two VLAN tags.
  int longestFrame() {
    return mtuBytes + ETHERNET_BYTES + 2 * VLAN_TAG_BYTES;
  }

  /// What to say when a packet socket is refused.
  PortException capabilityMissing() {
    return new PortException(
        Reason.NOT_PERMITTED,
        "interface '"
            + name
            + "' cannot be opened without the capability CAP_NET_RAW; run as root, or: "
            + "setcap cap_net_raw+ep on the java binary");
  }

  /// Whether the interface still exists under the number it had; a renamed one does.
  boolean exists() {
    try {
      return LINUX ? kernelKnows() : NetworkInterface.getByIndex(index) != null;
    } catch (SocketException e) {
      return false;
    }
  }

  private boolean kernelKnows() {
    try (Libc libc = new Libc()) {
      int socket = libc.socket(Libc.AF_UNIX, Libc.SOCK_DGRAM, 0);
      try {
        return exists(libc, socket);
      } finally {
        libc.close(socket);
      }
    }
  }

  /// [#exists()] asked through a socket that is open already, in the namespace where it was opened.
  boolean exists(Libc libc, int socket) {
    MemorySegment request = libc.scratch();
    request.set(JAVA_INT, NAME_BYTES, index);
    return libc.ioctl(socket, SIOCGIFNAME, request.address()) == 0;
  }

  /// How many receive queues the driver has; 1 where it does not say.
  int receiveQueues(Libc libc) {
    int socket = libc.socket(Libc.AF_UNIX, Libc.SOCK_DGRAM, 0);
    try {
      MemorySegment request = libc.scratch();
      MemorySegment channels = request.asSlice(128);
      channels.set(JAVA_INT, 0, ETHTOOL_GCHANNELS);
      byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
      MemorySegment.copy(bytes, 0, request, JAVA_BYTE, 0, bytes.length);
      Native.putLong(request.address() + NAME_BYTES, channels.address());
      if (libc.ioctl(socket, SIOCETHTOOL, request.address()) < 0) {
        return 1;
      }
      return Math.max(1, channels.get(JAVA_INT, 20) + channels.get(JAVA_INT, 32));
    } finally {
      libc.close(socket);
    }
  }

  private static long mac(byte[] octets) {
    long mac = 0;
    for (byte octet : octets) {
      mac = mac << 8 | octet & 0xff;
    }
    return mac;
  }

  private static PortException unknown(String name) {
    return new PortException(
        Reason.UNKNOWN_INTERFACE,
        "there is no interface '" + name + "' here; there are: " + names());
  }

  private static PortException notEthernet(String name) {
    return new PortException(
        Reason.NOT_ETHERNET,
        "interface '" + name + "' is not Ethernet; Pitchlake needs an Ethernet segment");
  }

  private static PortException down(String name) {
    return new PortException(
        Reason.INTERFACE_DOWN,
        "interface '" + name + "' is down; bring it up first: ip link set " + name + " up");
  }

  private static String names() {
    try {
      if (!LINUX) {
        return NetworkInterface.networkInterfaces()
            .map(NetworkInterface::getName)
            .sorted()
            .collect(Collectors.joining(", "));
      }
      return Files.readAllLines(Path.of("/proc/thread-self/net/dev")).stream()
          .filter(line -> line.contains(":"))
          .map(line -> line.substring(0, line.indexOf(':')).strip())
          .sorted()
          .collect(Collectors.joining(", "));
    } catch (IOException e) {
      return "(the list cannot be read: " + e.getMessage() + ")";
    }
  }
}
