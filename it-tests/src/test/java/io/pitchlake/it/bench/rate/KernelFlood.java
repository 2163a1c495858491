package io.pitchlake.it.bench.rate;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Segments as fast as one core makes them, more than any contestant answers: the kernel itself
/// runs a small XDP program over frames of its own and puts each on the wire (BPF_PROG_TEST_RUN
/// with live frames). The program writes the whole frame each time, with another source address,
/// source port and destination, and redirects it out of the interface. A veth takes such frames
/// when its peer has GRO on or an XDP program.
final class KernelFlood {
  private static final int PROG_LOAD = 5;
  private static final int PROG_TEST_RUN = 10;
  private static final int TYPE_XDP = 6;
  private static final int LIVE_FRAMES = 2;

  /// Frames of one system call, 0.2 s and more. Each call makes its pages and gives them back, and
  /// sends nothing meanwhile: with 32,768 frames a call this paused for half the time, and the
  /// fastest contestants waited for the generator.
  private static final int FRAMES_PER_CALL = 1 << 19;

  private static final int FRAMES_PER_BATCH = 64;
  private static final int LOG_BYTES = 1 << 16;

  /// The union's bytes that the two commands use.
  private static final int ATTRIBUTES_BYTES = 128;

  // Registers of BPF: r0 is a call's result, r1 to r5 are its arguments, r6 to r9 survive it.
  private static final int R0 = 0;
  private static final int R1 = 1;
  private static final int R2 = 2;
  private static final int R3 = 3;
  private static final int R6 = 6;
  private static final int R7 = 7;
  private static final int R8 = 8;
  private static final int R9 = 9;

  private static final int CALL_RANDOM = 7;
  private static final int CALL_REDIRECT = 23;

  private final Kernel kernel;
  private final int interfaceIndex;
  private final MemorySegment attributes = Arena.global().allocate(ATTRIBUTES_BYTES, 8);
  private final MemorySegment frame = Arena.global().allocate(Segment.FRAME_BYTES + 6L, 8);
  private int program = -1;

  KernelFlood(Kernel kernel, int interfaceIndex) {
    this.kernel = kernel;
    this.interfaceIndex = interfaceIndex;
  }

  /// Aims at the station that answers for the destinations.
  void aim(Traffic traffic, long destinationMac) {
    if (program >= 0) {
      kernel.close(program);
    }
    Segment.write(frame, traffic, destinationMac, 0, 0, 0, 0x5eed);
    program = load(assemble(traffic));
  }

  /// Sends for about `nanos`; returns how many frames were offered to the wire.
  long run(long nanos) {
    long start = System.nanoTime();
    long offered = 0;
    while (System.nanoTime() - start < nanos) {
      attributes.fill((byte) 0);
      attributes.set(JAVA_INT, 0, program);
      attributes.set(JAVA_INT, 8, Segment.FRAME_BYTES);
      attributes.set(JAVA_LONG, 16, frame.address());
      attributes.set(JAVA_INT, 32, FRAMES_PER_CALL);
      attributes.set(JAVA_INT, 64, LIVE_FRAMES);
      attributes.set(JAVA_INT, 72, FRAMES_PER_BATCH);
      kernel.require(kernel.bpf(PROG_TEST_RUN, attributes), "a flood from within the kernel");
      offered += FRAMES_PER_CALL;
    }
    return offered;
  }

