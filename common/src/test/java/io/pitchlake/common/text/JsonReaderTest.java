package io.pitchlake.common.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Reads what [Json] writes, and nothing that is no JSON.
class JsonReaderTest {
  @Test
  void whatIsWrittenIsReadAgain() {
    Map<String, Object> value = new LinkedHashMap<>();
    value.put("text", "a \"b\" \\ \n \t <c> \u2028 \u00e9 \ud83d\ude00");
    value.put("none", null);
    value.put("yes", true);
    value.put("count", -7L);
    value.put("large", 9_007_199_254_740_993L);
    value.put("part", 0.5);
    value.put("list", List.of(1L, List.of(), Map.of()));
    assertEquals(value, JsonReader.read(Json.of(value)));
  }

  @Test
  void everyEscapeIsKnown() {
    assertEquals("\"\\/\b\f\n\r\t\u00e9", JsonReader.read("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00E9\""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[1,]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\":1,\"a\":1}",
        "01",
        "1.",
        "+1",
        "nul",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\u0001\"",
        "1 2",
        "NaN",
        "-1e309"
      })
  void whatIsNoJsonIsRefusedWithItsPlace(String text) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> JsonReader.read(text)).getMessage();
    assertTrue(message.matches("expected .* at character \\d+"), message);
  }

  @Test
  void depthHasABound() {
    assertThrows(
        IllegalArgumentException.class, () -> JsonReader.read("[".repeat(100) + "]".repeat(100)));
  }
}
