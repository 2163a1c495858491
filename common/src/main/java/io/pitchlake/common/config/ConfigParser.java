package io.pitchlake.common.config;

import io.pitchlake.common.config.Token.Kind;
import io.pitchlake.common.net.AccessList.Entry;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.IpPrefix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Reads a configuration file: BalanceNG's directive language with Pen's access lists (design.md
/// section 8).
///
/// A mistake never hides another: the parser reports it, goes on with what was most likely meant,
/// and gives no configuration in the end. Two things of the published examples are taken as they
/// stand, with a warning: a section that lost its closing brace ends where the next top-level
/// directive begins, and the cut-off address `::ffff:` exempts all of IPv4.
public final class ConfigParser {
  private static final String CUT_OFF_MAPPED = "::ffff:";
  private static final IpPrefix ALL_IPV4 = IpPrefix.around(IpAddress.ofIpv4(0), 0);

  private static final Vocabulary TOP_LEVEL =
      new Vocabulary(
          List.of(
              "hostname",
              "modules",
              "interface",
              "vrrp",
              "network",
              "server",
              "target",
              "gateway",
              "arp",
              "acl",
              "tarpit_acl",
              "set",
              "syslog",
              "engine",
              "sync",
              "admin",
              "events",
              "register",
              "enable"));
  private static final Vocabulary MODULES = new Vocabulary(Configuration.DEFAULT_MODULES);
  private static final Vocabulary NOT_MODULES =
      new Vocabulary(TOP_LEVEL.words().stream().filter(word -> !MODULES.contains(word)).toList());
  private static final Vocabulary GROUPS =
      new Vocabulary(List.of("networks", "servers", "targets", "gateways"));
  private static final Vocabulary PERMIT_OR_DENY = new Vocabulary(List.of("permit", "deny"));
  private static final Vocabulary SETTINGS =
      new Vocabulary(Arrays.stream(Setting.values()).map(Setting::word).toList());

  private final Problems problems;
  private final Words words;
  private final Draft draft = new Draft();

  private ConfigParser(String fileName, String text, UnaryOperator<String> variables) {
    problems = new Problems(fileName);
    words = new Words(new Tokenizer(text, variables, problems).tokens(), problems);
  }

  /// Parses and checks a whole file in which variables have no values.
  ///
  /// @param fileName the name for problems
  /// @param text the file's text
  public static ParseResult parse(String fileName, String text) {
    return parse(fileName, text, name -> null);
  }

  /// Parses and checks a whole file.
  ///
  /// @param fileName the name for problems
  /// @param text the file's text
  /// @param variables the value that `${NAME}` stands for, null where there is none
  public static ParseResult parse(String fileName, String text, UnaryOperator<String> variables) {
    ConfigParser parser = new ConfigParser(fileName, text, variables);
    parser.readFile();
    Configuration configuration = new ConfigCheck(parser.draft, parser.problems).configuration();
    return new ParseResult(
        parser.problems.hasErrors() ? Optional.empty() : Optional.of(configuration),
        parser.problems.inFileOrder());
  }

  /// Whether a word, in lower case, begins a directive outside sections.
  static boolean isTopLevel(String word) {
    return TOP_LEVEL.contains(word);
  }

  private void readFile() {
    words.directives(TOP_LEVEL);
    for (Token token = words.next(); !token.is(Kind.END); token = words.next()) {
      if (token.isBareWord()) {
        topLevel(token, token.text().toLowerCase(Locale.ROOT));
      } else {
        stray(token);
      }
    }
  }

  private void stray(Token token) {
    switch (token.kind()) {
      case CLOSE ->
          problems.error(token, "closes nothing", "take it out, or open a section before it");
      case OPEN -> {
        problems.error(token, "opens nothing", "write a section's name before it: network 1 {");
        skipBlock();
      }
      default -> problems.error(token, "is not a directive", "take it out");
    }
  }

  private void topLevel(Token token, String word) {
    Optional<SectionKind> section = SectionKind.named(word);
    if (section.isPresent()) {
      section(section.get(), token);
      return;
    }
    switch (word) {
      case "hostname" -> hostname(token);
      case "modules" -> modules(token);
      case "arp" -> exempt();
      case "acl" -> accessListEntry();
      case "tarpit_acl" -> tarpitAcl(token);
      case "set" -> set();
      case "syslog" -> syslog(token);
      case "register", "enable" -> register(word);
      default -> unknownTopLevel(token, word);
    }
  }

  /// Goes on with the directive that was most likely meant, so that what stands in it is checked
  /// and what refers to it is not reported as undefined.
  private void unknownTopLevel(Token token, String word) {
    problems.error(token, "is not a directive", TOP_LEVEL.remedyFor(word));
    Optional<String> meant = TOP_LEVEL.nearest(word);
    if (meant.isPresent()) {
      topLevel(token, meant.get());
    } else {
      skipStatement(token);
    }
  }

  /// Skips what belongs to a word that is not understood: the rest of its line, and a block if one
  /// opens there.
  private void skipStatement(Token unknown) {
    while (words.peek().line() == unknown.line() && words.valueFollows()
        || words.peek().line() == unknown.line() && words.peek().is(Kind.COMMA)) {
      words.next();
    }
    if (words.peek().is(Kind.OPEN)) {
      words.next();
      skipBlock();
    }
  }

  /// Skips to behind the brace that closes the block just opened.
  private void skipBlock() {
    int depth = 1;
    while (depth > 0 && !words.peek().is(Kind.END)) {
      Token token = words.next();
      depth += token.is(Kind.OPEN) ? 1 : token.is(Kind.CLOSE) ? -1 : 0;
    }
  }

  private void section(SectionKind kind, Token head) {
    int id = kind.isNumbered() ? sectionNumber(kind, head) : 0;
    Section section = new Section(kind, id, head);
    if (words.peek().is(Kind.OPEN)) {
      words.next();
    } else {
      problems.error(
          words.peek(), "stands where '{' belongs", "write '" + section.title() + " { ... }'");
      if (!kind.directives().contains(words.peek().text().toLowerCase(Locale.ROOT))
          || startsTopLevel(words.peek(), kind)) {
        return;
      }
    }
    Vocabulary outside = words.directives(kind.directives());
    sectionBody(kind, section);
    words.directives(outside);
    keep(kind, section);
  }

  /// The number in a section's head; `vrrp {` is router 1. 0 when it is missing or wrong.
  private int sectionNumber(SectionKind kind, Token head) {
    if (kind == SectionKind.VRRP && words.peek().is(Kind.OPEN)) {
      return 1;
    }
    if (words.peek().is(Kind.OPEN)) {
      problems.error(head, "has no number", "write '" + kind.word() + " 1 {'");
      return 0;
    }
    Integer id = words.number("a section number", 1, Grammar.HIGHEST_NUMBER);
    return id == null ? 0 : id;
  }

  private void keep(SectionKind kind, Section section) {
    Section first = draft.sections(kind).get(section.id());
    if (first != null) {
      problems.error(
          section.head(),
          section.title(),
          "stands already on line " + first.head().line(),
          kind.isNumbered() ? "give it another number" : "put all of it into one section");
    } else if (section.id() > 0 || !kind.isNumbered()) {
      draft.sections(kind).put(section.id(), section);
    }
  }

  private void sectionBody(SectionKind kind, Section section) {
    while (true) {
      Token token = words.peek();
      switch (token.kind()) {
        case CLOSE -> {
          words.next();
          return;
        }
        case END -> {
          leftOpen(section, token);
          return;
        }
        case OPEN -> {
          words.next();
          problems.error(token, "opens nothing here", "take it out; sections do not nest");
          skipBlock();
        }
        case COMMA -> {
          words.next();
          problems.error(token, "is not a directive", "take it out");
        }
        case WORD -> {
          if (startsTopLevel(token, kind)) {
            leftOpen(section, token);
            return;
          }
          words.next();
          directive(kind, section, token);
        }
      }
    }
  }

  /// Whether a word in a section can only belong to the top level, so that the section must have
  /// lost its brace.
  private boolean startsTopLevel(Token token, SectionKind inside) {
    String word = token.text().toLowerCase(Locale.ROOT);
    if (!token.isBareWord() || !TOP_LEVEL.contains(word)) {
      return false;
    }
    if (!inside.directives().contains(word)) {
      return true;
    }
    boolean opensSection = words.peek(1).is(Kind.WORD) && words.peek(2).is(Kind.OPEN);
    boolean exempts = word.equals("arp") && IpAddress.tryParse(words.peek(1).text()).isPresent();
    return opensSection || exempts;
  }

  private void leftOpen(Section section, Token before) {
    problems.warning(
        before,
        "comes while '%s' of line %d is still open, which is taken to end here"
            .formatted(section.title(), section.head().line()),
        "write '}' before it");
  }

  private void directive(SectionKind kind, Section section, Token token) {
    String word = token.isBareWord() ? token.text().toLowerCase(Locale.ROOT) : "";
    Optional<Field<?>> field = fieldOf(kind, word);
    if (field.isPresent()) {
      read(field.get(), section, token);
      return;
    }
    problems.error(
        token, "is not a directive of " + section.title(), kind.directives().remedyFor(word));
    Optional<Field<?>> meant = kind.directives().nearest(word).flatMap(w -> fieldOf(kind, w));
    if (meant.isPresent()) {
      readMeant(meant.get(), section, token);
    } else {
      skipStatement(token);
    }
  }

  /// The directive that begins with a word just read; of two words where the next one makes it
  /// that.
  private Optional<Field<?>> fieldOf(SectionKind kind, String word) {
    if (words.peek().isBareWord()) {
      String second = words.peek().text().toLowerCase(Locale.ROOT);
      Optional<Field<?>> field = kind.field(word + " " + second);
      if (field.isPresent()) {
        words.next();
        return field;
      }
    }
    return kind.field(word);
  }

  private <T> void read(Field<T> field, Section section, Token token) {
    T value = field.reader().read(words);
    if (!field.repeatable() && section.has(field)) {
      problems.error(
          token,
          field.word(),
          "stands already on line " + section.at(field).line(),
          "keep one of the two");
      return;
    }
    section.add(field, value, token);
  }

  /// Reads the directive a misspelt word was taken for; should it stand there already, one error is
  /// enough.
  private <T> void readMeant(Field<T> field, Section section, Token token) {
    T value = field.reader().read(words);
    if (field.repeatable() || !section.has(field)) {
      section.add(field, value, token);
    }
  }

  private void hostname(Token token) {
    String name = words.text("a host name", "write the name of this node");
    if (isFirst(token, draft.hostname) && name != null) {
      draft.hostname = new Placed<>(name, token);
    }
  }

  private void modules(Token token) {
    List<Placed<String>> chain = words.list(this::module);
    if (isFirst(token, draft.modules)) {
      draft.modules = new Placed<>(chain == null ? List.of() : chain, token);
    }
  }

  private String module(Words from) {
    Token token = from.peek();
    // Some modules share their names with directives: here they are modules.
    Vocabulary outside = from.directives(NOT_MODULES);
    String text = from.text("a module", "write " + MODULES.alternatives());
    from.directives(outside);
    if (text == null) {
      return null;
    }
    String module = text.toLowerCase(Locale.ROOT);
    if (!MODULES.contains(module)) {
      draft.modulesUnderstood = false;
      problems.error(token, "is not a module", MODULES.remedyFor(module));
      return null;
    }
    return module;
  }

  private boolean isFirst(Token token, Placed<?> earlier) {
    if (earlier != null) {
      problems.error(token, "stands already on line " + earlier.at().line(), "keep one of the two");
    }
    return earlier == null;
  }

  private void exempt() {
    List<IpPrefix> prefixes = words.plainList(this::exemption);
    if (prefixes != null) {
      draft.exempt.addAll(prefixes);
    }
  }

  private IpPrefix exemption(Words from) {
    Token token = from.peek();
    if (token.isBareWord() && token.text().equalsIgnoreCase(CUT_OFF_MAPPED)) {
      from.next();
      problems.warning(
          token,
          "is an IPv4-mapped address without its end, so all of IPv4 is exempt and no IPv4 address"
              + " is ever simulated",
          "write the IPv4 address that is meant, such as 'arp 192.168.2.1'");
      return ALL_IPV4;
    }
    return from.prefix("an address or block to exempt");
  }

  private void accessListEntry() {
    Integer number = words.number("the number of an access list", 0, Grammar.HIGHEST_NUMBER);
    Token action = words.peek();
    String word = words.text("permit or deny", "write permit or deny");
    if (word == null) {
      return;
    }
    boolean permit = word.equalsIgnoreCase("permit");
    if (!permit && !word.equalsIgnoreCase("deny")) {
      problems.error(
          action,
          "is neither permit nor deny",
          PERMIT_OR_DENY.remedyFor(word.toLowerCase(Locale.ROOT)));
    }
    IpPrefix prefix = words.prefix("an address or block");
    if (number != null) {
      List<Entry> entries = draft.accessLists.computeIfAbsent(number, n -> new ArrayList<>());
      if (prefix != null) {
        entries.add(new Entry(permit, prefix));
      }
    }
  }

  private void tarpitAcl(Token token) {
    Token at = words.peek();
    Integer number = words.number("the number of an access list", 0, Grammar.HIGHEST_NUMBER);
    if (isFirst(token, draft.tarpitAcl) && number != null) {
      draft.tarpitAcl = new Placed<>(number, at);
    }
  }

  private void syslog(Token token) {
    Configuration.Syslog syslog = words.syslog();
    if (isFirst(token, draft.syslog) && syslog != null) {
      draft.syslog = new Placed<>(syslog, token);
    }
  }

  private void set() {
    Token token = words.peek();
    String name = words.text("a setting", "write " + SETTINGS.alternatives());
    if (name == null) {
      return;
    }
    Optional<Setting> setting = Setting.named(name);
    if (setting.isEmpty()) {
      String word = name.toLowerCase(Locale.ROOT);
      problems.error(token, "is not a setting", SETTINGS.remedyFor(word));
      setting = SETTINGS.nearest(word).flatMap(Setting::named);
    }
    if (setting.isEmpty()) {
      skipStatement(token);
      return;
    }
    Long value = words.setting(setting.get());
    if (isFirst(token, draft.settings.get(setting.get()))) {
      draft.settings.put(setting.get(), new Placed<>(value, token));
    }
  }

  private void register(String verb) {
    Token token = words.peek();
    String group =
        token.isBareWord() && GROUPS.nearest(token.text()).isPresent()
            ? words.next().text()
            : words.text("a group", "write " + GROUPS.alternatives());
    if (group == null) {
      return;
    }
    String word = group.toLowerCase(Locale.ROOT);
    if (!GROUPS.contains(word)) {
      problems.error(token, "cannot be named after " + verb, GROUPS.remedyFor(word));
    }
    Optional<SectionKind> kind =
        SectionKind.registrable(word)
            .or(() -> GROUPS.nearest(word).flatMap(SectionKind::registrable));
    if (kind.isEmpty()) {
      skipStatement(token);
      return;
    }
    Dots dots = new Dots(verb, kind.get());
    List<Placed<Integer>> numbers = words.list(dots::number);
    if (numbers != null) {
      Map<Integer, Token> known =
          verb.equals("register") ? draft.registered(kind.get()) : draft.enabled(kind.get());
      numbers.forEach(number -> known.putIfAbsent(number.value(), number.at()));
    }
  }

  /// Reads the numbers of one list, in which documents write `...` for numbers they leave out:
  /// reported once.
  private final class Dots {
    private final String verb;
    private final SectionKind kind;
    private boolean reported;

    Dots(String verb, SectionKind kind) {
      this.verb = verb;
      this.kind = kind;
    }

    Integer number(Words from) {
      Token token = from.peek();
      if (!token.isBareWord() || !(token.text().equals("...") || token.text().equals("…"))) {
        return from.number("the number of a " + kind.word(), 1, Grammar.HIGHEST_NUMBER);
      }
      from.next();
      if (!reported) {
        reported = true;
        problems.error(
            token,
            "stands for the numbers of your other " + kind.plural(),
            "write them all out, such as '" + verb + " " + kind.plural() + " 1,2,3'");
      }
      return null;
    }
  }
}
