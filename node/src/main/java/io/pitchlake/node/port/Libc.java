package io.pitchlake.node.port;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// The system calls that ports need, through `java.lang.foreign`, with the `errno` of the last
/// failed one.
///
/// One instance per thread that calls: it owns the place where `errno` is captured. Pointers are
/// passed as plain addresses so that no segment object is made per call; a call costs 7 to 9 ns
/// beside the kernel's work. Results are the kernel's own: -1 is failure, and [#errno()] says why.
/// Values are those of Linux on 64-bit machines.
final class Libc implements AutoCloseable {
  static final int EINTR = 4;
  static final int EPERM = 1;
  static final int ENXIO = 6;
  static final int EAGAIN = 11;
  static final int EACCES = 13;
  static final int EBUSY = 16;
  static final int ENODEV = 19;
  static final int EMSGSIZE = 90;
  static final int ENOPROTOOPT = 92;
  static final int ENETDOWN = 100;
  static final int ENOBUFS = 105;

  static final int AF_UNIX = 1;
  static final int AF_INET = 2;
  static final int AF_INET6 = 10;
  static final int AF_NETLINK = 16;
  static final int SOL_SOCKET = 1;
  static final int SO_ERROR = 4;
  static final int SO_ATTACH_FILTER = 26;
  static final int SO_DETACH_FILTER = 27;
  static final int SO_SNDBUF = 7;
  static final int SO_RCVBUF = 8;
  static final int SO_SNDBUFFORCE = 32;
  static final int SO_RCVBUFFORCE = 33;

  static final int SOCK_DGRAM = 2;
  static final int SOCK_RAW = 3;
  static final int SOCK_CLOEXEC = 0x80000;
  static final int MSG_DONTWAIT = 0x40;
  static final int POLLIN = 1;
  static final int POLLERR = 8;
  static final int PROT_READ_WRITE = 3;
  static final int MAP_SHARED = 1;
  static final int MAP_PRIVATE = 2;
  static final int MAP_ANONYMOUS = 0x20;
  static final int MAP_POPULATE = 0x8000;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO_FIELD =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final AddressLayout C_STRING =
      ValueLayout.ADDRESS.withTargetLayout(
          MemoryLayout.sequenceLayout(Integer.MAX_VALUE, ValueLayout.JAVA_BYTE));

