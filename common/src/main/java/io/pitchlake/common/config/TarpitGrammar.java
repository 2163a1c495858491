package io.pitchlake.common.config;

import io.pitchlake.common.config.Configuration.Persona;
import io.pitchlake.common.config.Configuration.PortMode;
import io.pitchlake.common.config.Configuration.TarpitMode;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Reads what a network's simulated addresses pretend to be, and do.
final class TarpitGrammar {
  private static final int HIGHEST_WEIGHT = 1000;
  private static final int HIGHEST_PORT = 65_535;
  private static final Pattern RANGE = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?");

  /// What an ordinary office has.
  private static final Map<Persona, Integer> OFFICE =
      Map.of(
          Persona.LINUX, 4,
          Persona.WINDOWS, 5,
          Persona.DEVICE, 1,
          Persona.PRINTER, 2,
          Persona.BSD, 1);

  private static final Vocabulary FIRST =
      new Vocabulary(
          Stream.concat(
                  Stream.of("off", "on"),
                  Arrays.stream(Persona.values()).map(one -> one.name().toLowerCase(Locale.ROOT)))
              .toList());

  private TarpitGrammar() {}

  /// `off`, `on`, or `linux 4, windows 3, printer`; what is not named does not occur. In the order
  /// of the enum, so that two files that mean the same read the same.
  static Map<Persona, Integer> personas(Words words) {
    String first = bareWord(words);
    if (!first.isEmpty() && !FIRST.contains(first)) {
      words.problems().error(words.next(), "is not a persona", FIRST.remedyFor(first));
      return null;
    }
    switch (first) {
      case "off" -> {
        words.next();
        return Map.of();
      }
      case "on" -> {
        words.next();
        return Collections.unmodifiableMap(new EnumMap<>(OFFICE));
      }
      default -> {
        return weights(words);
      }
    }
  }

  /// `persist`, for all ports, or `persist ports 22,80-90`; then without ports an empty list.
  static PortMode mode(Words words) {
    TarpitMode mode = words.choice("a tarpit mode", TarpitMode.class);
    if (!bareWord(words).equals("ports")) {
      return mode == null ? null : new PortMode(mode, List.of());
    }
    words.next();
    List<PortMode.Range> ports = words.plainList(TarpitGrammar::range);
    return mode == null || ports == null ? null : new PortMode(mode, ports);
  }

  private static PortMode.Range range(Words words) {
    String remedy = "write ports from 1 to 65535, such as 80 or 80-90";
    Token token = words.peek();
    String text = words.text("a port or a range of ports", remedy);
    if (text == null) {
      return null;
    }
    Matcher matcher = RANGE.matcher(text);
    int first = matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
    int last = first == 0 || matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
    if (first < 1 || last < first || last > HIGHEST_PORT) {
      words.problems().error(token, "is not a port or a range of ports", remedy);
      return null;
    }
    return new PortMode.Range(first, last);
  }

  private static Map<Persona, Integer> weights(Words words) {
    List<Placed<Map.Entry<Persona, Integer>>> shares = words.list(TarpitGrammar::share);
    if (shares == null) {
      return null;
    }
    Map<Persona, Integer> weights = new EnumMap<>(Persona.class);
    for (Placed<Map.Entry<Persona, Integer>> share : shares) {
      if (weights.putIfAbsent(share.value().getKey(), share.value().getValue()) != null) {
        words.problems().error(share.at(), "stands twice in one list", "keep one of the two");
      }
    }
    return Collections.unmodifiableMap(weights);
  }

  private static Map.Entry<Persona, Integer> share(Words words) {
    Persona persona = words.choice("a persona ('on': as an office has them)", Persona.class);
    boolean weighed = !bareWord(words).isEmpty() && Character.isDigit(bareWord(words).charAt(0));
    Integer weight = weighed ? words.number("a weight", 1, HIGHEST_WEIGHT) : Integer.valueOf(1);
    return persona == null || weight == null ? null : Map.entry(persona, weight);
  }

  /// The next word in lower case; empty when what follows is none.
  private static String bareWord(Words words) {
    return words.peek().isBareWord() ? words.peek().text().toLowerCase(Locale.ROOT) : "";
  }
}
