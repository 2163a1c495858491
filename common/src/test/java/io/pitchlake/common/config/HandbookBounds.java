package io.pitchlake.common.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// What a cell of the handbook says of the values of a directive: a range, all choices, numbers of
/// other sections, or some values that are taken and some that are not.
///
/// In words such as `24,64 300` each number that differs between the ends of a range has bounds of
/// its own.
///
/// @param accepted values that are named, the ends of a range among them
/// @param refused values behind `not`
/// @param step how far the next value beyond a range is, where that is said
/// @param closed whether nothing but what is accepted is
/// @param list whether several of the values may stand with commas between them
/// @param repeatable whether the directive may stand more than once
/// @param reference the lowest number of what is named by its number; empty: nothing is
/// @param longest how many characters a value may have
record HandbookBounds(
    List<String> accepted,
    List<String> refused,
    Optional<Range> range,
    Optional<String> step,
    boolean closed,
    boolean list,
    boolean repeatable,
    Optional<Integer> reference,
    Optional<Integer> longest) {
  private static final Pattern CODE = Pattern.compile("([^`]*)`([^`]+)`");
  private static final Pattern NUMBER =
      Pattern.compile("(-?\\d+(?:\\.\\d+)?)(ms|s|m|h|)(?![\\w./:-])");
  private static final Pattern REFERENCE =
      Pattern.compile("numbers? of (?:an? )?(access list|[a-z]+)");
  private static final Pattern LONGEST = Pattern.compile("at most (\\d+) (?:characters|bytes)");
  private static final Map<String, Long> UNIT_MILLIS =
      Map.of("ms", 1L, "s", 1000L, "", 1000L, "m", 60_000L, "h", 3_600_000L);

  /// From one value to another.
  record Range(String low, String high) {}

  /// One number of a range.
  ///
  /// @param index which one of the value's words, from 0
  /// @param time whether it is a time
  record Slot(int index, String low, String high, boolean time) {}

  static HandbookBounds of(String cell) {
    List<String> accepted = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    Optional<Range> range = Optional.empty();
    Optional<String> step = Optional.empty();
    boolean not = false;
    Matcher code = CODE.matcher(cell);
    while (code.find()) {
      String before = code.group(1).strip();
      String value = code.group(2);
      not = before.equals(",") && not || before.endsWith("not");
      if (before.endsWith("steps of")) {
        step = Optional.of(value);
      } else if (not) {
        refused.add(value);
      } else {
        if (before.equals("to")) {
          range = Optional.of(new Range(accepted.getLast(), value));
        }
        accepted.add(value);
      }
    }
    boolean repeatable = cell.endsWith("repeatable");
    boolean list = cell.startsWith("list of");
    String words = REFERENCE.matcher(CODE.matcher(cell).replaceAll("$1")).replaceAll("");
    boolean closed = words.replaceAll("[,;]|\\bor\\b|list of|repeatable", "").isBlank();
    Matcher reference = REFERENCE.matcher(cell);
    Matcher longest = LONGEST.matcher(cell);
    return new HandbookBounds(
        List.copyOf(accepted),
        List.copyOf(refused),
        range,
        step,
        closed && !accepted.isEmpty() && range.isEmpty(),
        list,
        repeatable,
        reference.find()
            ? Optional.of(reference.group(1).equals("access list") ? 0 : 1)
            : Optional.empty(),
        longest.find() ? Optional.of(Integer.valueOf(longest.group(1))) : Optional.empty());
  }

  /// The numbers of the range.
  List<Slot> slots() {
    if (range.isEmpty()) {
      return List.of();
    }
    List<String> low = words(range.get().low());
    List<String> high = words(range.get().high());
    assertEquals(low.size(), high.size(), "words of both ends of " + range.get());
    return IntStream.range(0, low.size())
        .filter(at -> !low.get(at).equals(high.get(at)))
        .mapToObj(at ->
            new Slot(
                at,
                low.get(at),
                high.get(at),
                !unit(low.get(at)).isEmpty() || !unit(high.get(at)).isEmpty()))
        .toList();
  }

  /// The values next to the range, in which one number is beyond its bounds.
  List<String> beyond() {
    List<String> values = new ArrayList<>();
    for (Slot slot : slots()) {
      for (BigDecimal distance : distances(slot)) {
        values.add(
            replaced(
                range.orElseThrow().low(),
                slot.index(),
                moved(slot.low(), slot, distance.negate())));
        values.add(
            replaced(range.orElseThrow().high(), slot.index(), moved(slot.high(), slot, distance)));
      }
    }
    values.removeAll(accepted);
    return values;
  }

  /// By a whole step and, where steps are said, by half of one: neither is allowed.
  private List<BigDecimal> distances(Slot slot) {
    if (step.isEmpty()) {
      return List.of(BigDecimal.ONE);
    }
    BigDecimal whole = slot.time() ? millis(step.get()) : new BigDecimal(step.get());
    return List.of(whole, whole.divide(BigDecimal.TWO));
  }

  private static String moved(String value, Slot slot, BigDecimal distance) {
    BigDecimal number = slot.time() ? millis(value) : new BigDecimal(value);
    String sum = number.add(distance).stripTrailingZeros().toPlainString();
    return slot.time() ? sum + "ms" : sum;
  }

  /// The choices, each without the words that all of them have.
  List<String> choices() {
    List<List<String>> all = accepted.stream().map(HandbookBounds::words).toList();
    int at = choiceAt();
    return all.stream().map(words -> words.get(at)).distinct().toList();
  }

  /// Which word of a value is the choice.
  int choiceAt() {
    List<List<String>> all = accepted.stream().map(HandbookBounds::words).toList();
    int at = 0;
    while (all.size() > 1 && allHave(all, at)) {
      at++;
    }
    return at;
  }

  private static boolean allHave(List<List<String>> all, int at) {
    return all.stream().map(words -> words.get(at)).distinct().count() == 1;
  }

  /// The words of a value: what stands between spaces and commas outside of quotes.
  static List<String> words(String value) {
    return List.of(value.split("[ ,]+(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)"));
  }

  /// The value with another word in one place.
  static String replaced(String value, int index, String word) {
    Matcher each = Pattern.compile("\"[^\"]*\"|[^ ,]+").matcher(value);
    int[] at = {0};
    return each.replaceAll(
        found -> Matcher.quoteReplacement(at[0]++ == index ? word : found.group()));
  }

  private static String unit(String word) {
    Matcher number = NUMBER.matcher(word);
    return number.matches() ? number.group(2) : "";
  }

  /// A time in milliseconds.
  static BigDecimal millis(String time) {
    Matcher number = NUMBER.matcher(time);
    assertEquals(true, number.matches(), () -> "'" + time + "' is a time");
    return new BigDecimal(number.group(1))
        .multiply(BigDecimal.valueOf(UNIT_MILLIS.get(number.group(2))));
  }
}
