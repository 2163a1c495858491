package io.pitchlake.common.config;

import io.pitchlake.common.config.Configuration.Admin;
import io.pitchlake.common.config.Configuration.AdminListen;
import io.pitchlake.common.config.Configuration.Syslog;
import io.pitchlake.common.config.Field.Reader;
import io.pitchlake.common.config.Token.Kind;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.IpPrefix;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The words of a file with a place to read from, and a reader for each kind of value. A reader
/// that returns null has reported why. It takes the word it could not use, unless that word begins
/// the next directive.
final class Words {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s|m|h|)");
  private static final Map<String, Duration> DURATION_UNITS =
      Map.of(
          "ms", Duration.ofMillis(1),
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "", Duration.ofSeconds(1));
  private static final Map<String, Boolean> SWITCH =
      Map.of(
          "enable", true, "on", true, "yes", true, "true", true, "disable", false, "off", false,
          "no", false, "false", false);
  private static final Pattern ADDRESS_AND_PORT =
      Pattern.compile("(?:\\[([^\\]]*)\\]|([^:]*)):([0-9]{1,9})");
  private static final Pattern HOST_NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]{0,252})");
  private static final Pattern BYTES = Pattern.compile("(\\d{1,13})([kmg]?)");
  private static final Map<String, Integer> BYTE_UNITS = Map.of("", 0, "k", 10, "m", 20, "g", 30);
  private static final Pattern DOTTED = Pattern.compile("[0-9]+(\\.[0-9]*)+");
  private static final String ANY_ADDRESS = "write an address such as 192.168.2.4 or 2001:db8:1::4";

  private final List<Token> tokens;
  private final Problems problems;
  private int at;
  private Vocabulary directives = new Vocabulary(List.of());

  Words(List<Token> tokens, Problems problems) {
    this.tokens = tokens;
    this.problems = problems;
  }

  /// Sets the directives of the place being read: a bare word among them is never taken for a
  /// value.
  Vocabulary directives(Vocabulary inForce) {
    Vocabulary before = directives;
    directives = inForce;
    return before;
  }

  Vocabulary directives() {
    return directives;
  }

  Problems problems() {
    return problems;
  }

  Token peek() {
    return peek(0);
  }

  Token peek(int ahead) {
    return tokens.get(Math.min(at + ahead, tokens.size() - 1));
  }

  Token next() {
    Token token = peek();
    if (!token.is(Kind.END)) {
      at++;
    }
    return token;
  }

  /// Whether the next token is a word that may be a value here.
  boolean valueFollows() {
    return peek().is(Kind.WORD) && !beginsDirective(peek());
  }

  private boolean beginsDirective(Token token) {
    return token.isBareWord() && directives.contains(token.text().toLowerCase(Locale.ROOT));
  }

  /// The next word, or null when there is none that could be the value.
  private Token value(String what, String remedy) {
    if (valueFollows()) {
      return next();
    }
    problems.error(peek(), "stands where " + what + " belongs", remedy);
    return null;
  }

  /// Any word.
  String text(String what, String remedy) {
    Token token = value(what, remedy);
    if (token != null && token.text().isBlank()) {
      problems.error(token, "\"" + token.text() + "\"", "is empty", remedy);
      return null;
    }
    return token == null ? null : token.text();
  }

  /// A decimal number within bounds.
  Integer number(String what, int minimum, int maximum) {
    String remedy = "write a number from " + minimum + " to " + maximum;
    Token token = value(what, remedy);
    if (token == null) {
      return null;
    }
    Optional<Long> number = wholeNumber(token.text());
    if (number.isEmpty() || number.get() < minimum || number.get() > maximum) {
      problems.error(token, "is not " + what, remedy);
      return null;
    }
    return number.get().intValue();
  }

  /// The port of a service, 0 for `any`.
  Integer portOrAny() {
    String remedy = "write a number from 1 to 65535, or any";
    Token token = value("a port", remedy);
    if (token == null) {
      return null;
    }
    if (token.text().equalsIgnoreCase("any")) {
      return 0;
    }
    Optional<Long> number = wholeNumber(token.text());
    if (number.isEmpty() || number.get() > 65_535) {
      problems.error(token, "is not a port", remedy);
      return null;
    }
    return number.get().intValue();
  }

  /// The value of a setting, in the setting's unit.
  Long setting(Setting setting) {
    String what = "a value of " + setting.word();
    String remedy =
        "write a number of %s from %d to %d (%s)"
            .formatted(setting.unit(), setting.minimum(), setting.maximum(), setting.meaning());
    Token token = value(what, remedy);
    if (token == null) {
      return null;
    }
    Optional<Long> number = wholeNumber(token.text());
    if (number.isEmpty() || !setting.allows(number.get())) {
      problems.error(token, "is not " + what, remedy);
      return null;
    }
    return number.get();
  }

  private static Optional<Long> wholeNumber(String text) {
    boolean digits = !text.isEmpty() && text.length() <= 18;
    digits = digits && text.chars().allMatch(c -> c >= '0' && c <= '9');
    return digits ? Optional.of(Long.parseLong(text)) : Optional.empty();
  }

  /// One of the constants of an enum, in lower case.
  <E extends Enum<E>> E choice(String what, Class<E> type) {
    Map<String, E> choices = new LinkedHashMap<>();
    for (E constant : type.getEnumConstants()) {
      choices.put(constant.name().toLowerCase(Locale.ROOT), constant);
    }
    Vocabulary vocabulary = new Vocabulary(choices.keySet());
    Token token = value(what, "write " + vocabulary.alternatives());
    if (token == null) {
      return null;
    }
    String word = token.text().toLowerCase(Locale.ROOT);
    if (!choices.containsKey(word)) {
      problems.error(token, "is not " + what, vocabulary.remedyFor(word));
      return null;
    }
    return choices.get(word);
  }

  /// `enable` or `disable`; `on`, `off`, `yes`, `no`, `true` and `false` mean the same.
  Boolean yesOrNo(String what, String yes, String no) {
    String remedy = "write " + yes + " or " + no;
    Token token = value(what, remedy);
    if (token == null) {
      return null;
    }
    Boolean value = SWITCH.get(token.text().toLowerCase(Locale.ROOT));
    if (value == null) {
      problems.error(token, "is not " + what, remedy);
    }
    return value;
  }

  /// `100ms`, `1s`, `2m`, `1h`, `0.5s`; without a unit it is seconds.
  Duration duration(String what, Duration minimum, Duration maximum) {
    String remedy =
        "write a time from "
            + inWords(minimum)
            + " to "
            + inWords(maximum)
            + ", such as 100ms or 1s";
    Token token = value(what, remedy);
    if (token == null) {
      return null;
    }
    Optional<Duration> duration = parseDuration(token.text());
    if (duration.isEmpty()
        || duration.get().compareTo(minimum) < 0
        || duration.get().compareTo(maximum) > 0) {
      problems.error(token, "is not " + what, remedy);
      return null;
    }
    return duration.get();
  }

  private static Optional<Duration> parseDuration(String text) {
    Matcher matcher = DURATION.matcher(text.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    BigDecimal unit = BigDecimal.valueOf(DURATION_UNITS.get(matcher.group(2)).toNanos());
    return Optional.of(
        Duration.ofNanos(new BigDecimal(matcher.group(1)).multiply(unit).longValue()));
  }

  private static String inWords(Duration duration) {
    long millis = duration.toMillis();
    return millis < 1000
        ? millis + "ms"
        : BigDecimal.valueOf(millis, 3).stripTrailingZeros().toPlainString() + "s";
  }

  /// An address of either family that one machine can have.
  IpAddress hostAddress(String what) {
    Token token = value(what, ANY_ADDRESS);
    if (token == null) {
      return null;
    }
    Optional<IpAddress> address = IpAddress.tryParse(token.text());
    if (address.isEmpty()) {
      problems.error(token, "is not " + what, ANY_ADDRESS);
      return null;
    }
    return isHost(address.get(), token) ? address.get() : null;
  }

  /// As [#hostAddress], of one family; the other family belongs to the directive `other`.
  IpAddress hostAddress(String what, boolean ipv4, String other) {
    Placed<IpAddress> address = addressOf(what, ipv4, other);
    if (address == null || !isHost(address.value(), address.at())) {
      return null;
    }
    if (address.value().isLoopback()) {
      problems.error(address.at(), "is a loopback address", "write an address of the segment");
      return null;
    }
    return address.value();
  }

  private boolean isHost(IpAddress address, Token at) {
    if (address.isMulticast() || address.isUnspecified() || address.isLimitedBroadcast()) {
      problems.error(at, "is not the address of one machine", ANY_ADDRESS);
      return false;
    }
    return true;
  }

  private Placed<IpAddress> addressOf(String what, boolean ipv4, String other) {
    String remedy =
        ipv4
            ? "write an IPv4 address such as 192.168.2.4"
            : "write an IPv6 address such as 2001:db8:1::4";
    Token token = value(what, remedy);
    if (token == null) {
      return null;
    }
    Optional<IpAddress> address = IpAddress.tryParse(token.text());
    if (address.isEmpty()) {
      problems.error(token, "is not " + what, remedy);
      return null;
    }
    if (address.get().isIpv4() != ipv4) {
      String family = ipv4 ? "an IPv6" : "an IPv4";
      problems.error(
          token, "is " + family + " address", "write '" + other + " " + token.text() + "'");
      return null;
    }
    return new Placed<>(address.get(), token);
  }

  /// `off`, `local`, `ADDRESS` or `ADDRESS:PORT`, where an IPv6 address with a port stands in
  /// brackets.
  Syslog syslog() {
    String remedy = "write off, local, 192.168.2.9, 192.168.2.9:514 or [2001:db8:1::9]:514";
    Token token = value("a place for syslog lines", remedy);
    if (token == null) {
      return null;
    }
    String text = token.text().toLowerCase(Locale.ROOT);
    if (text.equals("off")) {
      return new Syslog.Off();
    }
    if (text.equals("local")) {
      return new Syslog.Local();
    }
    Optional<Endpoint> collector = endpoint(text, Syslog.DEFAULT_PORT);
    if (collector.isEmpty()) {
      problems.error(token, "is not a place for syslog lines", remedy);
      return null;
    }
    Endpoint place = collector.get();
    return isHost(place.address, token) ? new Syslog.Remote(place.address, place.port) : null;
  }

  /// `ADDRESS` or `ADDRESS:PORT`; without a port it is 0.
  Endpoint collector() {
    String remedy = "write 192.168.2.9, 192.168.2.9:514 or [2001:db8:1::9]:514";
    Token token = value("a collector", remedy);
    if (token == null) {
      return null;
    }
    Optional<IpAddress> alone = IpAddress.tryParse(token.text());
    Optional<Endpoint> place =
        alone.map(address -> new Endpoint(address, 0)).or(() -> endpoint(token.text(), 0));
    if (place.isEmpty()) {
      problems.error(token, "is not a collector's address", remedy);
      return null;
    }
    return isHost(place.get().address, token) ? place.get() : null;
  }

  /// The name of a host, as certificates have it.
  String hostName(String what) {
    String remedy = "write it such as logs.example.org";
    Token token = value(what, remedy);
    if (token != null && !HOST_NAME.matcher(token.text()).matches()) {
      problems.error(token, "is not " + what, remedy);
      return null;
    }
    return token == null ? null : token.text();
  }

  /// `4096`, `64k`, `100m`, `2g`: bytes, in powers of 1024.
  Long bytes(String what, long minimum, long maximum) {
    String remedy =
        "write a number of bytes from %d to %d, such as 64k, 100m or 1g"
            .formatted(minimum, maximum);
    Token token = value(what, remedy);
    if (token == null) {
      return null;
    }
    Matcher matcher = BYTES.matcher(token.text().toLowerCase(Locale.ROOT));
    long bytes = -1;
    if (matcher.matches()) {
      long count = Long.parseLong(matcher.group(1));
      int shift = BYTE_UNITS.get(matcher.group(2));
      bytes = count > maximum >> shift ? -1 : count << shift;
    }
    if (bytes < minimum || bytes > maximum) {
      problems.error(token, "is not " + what, remedy);
      return null;
    }
    return bytes;
  }

  /// `auto`, `off`, `ADDRESS` or `ADDRESS:PORT`; every address of the host is `0.0.0.0` or `::`.
  AdminListen adminListen() {
    String remedy = "write auto, off, 127.0.0.1:7802 or [::1]:7802";
    Token token = value("a place to listen at", remedy);
    if (token == null) {
      return null;
    }
    String text = token.text().toLowerCase(Locale.ROOT);
    if (text.equals("auto")) {
      return new AdminListen.Auto();
    }
    if (text.equals("off")) {
      return new AdminListen.Off();
    }
    Optional<Endpoint> place = endpoint(text, Admin.DEFAULT_PORT);
    if (place.isEmpty() || place.get().address.isMulticast()) {
      problems.error(token, "is not a place to listen at", remedy);
      return null;
    }
    return new AdminListen.At(place.get().address, place.get().port);
  }

  /// An address and a port.
  record Endpoint(IpAddress address, int port) {}

  private static Optional<Endpoint> endpoint(String text, int defaultPort) {
    Matcher withPort = ADDRESS_AND_PORT.matcher(text);
    boolean hasPort = IpAddress.tryParse(text).isEmpty() && withPort.matches();
    String address =
        !hasPort ? text : withPort.group(1) != null ? withPort.group(1) : withPort.group(2);
    long port = hasPort ? Long.parseLong(withPort.group(3)) : defaultPort;
    return port < 1 || port > 65_535
        ? Optional.empty()
        : IpAddress.tryParse(address).map(host -> new Endpoint(host, (int) port));
  }

  /// A network's first address, with its length when it is written as `ADDRESS/LEN`.
  Block block(String what, boolean ipv4, String other) {
    Token token = peek();
    int slash = valueFollows() ? token.text().indexOf('/') : -1;
    if (slash < 0) {
      Placed<IpAddress> address = addressOf(what, ipv4, other);
      return address == null ? null : new Block(address.value(), Optional.empty());
    }
    next();
    Optional<IpAddress> address = IpAddress.tryParse(token.text().substring(0, slash));
    if (address.isEmpty() || address.get().isIpv4() != ipv4) {
      problems.error(
          token,
          "is not " + what,
          ipv4 ? "write it such as 192.168.2.0/24" : "write it such as 2001:db8:1::/64");
      return null;
    }
    Integer length = ipv4 ? mask4(token, slash) : mask6(token, slash);
    return length == null ? null : new Block(address.get(), Optional.of(length));
  }

  /// An IPv4 mask: `255.255.255.0`, `/24` or `24`.
  Integer mask4() {
    Token token = value("a mask", "write it such as 255.255.255.0 or /24");
    return token == null ? null : mask4(token, token.text().startsWith("/") ? 0 : -1);
  }

  private Integer mask4(Token token, int slash) {
    String text = token.text().substring(slash + 1);
    if (text.indexOf('.') < 0) {
      return maskLength(token, text, 32, "write it such as 255.255.255.0 or /24");
    }
    Optional<IpAddress> mask = IpAddress.tryParse(text);
    if (mask.isEmpty()) {
      problems.error(token, "is not a mask", "write it such as 255.255.255.0 or /24");
      return null;
    }
    int ones = Integer.bitCount(mask.get().ipv4());
    if (ones > 0 && mask.get().ipv4() != -1 << 32 - ones) {
      problems.error(
          token,
          "is not a mask, its ones are not all on the left",
          "write it such as 255.255.255.0 or /24");
      return null;
    }
    return ones;
  }

  /// An IPv6 prefix length: `64` or `/64`.
  Integer mask6() {
    Token token = value("a prefix length", "write it such as 64");
    return token == null ? null : mask6(token, token.text().startsWith("/") ? 0 : -1);
  }

  private Integer mask6(Token token, int slash) {
    return maskLength(token, token.text().substring(slash + 1), 128, "write it such as 64");
  }

  private Integer maskLength(Token token, String text, int longest, String remedy) {
    Optional<Long> length = wholeNumber(text);
    if (length.isEmpty() || length.get() > longest) {
      problems.error(token, "is not a mask of 0 to " + longest + " bits", remedy);
      return null;
    }
    return length.get().intValue();
  }

  /// `ADDRESS`, `ADDRESS/LEN`, `ADDRESS/MASK` or, as in Pen, `ADDRESS MASK`.
  IpPrefix prefix(String what) {
    String remedy = "write it such as 192.168.2.1, 192.168.2.0/24 or 2001:db8:1::/64";
    Token token = value(what, remedy);
    if (token == null) {
      return null;
    }
    int slash = token.text().indexOf('/');
    String addressText = slash < 0 ? token.text() : token.text().substring(0, slash);
    Optional<IpAddress> address = IpAddress.tryParse(addressText);
    if (address.isEmpty()) {
      problems.error(token, "is not " + what, remedy);
      return null;
    }
    boolean ipv4 = address.get().isIpv4();
    boolean mapped = ipv4 && addressText.indexOf(':') >= 0;
    Integer length;
    if (slash >= 0) {
      length = ipv4 && !mapped ? mask4(token, slash) : mask6(token, slash);
    } else if (maskFollows()) {
      length = ipv4 ? mask4() : mask6();
    } else {
      length = ipv4 ? 32 : 128;
    }
    if (length == null) {
      return null;
    }
    IpPrefix prefix =
        mapped && slash >= 0
            ? new IpPrefix(address.get(), length)
            : IpPrefix.around(address.get(), length);
    if (!prefix.address().equals(address.get())) {
      problems.warning(
          token, "has bits behind its mask, so all of " + prefix + " is meant", "write " + prefix);
    }
    return prefix;
  }

  private boolean maskFollows() {
    return peek().isBareWord()
        && (peek().text().startsWith("/") || DOTTED.matcher(peek().text()).matches());
  }

  /// One or more values with commas between them; null when none is good.
  <T> List<Placed<T>> list(Reader<T> element) {
    List<Placed<T>> values = new ArrayList<>();
    boolean more = true;
    while (more) {
      Token token = peek();
      T value = element.read(this);
      if (value != null) {
        values.add(new Placed<>(value, token));
      }
      more = peek().is(Kind.COMMA);
      if (more) {
        next();
      }
    }
    return values.isEmpty() ? null : values;
  }

  /// As [#list], for lists whose elements need no place.
  <T> List<T> plainList(Reader<T> element) {
    List<Placed<T>> values = list(element);
    return values == null ? null : values.stream().map(Placed::value).toList();
  }

  /// The comma between two values that belong together.
  boolean comma(String what, String remedy) {
    if (peek().is(Kind.COMMA)) {
      next();
      return true;
    }
    problems.error(peek(), "stands where " + what + " belongs", remedy);
    return false;
  }

  /// An address as `addr` gives it.
  ///
  /// @param length in bits of its own family, when the address came with one
  record Block(IpAddress address, Optional<Integer> length) {}
}
