package io.pitchlake.node.port;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.pitchlake.node.port.PortException.Reason;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/// The few commands of bpf(2) that attach a program to an interface. Everything made is a file
/// descriptor and goes away with the process.
final class Bpf {
  static final int MAP_HASH = 1;
  static final int MAP_XSK = 17;

  /// Link flags: run in the driver, or (slower) after the kernel has made a socket buffer.
  static final int NATIVE = 1 << 2;

  static final int GENERIC = 1 << 1;

  private static final int MAP_CREATE = 0;
  private static final int MAP_UPDATE = 2;
  private static final int MAP_DELETE = 3;
  private static final int PROGRAM_LOAD = 5;
  private static final int LINK_CREATE = 28;
  private static final int PROGRAM_TYPE_XDP = 6;
  private static final int ATTACH_TYPE_XDP = 37;
  private static final int LOG_BYTES = 1 << 16;
  private static final int ATTRIBUTE_BYTES = 128;

  private final Libc libc;
  private final String interfaceName;

  Bpf(Libc libc, String interfaceName) {
    this.libc = libc;
    this.interfaceName = interfaceName;
  }

  /// Makes a map; returns its descriptor.
  int createMap(int type, int keyBytes, int valueBytes, int entries) throws PortException {
    MemorySegment attributes = libc.scratch();
    attributes.set(JAVA_INT, 0, type);
    attributes.set(JAVA_INT, 4, keyBytes);
    attributes.set(JAVA_INT, 8, valueBytes);
    attributes.set(JAVA_INT, 12, entries);
    return check(libc.bpf(MAP_CREATE, attributes.address(), ATTRIBUTE_BYTES), "making a BPF map");
  }

  /// Stores `value` under a key of one, two or four 32-bit words. False when the map is full.
  boolean update(int map, int value, int... key) {
    MemorySegment attributes = keyed(map, key);
    attributes.set(JAVA_INT, 160, value);
    attributes.set(JAVA_LONG, 16, attributes.address() + 160);
    return libc.bpf(MAP_UPDATE, attributes.address(), ATTRIBUTE_BYTES) == 0;
  }

  /// Removes a key; one that is not there is no error.
  void delete(int map, int... key) {
    libc.bpf(MAP_DELETE, keyed(map, key).address(), ATTRIBUTE_BYTES);
  }

  private MemorySegment keyed(int map, int... key) {
    MemorySegment attributes = libc.scratch();
    attributes.set(JAVA_INT, 0, map);
    attributes.set(JAVA_LONG, 8, attributes.address() + 128);
    for (int i = 0; i < key.length; i++) {
      attributes.set(JAVA_INT, 128 + 4L * i, key[i]);
    }
    return attributes;
  }

  /// Loads an XDP program; returns its descriptor. What the kernel's verifier says of a bad one is
  /// in the message.
  int load(long[] program) throws PortException {
    if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      throw new PortException(
          Reason.UNSUPPORTED, "access xdp needs a little-endian machine; use access ring");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment instructions = arena.allocateFrom(JAVA_LONG, program);
      MemorySegment license = arena.allocateFrom("GPL");
      MemorySegment log = arena.allocate(LOG_BYTES);
      MemorySegment attributes = libc.scratch();
      attributes.set(JAVA_INT, 0, PROGRAM_TYPE_XDP);
      attributes.set(JAVA_INT, 4, program.length);
      attributes.set(JAVA_LONG, 8, instructions.address());
      attributes.set(JAVA_LONG, 16, license.address());
      int result = libc.bpf(PROGRAM_LOAD, attributes.address(), ATTRIBUTE_BYTES);
      if (result < 0 && libc.errno() == Libc.EACCES) {
        attributes.set(JAVA_INT, 24, 1);
        attributes.set(JAVA_INT, 28, LOG_BYTES);
        attributes.set(JAVA_LONG, 32, log.address());
        result = libc.bpf(PROGRAM_LOAD, attributes.address(), ATTRIBUTE_BYTES);
        if (result < 0) {
          throw new PortException(
              Reason.UNSUPPORTED, "the kernel rejects the XDP program: " + log.getString(0));
        }
      }
      return check(result, "loading the XDP program");
    }
  }

  /// Attaches a loaded program to interface `index`; closing the descriptor that is returned
  /// detaches it. Fails when the driver cannot, or when another program is there.
  int attach(int program, int index, int flags) throws PortException {
    MemorySegment attributes = libc.scratch();
    attributes.set(JAVA_INT, 0, program);
    attributes.set(JAVA_INT, 4, index);
    attributes.set(JAVA_INT, 8, ATTACH_TYPE_XDP);
    attributes.set(JAVA_INT, 12, flags);
    return check(
        libc.bpf(LINK_CREATE, attributes.address(), ATTRIBUTE_BYTES),
        flags == NATIVE
            ? "attaching an XDP program in the driver"
            : "attaching a generic XDP program");
  }

  private int check(int result, String what) throws PortException {
    if (result >= 0) {
      return result;
    }
    if (libc.errno() == Libc.EPERM) {
      throw new PortException(
          Reason.NOT_PERMITTED,
          "interface '"
              + interfaceName
              + "': access xdp needs the capabilities CAP_BPF and CAP_NET_ADMIN beside CAP_NET_RAW");
    }
    throw new PortException(
        Reason.UNSUPPORTED,
        "interface '" + interfaceName + "': " + what + " failed: " + libc.errorText());
  }
}
