package io.pitchlake.node.cli;

import io.pitchlake.common.config.ConfigParser;
import io.pitchlake.common.config.ConfigProblem;
import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.config.ParseResult;
import io.pitchlake.common.config.PenCommandLine.UnreadableException;
import io.pitchlake.node.Node;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Reads the file that `-c` names and shows every problem in it, one per line.
///
/// @param path as the user wrote it, so that problems name it the same way
/// @param configuration what it says
record ConfigurationFile(Path path, Configuration configuration) {
  private static final int BIGGEST_BYTES = 64 << 20;
  private static final String RED = "\033[31m";
  private static final String YELLOW = "\033[33m";
  private static final String PLAIN = "\033[0m";

  /// Reads and checks a file; warnings go to `err` and do not stop it.
  static ConfigurationFile load(Path path, Surroundings world) throws Failure {
    ParseResult result = ConfigParser.parse(path.toString(), readable(path), world.environment());
    print(result, world.err(), world.colour());
    Configuration configuration =
        result
            .configuration()
            .orElseThrow(() -> new Failure(ExitCode.CONFIGURATION, summary(path, result)));
    if (Node.networksOf(configuration).isEmpty()) {
      throw new Failure(
          ExitCode.CONFIGURATION,
          path
              + ": error: no network is both registered and enabled, so there is nothing to run;"
              + " write 'register networks 1' and 'enable networks 1'");
    }
    return new ConfigurationFile(path, configuration);
  }

  /// The text of a file.
  ///
  /// @throws UnreadableException with what to say behind the file's name
  static String text(Path path) throws UnreadableException {
    try {
      if (Files.size(path) > BIGGEST_BYTES) {
        throw new UnreadableException("is larger than 64 MiB, which no configuration is");
      }
      return Files.readString(path);
    } catch (NoSuchFileException e) {
      throw new UnreadableException("there is no such file");
    } catch (AccessDeniedException e) {
      throw new UnreadableException("this user may not read it");
    } catch (CharacterCodingException e) {
      throw new UnreadableException("is not UTF-8 text");
    } catch (IOException e) {
      throw new UnreadableException(
          Files.isDirectory(path) ? "is a directory" : String.valueOf(e.getMessage()));
    }
  }

  private static String readable(Path path) throws Failure {
    try {
      return text(path);
    } catch (UnreadableException e) {
      throw new Failure(
          ExitCode.CONFIGURATION,
          path + ": error: the configuration cannot be read: " + e.getMessage() + "; see -c");
    }
  }

  private static String summary(Path path, ParseResult result) {
    int errors = result.errors().size();
    return path + ": " + errors + (errors == 1 ? " error" : " errors") + "; it is not run";
  }

  private static void print(ParseResult result, PrintWriter err, boolean colour) {
    for (ConfigProblem problem : result.problems()) {
      String line = problem.toString();
      String mark = problem.isError() ? "error:" : "warning:";
      String shade = problem.isError() ? RED : YELLOW;
      err.println(colour ? line.replaceFirst(mark, shade + mark + PLAIN) : line);
    }
    err.flush();
  }
}
