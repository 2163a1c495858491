package io.pitchlake.it;

import java.util.ArrayList;
import java.util.List;

/// An agent for a node's process: a thread of its own that keeps all it can get, as a helper with a
/// leak would at last.
public final class MemoryEater {
  private static final int PIECE_BYTES = 1 << 20;

  private MemoryEater() {}

  /// Called by the machine that it is loaded into.
  public static void agentmain(String arguments) {
    Thread.ofPlatform()
        .daemon()
        .name("memory-eater")
        .start(() -> {
          List<byte[]> kept = new ArrayList<>();
          while (true) {
            kept.add(new byte[PIECE_BYTES]);
          }
        });
  }
}
