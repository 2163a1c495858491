package io.pitchlake.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.ConfigParser;
import io.pitchlake.common.config.ConfigProblem;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.markdown.ConsoleBlock;
import io.pitchlake.common.markdown.MarkdownDocument;
import io.pitchlake.common.markdown.MarkdownDocument.CodeBlock;
import io.pitchlake.common.markdown.MarkdownDocument.CodeSpan;
import io.pitchlake.common.markdown.MarkdownDocument.Link;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/// The front page and everything under docs: what they link to, name and tell the reader to type is
/// there and means what it did. Nothing is run.
class DocumentsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern REPOSITORY_PATH =
      Pattern.compile("(?:common|sync|node|it-tests|deploy|docs|\\.ci|\\.mvn)/[\\w./-]*");
  private static final Pattern TEST_CLASS = Pattern.compile("[A-Z]\\w*[a-z](?:Test|IT|Benchmark)");
  private static final Pattern FUZZ_TARGET = Pattern.compile("@FuzzTest\\s+void (\\w+)\\(");
  private static final Pattern LISTED_TARGET = Pattern.compile("(\\w*FuzzTest)?#(\\w+)");
  private static final Pattern SETTING = Pattern.compile("set ([a-z0-9]+)(?: \\d+)?");
  private static final Pattern SECTION =
      Pattern.compile("[a-z]+(?: \\d+)? \\{ .* \\}|(?:register|enable) [a-z]+ +[\\d,]+");
  private static final Pattern PLACEHOLDER =
      Pattern.compile("\\.\\.\\.|\\b[A-Z]{2,}\\b|\\bN\\b|\\{ \\w+ \\}");

  /// What a fragment of a file may stand in: a pair's two segments with everything that the
  /// documents name by its number.
  private static final List<String> SURROUNDINGS =
      List.of(
          "interface 1 { name eth0 }",
          "interface 2 { name eth1 }",
          "vrrp 1 { vrid 50 network 1 }",
          """
          network 1 { mask 255.255.255.0 real 192.168.2.4 virt 192.168.2.5
                      mask6 64 real6 2001:db8:1::4 virt6 2001:db8:1::5 interface 1 }\
          """,
          "network 2 { mask 255.255.255.0 real 10.0.0.4 virt 10.0.0.5 interface 2 }",
          "server 1 { ipaddr 192.168.2.10 targets 1,2 }",
          "target 1 { ipaddr 192.168.2.30 }",
          "target 2 { ipaddr 192.168.2.31 }",
          "target 3 { ipaddr 192.168.2.32 }",
          "target 4 { ipaddr 192.168.2.33 }",
          "acl 1 permit 192.168.2.0/24",
          "acl 2 permit 192.168.2.0/24",
          "acl 5 permit 192.168.2.0/24",
          "sync { bind 10.0.0.1 peers 10.0.0.2 key /etc/pitchlake/cluster.key }",
          "register networks 1,2 register servers 1 register targets 1,2,3,4",
          "enable networks 1,2 enable servers 1 enable targets 1,2,3,4");

  @TempDir Path folder;

  static List<Path> documents() throws IOException {
    List<Path> documents = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    try (Stream<Path> files = Files.list(ROOT.resolve("docs"))) {
      files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(documents::add);
    }
    return documents;
  }

  private static Path nameOf(Path document) {
    return ROOT.relativize(document);
  }

  private static void nothingWrong(Path document, List<String> wrong) {
    assertTrue(wrong.isEmpty(), () -> "in " + nameOf(document) + ":\n" + String.join("\n", wrong));
  }

  // ---- links

  @ParameterizedTest
  @MethodSource("documents")
  void everyLinkLeadsSomewhere(Path document) throws IOException {
    List<String> wrong = new ArrayList<>();
    for (Link link : MarkdownDocument.read(document).links()) {
      if (link.target().matches("(https?|mailto):.*")) {
        continue;
      }
      String[] parts = link.target().split("#", 2);
      Path target = parts[0].isEmpty() ? document : document.resolveSibling(parts[0]).normalize();
      if (!Files.exists(target)) {
        wrong.add("line %d: %s is not there".formatted(link.line(), link.target()));
      } else if (parts.length == 2 && !MarkdownDocument.read(target).anchors().contains(parts[1])) {
        wrong.add(
            "line %d: no heading of %s is #%s".formatted(link.line(), nameOf(target), parts[1]));
      }
    }
    nothingWrong(document, wrong);
  }

  @Test
  void everyDocumentIsReachedFromTheFrontPage() throws IOException {
    Set<Path> linked =
        MarkdownDocument.read(ROOT.resolve("README.md")).links().stream()
            .map(link -> ROOT.resolve(link.target().split("#")[0]).normalize())
            .collect(Collectors.toSet());
    List<Path> forgotten =
        documents().stream()
            .filter(document -> !nameOf(document).toString().equals("README.md"))
            .filter(document -> !linked.contains(document))
            .map(DocumentsTest::nameOf)
            .toList();
    assertEquals(List.of(), forgotten);
  }

  // ---- what is named

  @ParameterizedTest
  @MethodSource("documents")
  void whatIsNamedIsThere(Path document) throws IOException {
    Set<String> classes = sourceNames();
    List<String> wrong = new ArrayList<>();
    for (CodeSpan span : MarkdownDocument.read(document).codeSpans()) {
      String text = span.text();
      String first = text.split(" ")[0];
      Matcher setting = SETTING.matcher(text);
      if (REPOSITORY_PATH.matcher(first).matches()
          && !first.contains("/target/")
          && !Files.exists(ROOT.resolve(first))) {
        wrong.add("line %d: %s is not there".formatted(span.line(), first));
      }
      if (TEST_CLASS.matcher(text).matches() && !classes.contains(text)) {
        wrong.add("line %d: there is no %s".formatted(span.line(), text));
      }
      if (setting.matches() && Setting.named(setting.group(1)).isEmpty()) {
        wrong.add("line %d: %s is not a setting".formatted(span.line(), setting.group(1)));
      }
      if (first.matches("deploy/\\w+\\.sh")) {
        script(Arrays.asList(text.split(" ")), span.line(), wrong);
      }
    }
    nothingWrong(document, wrong);
  }

  private static Set<String> sourceNames() throws IOException {
    Set<String> names = new TreeSet<>();
    for (String module : List.of("common", "sync", "node", "it-tests")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src"))) {
        files
            .map(file -> file.getFileName().toString())
            .filter(name -> name.endsWith(".java"))
            .forEach(name -> names.add(name.substring(0, name.length() - ".java".length())));
      }
    }
    return names;
  }

  /// `#method` is one of the class named last.
  @Test
  void everyFuzzTargetIsListed() throws IOException {
    Set<String> listed = new TreeSet<>();
    String of = "";
    for (CodeSpan span : MarkdownDocument.read(ROOT.resolve("docs/fuzzing.md")).codeSpans()) {
      Matcher target = LISTED_TARGET.matcher(span.text());
      if (target.matches()) {
        of = target.group(1) == null ? of : target.group(1);
        listed.add(of + "#" + target.group(2));
      }
    }
    assertEquals(fuzzTargets(), listed);
  }

  private static Set<String> fuzzTargets() throws IOException {
    Set<String> targets = new TreeSet<>();
    for (String module : List.of("common", "sync", "node")) {
      List<Path> sources;
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
        sources = files.filter(file -> file.toString().endsWith("FuzzTest.java")).toList();
      }
      for (Path source : sources) {
        String name = source.getFileName().toString().replace(".java", "");
        FUZZ_TARGET
            .matcher(Files.readString(source))
            .results()
            .forEach(method -> targets.add(name + "#" + method.group(1)));
      }
    }
    return targets;
  }

  // ---- commands

  /// `pitchlake ...` within a sentence may leave out what matters not, so its commands and options
  /// alone are looked at.
  @ParameterizedTest
  @MethodSource("documents")
  void everyCommandThatIsNamedIsOne(Path document) throws IOException {
    CommandTree program = new CommandLines(new TestWorld(folder).surroundings()).tree();
    List<String> wrong = new ArrayList<>();
    for (CodeSpan span : MarkdownDocument.read(document).codeSpans()) {
      List<String> words = Arrays.asList(span.text().split(" "));
      if (words.getFirst().equals("pitchlake") && words.size() > 1) {
        unknownWord(program, words.subList(1, words.size()))
            .ifPresent(word ->
                wrong.add(
                    "line %d: '%s' in '%s' is unknown".formatted(span.line(), word, span.text())));
      }
    }
    nothingWrong(document, wrong);
  }

  private static Optional<String> unknownWord(CommandTree program, List<String> words) {
    CommandTree command = program;
    int arguments = 0;
    for (int at = 0; at < words.size(); at++) {
      String word = words.get(at);
      CommandTree here = command;
      if (here.name().equals("pen")) {
        return Optional.empty(); // its words are Pen's
      }
      Optional<CommandTree.Flag> option =
          here.options().stream().filter(one -> one.names().contains(word)).findFirst();
      boolean wantsCommand = !here.commands().isEmpty() && here.arguments().isEmpty();
      if (here.command(word).isPresent()) {
        command = here.command(word).get();
        arguments = 0;
      } else if (option.isPresent()) {
        at += option.get().values().isPresent() ? 1 : 0;
      } else if (!PLACEHOLDER.matcher(word).find()
          && (word.startsWith("-") || wantsCommand || !isChoice(here, arguments++, word))) {
        return Optional.of(word);
      }
    }
    return Optional.empty();
  }

  /// Whether a word is, or begins, one of those that may stand in a place; elsewhere all may.
  private static boolean isChoice(CommandTree command, int place, String word) {
    return place >= command.arguments().size()
        || !(command.arguments().get(place).values() instanceof CommandTree.Values.Words choices)
        || choices.words().stream().anyMatch(choice -> choice.startsWith(word));
  }

  @ParameterizedTest
  @MethodSource("documents")
  void everyCommandToTypeIsUnderstood(Path document) throws IOException {
    List<String> wrong = new ArrayList<>();
    for (CodeBlock block : MarkdownDocument.read(document).codeBlocks()) {
      if (block.language().equals("console")) {
        ConsoleBlock console = ConsoleBlock.of(block);
        assertFalse(console.steps().isEmpty(), () -> "no command in line " + block.line());
        for (ConsoleBlock.Step step : console.steps()) {
          step.words().forEach(words -> command(words, step.line(), wrong));
        }
      }
    }
    nothingWrong(document, wrong);
  }

  private void command(List<String> typed, int line, List<String> wrong) {
    List<String> words = new ArrayList<>(typed);
    while (words.getFirst().equals("sudo") || words.getFirst().matches("[A-Z_]+=.*")) {
      words.removeFirst();
    }
    if (words.size() > 4 && words.subList(0, 3).equals(List.of("docker", "compose", "exec"))) {
      words = words.subList(4, words.size());
    }
    String program = words.getFirst();
    if (program.equals("source")) {
      return;
    }
    if (REPOSITORY_PATH.matcher(program).matches() && !Files.isExecutable(ROOT.resolve(program))) {
      wrong.add("line %d: %s is no program".formatted(line, program));
    } else if (program.equals("pitchlake") || program.endsWith("/pitchlake")) {
      String mistake = mistakeOf(words.subList(1, words.size()));
      if (!mistake.isEmpty()) {
        wrong.add("line %d: %s: %s".formatted(line, String.join(" ", words), mistake));
      }
    } else if (program.matches("deploy/\\w+\\.sh")) {
      script(words, line, wrong);
    }
  }

  /// What the program says of its arguments; nothing where they make sense.
  private String mistakeOf(List<String> arguments) {
    try {
      new CommandLines(new TestWorld(folder).surroundings())
          .parse(arguments.toArray(String[]::new));
      return "";
    } catch (CommandLine.ParameterException mistake) {
      return mistake.getMessage();
    }
  }

  @Test
  void aCommandThatMakesNoSenseIsFound() {
    for (String arguments :
        List.of(
            "chekc -c office.conf", "check --conf office.conf", "drill --runs many", "top -x")) {
      assertNotEquals("", mistakeOf(List.of(arguments.split(" "))), arguments);
    }
  }

  // ---- what is missing

  // ---- scripts

  /// The word behind a script, and its options, stand in the comment at its head, which is its
  /// help.
  private static void script(List<String> words, int line, List<String> wrong) {
    Path script = ROOT.resolve(words.getFirst());
    if (!Files.exists(script)) {
      wrong.add("line %d: %s is not there".formatted(line, words.getFirst()));
      return;
    }
    String head = head(script);
    boolean inner = words.size() > 1 && words.get(1).equals("exec");
    for (int at = 1; at < words.size() && !(inner && at > 1); at++) {
      String word = words.get(at);
      boolean named =
          at == 1 && word.matches("[a-z][a-z-]*")
              || word.startsWith("--") && !word.equals("--help");
      if (named
          && !Pattern.compile("(?<![\\w-])" + Pattern.quote(word) + "(?![\\w-])")
              .matcher(head)
              .find()) {
        wrong.add("line %d: %s does not know '%s'".formatted(line, words.getFirst(), word));
      }
    }
  }

  private static String head(Path script) {
    try {
      return Files.readAllLines(script).stream()
          .skip(1)
          .takeWhile(line -> line.startsWith("#"))
          .collect(Collectors.joining("\n"));
    } catch (IOException e) {
      throw new AssertionError(script.toString(), e);
    }
  }

  // ---- configuration

  @ParameterizedTest
  @MethodSource("documents")
  void everyConfigurationParses(Path document) throws IOException {
    MarkdownDocument text = MarkdownDocument.read(document);
    List<String> wrong = new ArrayList<>();
    for (CodeBlock block : text.codeBlocks()) {
      if (block.language().isEmpty() && isConfiguration(block.text())) {
        configuration(block.text(), block.line(), wrong);
      }
    }
    for (CodeSpan span : text.codeSpans()) {
      if (SECTION.matcher(span.text()).matches()
          && isConfiguration(span.text())
          && !PLACEHOLDER.matcher(span.text()).find()) {
        configuration(span.text(), span.line(), wrong);
      }
    }
    nothingWrong(document, wrong);
  }

  @Test
  void aConfigurationThatMakesNoSenseIsFound() {
    for (String text :
        List.of(
            "interface 1 { nam eth0 }",
            "server 1 { ipaddr 192.168.2.10 targets 9 }",
            "vrrp 1 { vrid 50 advert 15ms network 1 }",
            "set tarpitrealtoo 5")) {
      List<String> wrong = new ArrayList<>();
      configuration(text, 1, wrong);
      assertEquals(1, wrong.size(), text);
    }
    assertFalse(
        isConfiguration("VRRP router 1 (vrid 50, IPv4) BACKUP -> ACTIVE: nothing is heard"));
  }

  /// Whether the first word is one that begins a directive; the parser names them all to somebody
  /// who knows none.
  private static boolean isConfiguration(String text) {
    String remedy = ConfigParser.parse("", "zzzzzzzz").problems().getFirst().remedy();
    Set<String> directives = Set.of(remedy.replace("write ", "").split(", | or "));
    return text.lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .findFirst()
        .filter(line -> directives.contains(line.split("\\s+")[0]))
        .isPresent();
  }

  /// A whole file, a sink of `events`, or a part of a file in place of what stands in its
  /// surroundings.
  private static void configuration(String text, int line, List<String> wrong) {
    if (ConfigParser.parse("alone", text).errors().isEmpty()
        || ConfigParser.parse("sink", "events {\n" + text + "}").errors().isEmpty()) {
      return;
    }
    String flat = text.replaceAll("#[^\n]*", " ").replaceAll("\\s+", " ");
    StringBuilder file = new StringBuilder(text).append('\n');
    for (String part : SURROUNDINGS) {
      String head =
          part.replaceAll("(?s)^(acl \\d+|[a-z]+ \\d* ?\\{).*", "$1").replaceAll("\\s+", " ");
      boolean list = part.matches("(?s)(register|enable).*");
      if (list || !(" " + flat).contains(" " + head)) {
        file.append(part).append('\n');
      }
    }
    List<String> errors =
        ConfigParser.parse("document", file.toString()).errors().stream()
            .map(ConfigProblem::sentence)
            .toList();
    if (!errors.isEmpty()) {
      wrong.add("line %d: %s: %s".formatted(line, flat, errors));
    }
  }
}
