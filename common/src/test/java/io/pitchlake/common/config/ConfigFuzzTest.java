package io.pitchlake.common.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pitchlake.common.config.PenCommandLine.OwnAddress;
import io.pitchlake.common.config.PenCommandLine.UnreadableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever a file or a command line says, there is a configuration or a sentence why not.
class ConfigFuzzTest {
  private static final List<OwnAddress> OWN =
      Stream.of("192.168.2.4/24", "2001:db8:1::4/64")
          .map(text -> OwnAddress.tryParse(text).orElseThrow())
          .toList();

  static Stream<byte[]> examples() throws IOException {
    return ExamplesTest.examples().stream().map(ConfigFuzzTest::bytes);
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// What is taken is written, and read as the same.
  @MethodSource("examples")
  @FuzzTest
  void anyFile(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    ParseResult result = ConfigParser.parse("fuzzed", text);
    assertEquals(result.errors().isEmpty(), result.configuration().isPresent());
    result
        .problems()
        .forEach(
            problem -> assertTrue(problem.toString().startsWith("fuzzed:"), problem::toString));
    if (result.configuration().isPresent()) {
      String written = ConfigWriter.write(result.configuration().get());
      ParseResult again = ConfigParser.parse("written", written);
      assertEquals(List.of(), again.errors(), written);
      assertEquals(result.configuration(), again.configuration(), written);
    }
  }

  /// A line is an argument, and all of them are the files of commands that are named. What the
  /// language refuses of it is refused in words, too.
  @FuzzTest
  void anyPenCommandLine(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    int[] read = new int[1];
    PenCommandLine line =
        PenCommandLine.parse(
            text.lines().toList(),
            file -> {
              if (read[0]++ > 2) {
                throw new UnreadableException("is read too often");
              }
              return text;
            });
    if (!line.errors().isEmpty()) {
      return;
    }
    String written = line.configuration(OWN);
    if (line.errors().isEmpty()) {
      ParseResult result = ConfigParser.parse("pen", written);
      assertTrue(
          result.errors().isEmpty() == result.configuration().isPresent(),
          () -> result.errors() + " in " + written);
    }
  }
}
