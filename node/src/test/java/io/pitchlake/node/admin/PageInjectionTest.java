package io.pitchlake.node.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.pitchlake.common.text.JsonReader;
import io.pitchlake.common.wire.Property;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Whatever text came from the network, a page has its rows and its fields and nothing else.
class PageInjectionTest {
  private static final Shape SHAPE =
      Shape.table("rows", Column.text("one", "hostile"), Column.text("two", "hostile"));
  private static final List<String> WEAPONS =
      List.of(
          "\n",
          "\r",
          "\0",
          "\u001b[2J",
          "\u009b31m",
          "\u0085",
          "\u2028",
          "\"",
          "\\",
          "\"}]}",
          "<script>",
          "</script>",
          "]]>",
          "\ud800",
          "\udc00",
          "\ud83d\ude00",
          "\t",
          "ü",
          "data: ");

  private static String hostile(RandomGenerator random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(8); i >= 0; i--) {
      text.append(
          random.nextInt(3) == 0
              ? Character.toString((char) random.nextInt(0x10000))
              : WEAPONS.get(random.nextInt(WEAPONS.size())));
    }
    return text.toString();
  }

  @Test
  void aTableHasItsRows() {
    Property.forAll(
        "hostile text stays in its cell",
        2000,
        random -> {
          List<List<String>> rows =
              List.of(
                  List.of(hostile(random), hostile(random)),
                  List.of(hostile(random), hostile(random)));
          Page page = new Page(SHAPE);
          rows.forEach(row -> page.row("rows", row.toArray()));

          String plain = PlainText.of(page);
          assertEquals(3, plain.chars().filter(c -> c == '\n').count(), plain);
          assertFalse(plain.chars().anyMatch(c -> c != '\n' && Character.isISOControl(c)), plain);

          String json = JsonText.of(page);
          assertFalse(json.contains("<") || json.contains(">") || json.contains("\u2028"), json);
          assertFalse(json.chars().anyMatch(c -> c != '\n' && Character.isISOControl(c)), json);
          List<Object> read = JsonReader.list(JsonReader.object(JsonReader.read(json)).get("rows"));
          for (int i = 0; i < rows.size(); i++) {
            assertEquals(rows.get(i).get(0), JsonReader.object(read.get(i)).get("one"));
            assertEquals(rows.get(i).get(1), JsonReader.object(read.get(i)).get("two"));
          }
        });
  }
}
