package io.pitchlake.common.config;

import io.pitchlake.common.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `HOST:PORT:MAX:HARD:WEIGHT:PRIO` as Pen writes a server, of which all but the host may be left
/// out at the end; an IPv6 address with more behind it stands in brackets.
///
/// @param host as written, without brackets
/// @param numbers what follows it; 0 where nothing stands between two colons
record PenAddress(String host, List<Integer> numbers) {
  private static final Pattern FORM =
      Pattern.compile("(?:\\[([^\\]]*)\\]|([^:\\[\\]]*))((?::[0-9]{0,9}){0,5})");
  private static final int HIGHEST_PORT = 65_535;

  /// Empty when the text is nothing of that kind: a name for a port, a path, too many parts.
  static Optional<PenAddress> parse(String text) {
    if (IpAddress.tryParse(text).isPresent()) {
      return Optional.of(new PenAddress(text, List.of()));
    }
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    List<Integer> numbers = new ArrayList<>();
    String rest = matcher.group(3);
    for (String part : rest.isEmpty() ? new String[0] : rest.substring(1).split(":", -1)) {
      numbers.add(part.isEmpty() ? 0 : Integer.parseInt(part));
    }
    boolean portIsRight = numbers.isEmpty() || numbers.getFirst() <= HIGHEST_PORT;
    return portIsRight ? Optional.of(new PenAddress(host, numbers)) : Optional.empty();
  }

  Optional<IpAddress> address() {
    return IpAddress.tryParse(host);
  }

  /// The number at a position behind the host, the port's is 0; 0 when it is left out.
  int number(int position) {
    return position < numbers.size() ? numbers.get(position) : 0;
  }
}
