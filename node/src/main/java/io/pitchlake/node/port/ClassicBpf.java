package io.pitchlake.node.port;

import java.util.Arrays;

/// Assembles classic BPF, the language of socket filters and fanout programs
/// (`Documentation/networking/filter.rst` of the kernel).
///
/// The machine has an accumulator A, an index X and packed instructions of 8 bytes: opcode (16
/// bits), two jump distances (8 bits each) and a constant (32 bits). A load beyond the end of the
/// frame ends the program with 0.
final class ClassicBpf {
  static final int LOAD_BYTE = 0x30;
  static final int LOAD_HALF = 0x28;
  static final int LOAD_WORD = 0x20;
  static final int LOAD_BYTE_INDEXED = 0x50;
  static final int LOAD_HALF_INDEXED = 0x48;
  static final int LOAD_WORD_INDEXED = 0x40;
  static final int SET_INDEX = 0x01;
  static final int INDEX_FROM_ACCUMULATOR = 0x07;
  static final int EXCLUSIVE_OR_INDEX = 0xac;
  static final int SHIFT_RIGHT = 0x74;
  static final int REMAINDER = 0x94;
  static final int RETURN = 0x06;
  static final int RETURN_ACCUMULATOR = 0x16;
  static final int JUMP_IF_EQUAL = 0x15;
  static final int JUMP_IF_NOT_LESS = 0x35;
  static final int JUMP_IF_ANY_BIT = 0x45;
  private static final int JUMP = 0x05;

  private long[] program = new long[64];
  private int length;

  /// A forward jump target: the places that jump to it are patched when it is bound.
  final class Label {
    private int[] jumps = new int[8];
    private int count;

    private void add(int at) {
      if (count == jumps.length) {
        jumps = Arrays.copyOf(jumps, 2 * count);
      }
      jumps[count++] = at;
    }

    /// The next instruction is the target.
    void bind() {
      for (int i = 0; i < count; i++) {
        program[jumps[i]] |= (long) (length - jumps[i] - 1) << 32;
      }
    }
  }

  Label label() {
    return new Label();
  }

  void emit(int opcode, int constant) {
    if (length == program.length) {
      program = Arrays.copyOf(program, 2 * length);
    }
    program[length++] = opcode | (long) constant << 32;
  }

  void jump(Label target) {
    target.add(length);
    emit(JUMP, 0);
  }

  /// A conditional jump reaches only 255 instructions, so it hops over an unconditional one, which
  /// reaches all.
  void jumpIf(int opcode, int constant, Label target) {
    emit(opcode | 1 << 24, constant);
    jump(target);
  }

  void skipUnlessEqual(int constant, int instructions) {
    emit(JUMP_IF_EQUAL | instructions << 24, constant);
  }

  /// One instruction per element, as the kernel's `struct sock_filter` lies in memory on a
  /// little-endian machine.
  long[] program() {
    return Arrays.copyOf(program, length);
  }
}
