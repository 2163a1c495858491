package io.pitchlake.node.cli;

import java.io.IOException;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/// The terminal that the program runs in.
final class Screen {
  private static final Size USUAL = Size.of(80, 24);

  private Screen() {}

  /// Opens it, once in a process at a time; a dumb one where it can do no more than that.
  static Terminal open() throws IOException {
    Terminal terminal = terminal();
    if (terminal.getWidth() == 0 || terminal.getHeight() == 0) {
      // A serial line does not know how large what hangs on it is.
      terminal.setSize(USUAL);
    }
    return terminal;
  }

  private static Terminal terminal() throws IOException {
    return TerminalBuilder.builder()
        .name("pitchlake")
        .system(true)
        .dumb(true)
        .nativeSignals(true)
        // Asking for it writes to the terminal and waits for what it answers.
        .graphemeCluster(false)
        .build();
  }
}
