package io.pitchlake.node.admin;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a node says at `/metrics`, read line by line as the text format has it; anything else is an
/// error.
final class Scrape {
  private static final Pattern HEAD = Pattern.compile("# (HELP|TYPE) (\\S+) (.*)");
  private static final Pattern SAMPLE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)\\})? (\\S+)");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_]\\w*)=\"((?:[^\"\\\\]|\\\\.)*)\"");

  /// One metric.
  ///
  /// @param labels their names, and the values that were seen of each
  static final class Family {
    String type;
    String help;
    final Map<String, Set<String>> labels = new TreeMap<>();
    int samples;
  }

  private final Map<String, Family> families = new TreeMap<>();

  Scrape(String text) {
    text.lines().forEach(this::read);
  }

  private void read(String line) {
    Matcher head = HEAD.matcher(line);
    if (head.matches()) {
      Family family = families.computeIfAbsent(head.group(2), name -> new Family());
      if (head.group(1).equals("HELP")) {
        family.help = head.group(3);
      } else {
        family.type = head.group(3);
      }
      return;
    }
    Matcher sample = SAMPLE.matcher(line);
    if (!sample.matches() || !families.containsKey(sample.group(1))) {
      throw new AssertionError("neither a head nor a sample of one: " + line);
    }
    Family family = families.get(sample.group(1));
    family.samples++;
    if (sample.group(2) != null) {
      LABEL
          .matcher(sample.group(2))
          .results()
          .forEach(label ->
              family
                  .labels
                  .computeIfAbsent(label.group(1), name -> new TreeSet<>())
                  .add(label.group(2)));
    }
  }

  /// By name.
  Map<String, Family> families() {
    return families;
  }
}
