package io.pitchlake.common.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/// What is read as JSON is written, and read as the same; everything else is refused in words.
class JsonFuzzTest {
  @FuzzTest
  void anyText(byte[] data) {
    Object value;
    try {
      value = JsonReader.read(new String(data, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException refused) {
      return;
    }
    String written = Json.of(value);
    assertEquals(value, JsonReader.read(written), written);
  }
}
