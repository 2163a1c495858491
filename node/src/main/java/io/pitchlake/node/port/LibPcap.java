package io.pitchlake.node.port;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import com.sun.jna.Pointer;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;
import org.pcap4j.core.PcapHandle;

/// The three calls of libpcap that happen for every frame or every wait, on a handle that pcap4j
/// has opened, through `java.lang.foreign`: pcap4j's own make several objects per frame and a
/// native callback per batch, which costs more than the kernel does.
///
/// As with [Libc], pointers are plain addresses. The layouts are those of every 64-bit system that
/// has libpcap. One thread, and only while the handle is open.
final class LibPcap implements AutoCloseable {
  /// What pcap_next_ex(3PCAP) returns for a frame.
  static final int FRAME = 1;

  /// And when there is none, or something went wrong.
  static final int NONE = 0;

  /// As the systems name it: Debian's, everybody else's, and macOS's.
  private static final List<String> NAMES =
      List.of("libpcap.so.0.8", "libpcap.so.1", "libpcap.so", "libpcap.dylib");

  // struct pcap_pkthdr, after a struct timeval of two words
  private static final int CAPTURED_LENGTH = 16;
  private static final int LENGTH = 20;

  private static final int POLLIN = 1;
  private static final long MILLI_NANOS = 1_000_000;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LIBRARY = library();
  private static final MethodHandle NEXT_EX =
      call(LIBRARY, "pcap_next_ex", JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle INJECT =
      call(LIBRARY, "pcap_inject", JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle SELECTABLE = call(LIBRARY, "pcap_get_selectable_fd", JAVA_LONG);

  // The count is wider on Linux than on macOS, but it is 1, and both are little-endian.
  private static final MethodHandle POLL =
      call(LINKER.defaultLookup(), "poll", JAVA_LONG, JAVA_LONG, JAVA_INT);

  private final long pcap;
  private final Arena arena = Arena.ofShared();

  /// Where libpcap puts the addresses of a frame's header and bytes.
  private final long header = arena.allocate(16, 8).address();

  private final long poll = arena.allocate(8, 8).address();

  private LibPcap(long pcap) {
    this.pcap = pcap;
    Native.putInt(poll, descriptor());
    Native.putShort(poll + 4, POLLIN);
  }

  /// Calls on a handle that is open.
  static LibPcap on(PcapHandle handle) {
    try {
      var field = PcapHandle.class.getDeclaredField("handle");
      field.setAccessible(true);
      return new LibPcap(Pointer.nativeValue((Pointer) field.get(handle)));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("this pcap4j keeps libpcap's handle elsewhere", e);
    }
  }

  private static SymbolLookup library() {
    for (String name : NAMES) {
      try {
        return SymbolLookup.libraryLookup(name, Arena.global());
      } catch (IllegalArgumentException e) {
        // The next name.
      }
    }
    throw new UnsatisfiedLinkError("libpcap has none of the names " + NAMES);
  }

  private static MethodHandle call(SymbolLookup where, String name, MemoryLayout... arguments) {
    return LINKER.downcallHandle(
        where.findOrThrow(name), FunctionDescriptor.of(JAVA_INT, arguments));
  }

  /// Looks for a frame: [#FRAME], [#NONE], or less than 0 for an error.
  int next() {
    try {
      return (int) NEXT_EX.invokeExact(pcap, header, header + 8);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /// Where the bytes of the frame found last are, until the next call.
  long bytes() {
    return Native.getLong(header + 8);
  }

  /// How many of its bytes are there.
  int capturedLength() {
    return Native.getInt(Native.getLong(header) + CAPTURED_LENGTH);
  }

  /// How many it had.
  int length() {
    return Native.getInt(Native.getLong(header) + LENGTH);
  }

  /// Sends a frame; returns its length, or less than 0 when that failed.
  int inject(long bytes, int length) {
    try {
      return (int) INJECT.invokeExact(pcap, bytes, (long) length);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /// What poll(2) says is readable when a frame is there.
  int descriptor() {
    try {
      return (int) SELECTABLE.invokeExact(pcap);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /// Waits until a frame may be there, or for about `timeoutNanos`, in whole milliseconds.
  void await(long timeoutNanos) {
    int millis = (int) Math.min((timeoutNanos + MILLI_NANOS - 1) / MILLI_NANOS, Integer.MAX_VALUE);
    try {
      int ignored = (int) POLL.invokeExact(poll, 1L, millis);
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