  private int load(List<Long> instructions) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment code = arena.allocate(8L * instructions.size(), 8);
      for (int i = 0; i < instructions.size(); i++) {
        code.set(JAVA_LONG, 8L * i, instructions.get(i));
      }
      MemorySegment log = arena.allocate(LOG_BYTES);
      attributes.fill((byte) 0);
      attributes.set(JAVA_INT, 0, TYPE_XDP);
      attributes.set(JAVA_INT, 4, instructions.size());
      attributes.set(JAVA_LONG, 8, code.address());
      attributes.set(JAVA_LONG, 16, arena.allocateFrom("GPL").address());
      attributes.set(JAVA_INT, 24, 1);
      attributes.set(JAVA_INT, 28, LOG_BYTES);
      attributes.set(JAVA_LONG, 32, log.address());
      int descriptor = kernel.bpf(PROG_LOAD, attributes);
      if (descriptor < 0) {
        throw new BenchException(
            kernel.failure("the flood's program").getMessage() + "\n" + log.getString(0));
      }
      return descriptor;
    }
  }

  /// The program. Words of the frame are added up as the machine reads them: a ones' complement sum
  /// is the same in either byte order, as long as it is stored as it was read.
  private List<Long> assemble(Traffic traffic) {
    int firstPort = swapped(traffic.firstPort());
    int firstDestination = swapped(traffic.firstDestination());
    List<Long> code = new ArrayList<>();
    code.add(instruction(0x61, R2, R1, 0, 0)); // r2 = start of the frame
    code.add(instruction(0x61, R3, R1, 4, 0)); // r3 = its end
    code.add(instruction(0xbf, R6, R2, 0, 0)); // r6 = start
    code.add(instruction(0x07, R2, 0, 0, Segment.FRAME_BYTES));
    code.add(instruction(0x3d, R3, R2, 2, 0)); // if the frame is long enough, go on
    code.add(instruction(0xb7, R0, 0, 0, 0));
    code.add(instruction(0x95, 0, 0, 0, 0)); // else abort
    for (int offset = 0; offset + 8 <= Segment.FRAME_BYTES; offset += 8) {
      long word = frame.get(JAVA_LONG, offset);
      code.add(instruction(0x18, R1, 0, 0, (int) word));
      code.add(word & 0xffff_ffff_0000_0000L);
      code.add(instruction(0x7b, R6, R1, offset, 0));
    }
    int rest = Segment.FRAME_BYTES & ~7;
    code.add(instruction(0xb7, R1, 0, 0, frame.get(JAVA_SHORT, rest) & 0xffff));
    code.add(instruction(0x6b, R6, R1, rest, 0));

    code.add(instruction(0x85, 0, 0, 0, CALL_RANDOM));
    code.add(instruction(0xbf, R7, R0, 0, 0));
    code.add(instruction(0x57, R7, 0, 0, 0xffff)); // r7 = lower half of the source address
    code.add(instruction(0x6b, R6, R7, Segment.IP_SOURCE + 2, 0));
    code.add(instruction(0xbf, R8, R0, 0, 0));
    code.add(instruction(0x77, R8, 0, 0, 16));
    code.add(instruction(0x57, R8, 0, 0, swapped(traffic.portMask())));
    code.add(instruction(0x07, R8, 0, 0, firstPort)); // r8 = source port
    code.add(instruction(0x6b, R6, R8, Segment.TCP_SOURCE_PORT, 0));
    code.add(instruction(0xbf, R9, R0, 0, 0));
    code.add(instruction(0x57, R9, 0, 0, swapped(traffic.destinationMask())));
    code.add(instruction(0x07, R9, 0, 0, firstDestination)); // r9 = lower half of the destination
    code.add(instruction(0x6b, R6, R9, Segment.IP_DESTINATION + 2, 0));

    // What the frame's checksums cover, less the words written above.
    int ip = notSummed(frame.get(JAVA_SHORT, Segment.IP_CHECKSUM), firstDestination);
    int tcp =
        notSummed(
            (short) ~notSummed(frame.get(JAVA_SHORT, Segment.TCP_CHECKSUM), firstDestination),
            firstPort);
    code.add(instruction(0x0f, R7, R9, 0, 0));
    code.add(instruction(0xbf, R1, R7, 0, 0));
    storeChecksum(code, ip, Segment.IP_CHECKSUM);
    code.add(instruction(0xbf, R1, R7, 0, 0));
    code.add(instruction(0x0f, R1, R8, 0, 0));
    storeChecksum(code, tcp, Segment.TCP_CHECKSUM);

    code.add(instruction(0xb7, R1, 0, 0, interfaceIndex));
    code.add(instruction(0xb7, R2, 0, 0, 0));
    code.add(instruction(0x85, 0, 0, 0, CALL_REDIRECT));
    code.add(instruction(0x95, 0, 0, 0, 0));
    return code;
  }

  /// The lower 16 bits as they lie in a frame.
  private static int swapped(int value) {
    return Short.reverseBytes((short) value) & 0xffff;
  }

  /// The sum behind a checksum of the template, without the word `taken` of it.
  private static int notSummed(short checksum, int taken) {
    int sum = ~checksum & 0xffff;
    int without = sum + (~taken & 0xffff);
    return (without & 0xffff) + (without >>> 16);
  }

  /// Adds `base` to the sum in r1, folds it and stores its complement at `offset`.
  private static void storeChecksum(List<Long> code, int base, int offset) {
    code.add(instruction(0x07, R1, 0, 0, base));
    for (int fold = 0; fold < 2; fold++) {
      code.add(instruction(0xbf, R2, R1, 0, 0));
      code.add(instruction(0x77, R2, 0, 0, 16));
      code.add(instruction(0x57, R1, 0, 0, 0xffff));
      code.add(instruction(0x0f, R1, R2, 0, 0));
    }
    code.add(instruction(0xa7, R1, 0, 0, -1));
    code.add(instruction(0x6b, R6, R1, offset, 0));
  }

  /// `struct bpf_insn`: operation, destination and source register, offset, constant.
  private static long instruction(int operation, int to, int from, int offset, int constant) {
    return operation
        | to << 8
        | from << 12
        | (offset & 0xffffL) << 16
        | (constant & 0xffff_ffffL) << 32;
  }
}
