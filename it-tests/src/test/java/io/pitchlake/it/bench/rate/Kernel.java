package io.pitchlake.it.bench.rate;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// The system calls of the generator. Results are the kernel's own: negative is failure, and
/// [#failure] says why. One thread.
final class Kernel {
  static final int AF_PACKET = 17;
  static final int SOCK_RAW = 3;
  static final int SOL_SOCKET = 1;
  static final int SO_SNDBUFFORCE = 32;
  static final int SO_RCVBUFFORCE = 33;
  static final int SOL_PACKET = 263;
  static final int PACKET_QDISC_BYPASS = 20;
  static final int PACKET_IGNORE_OUTGOING = 23;
  static final int MSG_DONTWAIT = 0x40;

  private static final int SOCKET_BUFFER_BYTES = 8 << 20;
  private static final int ADDRESS_BYTES = 20;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO_FIELD = STATE.varHandle(PathElement.groupElement("errno"));
  private static final MethodHandle SOCKET = call("socket", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle BIND = call("bind", JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle CLOSE = call("close", JAVA_INT);
  private static final MethodHandle SETSOCKOPT =
      call("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle SENDMMSG =
      call("sendmmsg", JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);
  private static final MethodHandle SEND = call("send", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle RECV = call("recv", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle IF_NAMETOINDEX = call("if_nametoindex", JAVA_LONG);
  private static final MethodHandle BPF =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("syscall"),
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT),
          ERRNO,
          Linker.Option.firstVariadicArg(1));
  private static final MethodHandle STRERROR =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("strerror"),
          FunctionDescriptor.of(
              ValueLayout.ADDRESS.withTargetLayout(
                  MemoryLayout.sequenceLayout(Integer.MAX_VALUE, ValueLayout.JAVA_BYTE)),
              JAVA_INT));
  private static final long SYS_BPF = System.getProperty("os.arch").equals("aarch64") ? 280 : 321;

  private final MemorySegment state = Arena.global().allocate(STATE);
  private final MemorySegment scratch = Arena.global().allocate(64, 8);

  private static MethodHandle call(String name, MemoryLayout... arguments) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(JAVA_INT, arguments),
        ERRNO);
  }

  /// Opens a packet socket on interface `index` that hears frames of `protocol` (an EtherType, 0
  /// for none) and sends past the queueing discipline.
  int packetSocket(int index, int protocol) {
    int bigEndian = Short.reverseBytes((short) protocol) & 0xffff;
    int socket;
    try {
      socket = (int) SOCKET.invokeExact(state, AF_PACKET, SOCK_RAW, 0);
      require(socket, "a packet socket");
      option(socket, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
      option(socket, SOL_PACKET, PACKET_QDISC_BYPASS, 1);
      option(socket, SOL_SOCKET, SO_SNDBUFFORCE, SOCKET_BUFFER_BYTES);
      option(socket, SOL_SOCKET, SO_RCVBUFFORCE, SOCKET_BUFFER_BYTES);
      scratch.fill((byte) 0);
      scratch.set(JAVA_SHORT, 0, (short) AF_PACKET);
      scratch.set(JAVA_SHORT, 2, (short) bigEndian);
      scratch.set(JAVA_INT, 4, index);
      require((int) BIND.invokeExact(state, socket, scratch.address(), ADDRESS_BYTES), "bind");
      return socket;
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  private void option(int socket, int level, int option, int value) throws Throwable {
    scratch.set(JAVA_INT, 0, value);
    require(
        (int) SETSOCKOPT.invokeExact(state, socket, level, option, scratch.address(), 4),
        "socket option " + level + "/" + option);
  }

  /// The kernel's number of an interface of this namespace.
  int interfaceIndex(String name) {
    try (Arena arena = Arena.ofConfined()) {
      int index = (int) IF_NAMETOINDEX.invokeExact(state, arena.allocateFrom(name).address());
      if (index == 0) {
        throw new BenchException("there is no interface '" + name + "' in this namespace");
      }
      return index;
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

  int sendmmsg(int socket, long messages, int count) {
    try {
      return (int) SENDMMSG.invokeExact(state, socket, messages, count, 0);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  int send(int socket, long frame, int bytes) {
    try {
      return (int) SEND.invokeExact(state, socket, frame, (long) bytes, 0);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /// Takes one frame if there is one; negative when there is none.
  int receive(int socket, long buffer, int bytes) {
    try {
      return (int) RECV.invokeExact(state, socket, buffer, (long) bytes, MSG_DONTWAIT);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /// bpf(2).
  int bpf(int command, MemorySegment attributes) {
    try {
      return (int)
          (long)
              BPF.invokeExact(
                  state, SYS_BPF, command, attributes.address(), (int) attributes.byteSize());
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /// Throws with the kernel's reason when `result` is negative.
  int require(int result, String what) {
    if (result < 0) {
      throw failure(what);
    }
    return result;
  }

  /// What the kernel said of the last failed call.
  BenchException failure(String what) {
    try {
      int errno = (int) ERRNO_FIELD.get(state, 0L);
      String words = ((MemorySegment) STRERROR.invokeExact(errno)).getString(0);
      return new BenchException(what + " was refused by the kernel: " + words);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  private static RuntimeException unexpected(Throwable t) {
    return t instanceof BenchException known
        ? known
        : new IllegalStateException("a native call threw", t);
  }
}
