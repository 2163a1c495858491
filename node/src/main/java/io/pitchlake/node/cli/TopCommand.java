package io.pitchlake.node.cli;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `pitchlake top`
@Command(
    name = "top",
    customSynopsis = "pitchlake top [--once] [--interval SECONDS] [-s SOCKET]",
    header = "Watch a node: its role, rates, attackers, targets and drops.",
    description = {
      "",
      "Fills the screen and looks again every few seconds; q or Ctrl-C ends it. Rates are of the time "
          + "since the last look. With --once, or where standard output is no terminal or a dumb one, it "
          + "prints one page, with the rates of one interval.",
      ""
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:shown",
      "2:wrong usage",
      "9:no node answers at the socket, or its engine hangs",
      "70:a fault of the program"
    },
    footerHeading = "%nExamples:%n",
    footer = {"  pitchlake top", "  pitchlake top --once --interval 5"})
final class TopCommand implements Callable<Integer> {
  private static final int PAGE_WIDTH = 100;
  private static final int PAGE_HEIGHT = 60;

  /// How long a key is waited for before the size of the screen is looked at again.
  private static final long KEY_MILLIS = 100;

  private static final int CTRL_C = 3;
  private static final int CTRL_L = 12;

  private final Surroundings world;
  private final Optional<Terminal> given;
  @Mixin private NodeSocket node;

  @Option(names = "--once", description = "Print one page and end.")
  private boolean once;

  @Option(
      names = {"-i", "--interval"},
      paramLabel = "SECONDS",
      defaultValue = "2",
      description = "How long between two looks, 1 to 60 (2).")
  private int seconds;

  private volatile boolean ending;

  /// @param given the terminal; empty where it is the command's own to open
  TopCommand(Surroundings world, Optional<Terminal> given) {
    this.world = world;
    this.given = given;
  }

  @Override
  public Integer call() throws Failure {
    if (seconds < 1 || seconds > 60) {
      throw new Failure(
          ExitCode.USAGE, "--interval %d: write a number from 1 to 60".formatted(seconds));
    }
    TopView first = TopView.of(world, node);
    if (once || !world.console().outIsTerminal()) {
      page(first);
      return ExitCode.OK;
    }
    world.ending().whenAsked(() -> ending = true);
    try {
      if (given.isPresent()) {
        watch(given.get(), first);
      } else {
        try (Terminal terminal = Screen.open()) {
          watch(terminal, first);
        }
      }
    } catch (IOException e) {
      throw new Failure(ExitCode.USAGE, "the terminal cannot be used: " + e.getMessage());
    }
    return ExitCode.OK;
  }

  private void page(TopView first) throws Failure {
    try {
      TimeUnit.SECONDS.sleep(seconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    TopView.of(world, node)
        .since(first)
        .lines(PAGE_WIDTH, PAGE_HEIGHT)
        .forEach(line -> world.out().println(line.text().stripTrailing()));
    world.out().flush();
  }

  private void watch(Terminal terminal, TopView first) throws IOException, Failure {
    if (terminal.getType().startsWith(Terminal.TYPE_DUMB)) {
      page(first);
      return;
    }
    Attributes before = terminal.enterRawMode();
    terminal.puts(Capability.enter_ca_mode);
    terminal.puts(Capability.cursor_invisible);
    try {
      TopView shown = first;
      draw(terminal, shown, null);
      while (!ending) {
        if (!waited(terminal, shown)) {
          return;
        }
        try {
          shown = TopView.of(world, node).since(shown);
          draw(terminal, shown, null);
        } catch (Failure trouble) {
          draw(terminal, shown, trouble.lines().getFirst());
        }
      }
    } finally {
      terminal.puts(Capability.cursor_normal);
      terminal.puts(Capability.exit_ca_mode);
      terminal.setAttributes(before);
      terminal.flush();
    }
  }

  /// Waits for the next look; false when the user has had enough.
  private boolean waited(Terminal terminal, TopView shown) throws IOException {
    long untilNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    Size size = terminal.getSize();
    while (!ending && System.nanoTime() - untilNanos < 0) {
      int key = terminal.reader().read(KEY_MILLIS);
      if (key == 'q' || key == 'Q' || key == CTRL_C || key == NonBlockingReader.EOF) {
        return false;
      }
      Size now = terminal.getSize();
      if (!now.equals(size) || key == CTRL_L) {
        size = now;
        terminal.puts(Capability.clear_screen);
        draw(terminal, shown, null);
      }
    }
    return true;
  }

  /// @param trouble stands in the last line, null where there is none
  private void draw(Terminal terminal, TopView view, String trouble) {
    Size size = terminal.getSize();
    int width = size.getColumns() > 0 ? size.getColumns() : 80;
    int height = size.getRows() > 0 ? size.getRows() : 24;
    terminal.puts(Capability.cursor_home);
    int row = 0;
    for (TopView.Line line : view.lines(width, trouble == null ? height : height - 1)) {
      row = line(terminal, row, width, line);
    }
    if (trouble != null) {
      row = line(terminal, row, width, new TopView.Line(TopView.Look.TROUBLE, trouble));
    }
    terminal.puts(Capability.clr_eos);
    terminal.flush();
  }

  private int line(Terminal terminal, int row, int width, TopView.Line line) {
    if (row > 0) {
      // Raw mode leaves it to the terminal to go back to the line's beginning.
      terminal.writer().print('\n');
    }
    AttributedString text = new AttributedString(line.text(), style(line.look()));
    terminal.writer().print(text.columnSubSequence(0, width).toAnsi(terminal));
    // Behind a full line the cursor may stand on its last character.
    if (text.columnLength() < width) {
      terminal.puts(Capability.clr_eol);
    }
    return row + 1;
  }

  private AttributedStyle style(TopView.Look look) {
    AttributedStyle plain = AttributedStyle.DEFAULT;
    return switch (look) {
      case TITLE -> plain.bold();
      case HEAD -> plain.inverse();
      case PLAIN -> plain;
      case TROUBLE -> world.colour() ? plain.foreground(AttributedStyle.RED).bold() : plain.bold();
    };
  }
}
