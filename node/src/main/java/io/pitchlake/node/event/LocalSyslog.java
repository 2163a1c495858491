package io.pitchlake.node.event;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Messages to the syslog daemon of this host: datagrams to a Unix socket, which the JDK cannot
/// send, so through libc. Each message finds the socket by its name anew, so a daemon that was
/// started again is found again. Linux only.
final class LocalSyslog implements SyslogWire {
  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int MSG_DONTWAIT_NOSIGNAL = 0x4040;
  private static final int PATH_OFFSET = 2;
  private static final int PATH_BYTES = 108;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle SOCKET =
      call("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SENDTO =
      call(
          "sendto",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle CLOSE =
      call("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private final SyslogFormat format;
  private final Path path;
  private final byte[] name;
  private int descriptor = -1;

  /// @param path the daemon's socket, at most 107 bytes
  LocalSyslog(SyslogFormat format, Path path) {
    this.format = format;
    this.path = path;
    this.name = path.toString().getBytes(StandardCharsets.UTF_8);
    if (name.length >= PATH_BYTES) {
      throw new IllegalArgumentException(
          path + " is too long for a socket; at most " + (PATH_BYTES - 1) + " bytes");
    }
  }

  private static MethodHandle call(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor);
  }

  @Override
  public boolean send(String line, long wallMillis) {
    byte[] message = format.local(line, wallMillis);
    try (Arena arena = Arena.ofConfined()) {
      if (descriptor < 0) {
        descriptor = (int) SOCKET.invokeExact(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      }
      MemorySegment address =
          arena.allocate(MemoryLayout.sequenceLayout(PATH_OFFSET + PATH_BYTES, JAVA_BYTE));
      address.set(JAVA_SHORT.withByteAlignment(1), 0, (short) AF_UNIX);
      MemorySegment.copy(name, 0, address, JAVA_BYTE, PATH_OFFSET, name.length);
      long sent =
          (long)
              SENDTO.invokeExact(
                  descriptor,
                  arena.allocateFrom(JAVA_BYTE, message),
                  (long) message.length,
                  MSG_DONTWAIT_NOSIGNAL,
                  address,
                  (int) address.byteSize());
      return sent == message.length;
    } catch (Throwable t) {
      throw new AssertionError("a native call threw", t);
    }
  }

  @Override
  public String destination() {
    return path.toString();
  }

  @Override
  public void close() {
    if (descriptor >= 0) {
      try {
        int ignored = (int) CLOSE.invokeExact(descriptor);
      } catch (Throwable t) {
        throw new AssertionError("a native call threw", t);
      }
      descriptor = -1;
    }
  }
}
