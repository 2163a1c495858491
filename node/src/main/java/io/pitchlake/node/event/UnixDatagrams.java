package io.pitchlake.node.event;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/// Datagrams to a daemon's Unix socket, which the JDK cannot send, so through libc. Each finds the
/// socket by its name anew, so a daemon that was started again is found again. Never waits. Linux
/// only; one thread.
public final class UnixDatagrams implements AutoCloseable {
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

  private final byte[] name;
  private int descriptor = -1;

  /// @param socket its path, at most 107 bytes; one that begins with `@` is a name in Linux's
  ///   abstract namespace
  public UnixDatagrams(String socket) {
    name = socket.getBytes(StandardCharsets.UTF_8);
    if (name.length >= PATH_BYTES) {
      throw new IllegalArgumentException(
          socket + " is too long for a socket; at most " + (PATH_BYTES - 1) + " bytes");
    }
    if (name[0] == '@') {
      name[0] = 0;
    }
  }

  private static MethodHandle call(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor);
  }

  /// Sends one datagram; false when nobody takes it.
  public boolean send(byte[] message) {
    try (Arena arena = Arena.ofConfined()) {
      if (descriptor < 0) {
        descriptor = (int) SOCKET.invokeExact(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      }
      // An abstract name is as long as the address says; a path ends with its zero.
      int length = PATH_OFFSET + name.length + (name[0] == 0 ? 0 : 1);
      MemorySegment address = arena.allocate(length, Short.BYTES);
      address.set(JAVA_SHORT, 0, (short) AF_UNIX);
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
