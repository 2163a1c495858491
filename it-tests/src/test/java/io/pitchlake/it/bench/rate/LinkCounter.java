package io.pitchlake.it.bench.rate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The kernel's own count of frames that an interface has received.
///
/// @param link the interface, in this namespace; `ip netns exec` shows its /sys
record LinkCounter(String link) {
  long receivedFrames() {
    try {
      return Long.parseLong(
          Files.readString(Path.of("/sys/class/net", link, "statistics/rx_packets")).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