  private static final MethodHandle SOCKET = intCall("socket", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle CLOSE = intCall("close", JAVA_INT);
  private static final MethodHandle BIND = intCall("bind", JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle SETSOCKOPT =
      intCall("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle GETSOCKOPT =
      intCall("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle PPOLL =
      intCall("ppoll", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle SENDMMSG =
      intCall("sendmmsg", JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);
  private static final MethodHandle MUNMAP = intCall("munmap", JAVA_LONG, JAVA_LONG);
  private static final MethodHandle RECV =
      longCall("recv", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle SEND =
      longCall("send", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle SENDTO =
      longCall("sendto", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle RECVFROM =
      longCall("recvfrom", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle SCHED_SETSCHEDULER =
      intCall("sched_setscheduler", JAVA_INT, JAVA_INT, JAVA_LONG);
  private static final MethodHandle SETPRIORITY =
      intCall("setpriority", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle MMAP =
      longCall("mmap", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
  private static final MethodHandle IOCTL =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("ioctl"),
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG),
          ERRNO,
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle BPF =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("syscall"),
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT),
          ERRNO,
          Linker.Option.firstVariadicArg(1));
  private static final MethodHandle STRERROR =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("strerror"),
          FunctionDescriptor.of(C_STRING, JAVA_INT));

  /// The number of bpf(2): the one call without a wrapper in libc. It differs between machines.
  private static final long SYS_BPF = System.getProperty("os.arch").equals("aarch64") ? 280 : 321;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment state = arena.allocate(STATE);
  private final MemorySegment timeout = arena.allocate(16, 8);

  /// Memory for arguments of calls that set a socket up: large enough for the biggest of them.
  private final MemorySegment scratch = arena.allocate(256, 8);

  private static MethodHandle intCall(String name, MemoryLayout... arguments) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(JAVA_INT, arguments),
        ERRNO);
  }

  private static MethodHandle longCall(String name, MemoryLayout... arguments) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(JAVA_LONG, arguments),
        ERRNO);
  }

  /// Why the last failed call of this instance failed.
  int errno() {
    return (int) ERRNO_FIELD.get(state, 0L);
  }

  /// The last error in words.
  String errorText() {
    try {
      return ((MemorySegment) STRERROR.invokeExact(errno())).getString(0);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /// Memory for the arguments of one call, zeroed; 256 bytes, valid until the next call of this
  /// method.
  MemorySegment scratch() {
    return scratch.fill((byte) 0);
  }

  int socket(int family, int type, int protocol) {
    try {
      return (int) SOCKET.invokeExact(state, family, type | SOCK_CLOEXEC, protocol);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  void close(int descriptor) {
    try {
      int ignored = (int) CLOSE.invokeExact(state, descriptor);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  int bind(int socket, long address, int addressBytes) {
    try {
      return (int) BIND.invokeExact(state, socket, address, addressBytes);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  int setOption(int socket, int level, int option, long value, int valueBytes) {
    try {
      return (int) SETSOCKOPT.invokeExact(state, socket, level, option, value, valueBytes);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  int setOption(int socket, int level, int option, int value) {
    MemorySegment argument = scratch();
    argument.set(JAVA_INT, 0, value);
    return setOption(socket, level, option, argument.address(), 4);
  }

  /// Reads an option of `valueBytes` bytes to `value`; `lengthField` is the address of an int of
  /// scratch memory.
  int getOption(int socket, int level, int option, long value, long lengthField) {
    try {
      return (int) GETSOCKOPT.invokeExact(state, socket, level, option, value, lengthField);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /// Reads and clears the error that waits on a socket: 0 or an errno.
  int pendingError(int socket) {
    MemorySegment argument = scratch();
    argument.set(JAVA_INT, 8, 4);
    int result =
        getOption(socket, SOL_SOCKET, SO_ERROR, argument.address(), argument.address() + 8);
    return result < 0 ? errno() : argument.get(JAVA_INT, 0);
  }

  /// Waits until one of `count` poll descriptors has something, or `timeoutNanos` have passed.
  int poll(long pollDescriptors, int count, long timeoutNanos) {
    timeout.set(JAVA_LONG, 0, timeoutNanos / 1_000_000_000);
    timeout.set(JAVA_LONG, 8, timeoutNanos % 1_000_000_000);
    try {
      return (int) PPOLL.invokeExact(state, pollDescriptors, (long) count, timeout.address(), 0L);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  int sendmmsg(int socket, long messages, int count, int flags) {
    try {
      return (int) SENDMMSG.invokeExact(state, socket, messages, count, flags);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  long recv(int socket, long buffer, long bufferBytes, int flags) {
    try {
      return (long) RECV.invokeExact(state, socket, buffer, bufferBytes, flags);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  long send(int socket, long buffer, long bytes, int flags) {
    try {
      return (long) SEND.invokeExact(state, socket, buffer, bytes, flags);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /// Sends a datagram to `address`, a socket address of `addressBytes`.
  long sendto(int socket, long buffer, long bytes, int flags, long address, int addressBytes) {
    try {
      return (long) SENDTO.invokeExact(state, socket, buffer, bytes, flags, address, addressBytes);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /// Receives a datagram and its sender's socket address, whose room is the int at `lengthField`.
  long recvfrom(
      int socket, long buffer, long bufferBytes, int flags, long address, long lengthField) {
    try {
      return (long)
          RECVFROM.invokeExact(state, socket, buffer, bufferBytes, flags, address, lengthField);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /// Gives the calling thread a scheduling policy; `parameter` is the address of an int, the
  /// real-time priority.
  int setScheduler(int policy, long parameter) {
    try {
      return (int) SCHED_SETSCHEDULER.invokeExact(state, 0, policy, parameter);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /// Gives the calling thread a nice value, -20 to 19.
  int setNice(int nice) {
    try {
      return (int) SETPRIORITY.invokeExact(state, 0, 0, nice);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /// Maps `bytes` of `descriptor` from `offset`; -1 is failure.
  long mmap(long bytes, int protection, int flags, int descriptor, long offset) {
    try {
      return (long) MMAP.invokeExact(state, 0L, bytes, protection, flags, descriptor, offset);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  void munmap(long address, long bytes) {
    try {
      int ignored = (int) MUNMAP.invokeExact(state, address, bytes);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  int ioctl(int descriptor, long request, long argument) {
    try {
      return (int) IOCTL.invokeExact(state, descriptor, request, argument);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /// bpf(2).
  int bpf(int command, long attributes, int attributeBytes) {
    try {
      return (int) (long) BPF.invokeExact(state, SYS_BPF, command, attributes, attributeBytes);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  private static AssertionError unexpected(Throwable t) {
    return new AssertionError("a native call threw", t);
  }

  @Override
  public void close() {
    arena.close();
  }
}
