package io.pitchlake.node.cli;

import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/// One line on a terminal that says how far something long has come, written anew now and then and
/// gone at the end; nothing where standard error is no terminal, or the something is quick.
final class Progress implements AutoCloseable {
  private static final long LOOK_MILLIS = 500;
  private static final String LINE_START = "\r";
  private static final String ERASE_LINE = "\r\033[K";

  private final PrintWriter err;
  private final LongFunction<String> words;
  private final Thread writer;
  private boolean ended;

  private Progress(Surroundings world, LongFunction<String> words) {
    this.err = world.err();
    this.words = words;
    this.writer = world.console().errIsTerminal() ? Thread.ofVirtual().start(this::write) : null;
  }

  /// Begins at once.
  ///
  /// @param words the line, for the seconds since the beginning; on a thread of its own
  static Progress of(Surroundings world, LongFunction<String> words) {
    return new Progress(world, words);
  }

  private void write() {
    long startNanos = System.nanoTime();
    try {
      while (true) {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        String line = words.apply(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos));
        synchronized (this) {
          if (ended) {
            return;
          }
          err.print(ERASE_LINE + line + LINE_START);
          err.flush();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Takes the line away.
  @Override
  public void close() {
    if (writer == null) {
      return;
    }
    writer.interrupt();
    synchronized (this) {
      ended = true;
      err.print(ERASE_LINE);
      err.flush();
    }
  }
}
