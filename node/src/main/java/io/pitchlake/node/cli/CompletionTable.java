package io.pitchlake.node.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A [CommandTree] laid out flat, as scripts ask it: what may stand behind each command. A command
/// is named by its words behind the program's, such as `trace flow`; the program itself by none.
final class CompletionTable {
  /// What may stand in one place.
  ///
  /// @param key of a command its words; of an option's value those and the option; of an argument
  ///   those and the argument's position, from 0
  record Row(String key, List<CommandTree.Candidate> candidates, boolean files) {}

  private final List<String> commands = new ArrayList<>();
  private final List<String> valued = new ArrayList<>();
  private final List<Row> options = new ArrayList<>();
  private final List<Row> values = new ArrayList<>();
  private final List<Row> arguments = new ArrayList<>();

  CompletionTable(CommandTree root) {
    add("", root);
  }

  private void add(String path, CommandTree command) {
    List<CommandTree.Candidate> flags = new ArrayList<>();
    for (CommandTree.Flag flag : command.options()) {
      for (String name : flag.names()) {
        flags.add(new CommandTree.Candidate(name, flag.summary()));
        if (flag.values().isPresent()) {
          valued.add(join(path, name));
          row(values, join(path, name), List.of(), flag.values());
        }
      }
    }
    options.add(new Row(path, flags, false));
    List<CommandTree.Candidate> below =
        command.commands().stream()
            .map(one -> new CommandTree.Candidate(one.name(), one.summary()))
            .toList();
    List<CommandTree.Argument> all = command.arguments();
    for (int position = 0; position < Math.max(1, all.size()); position++) {
      Optional<CommandTree.Values> what =
          position < all.size() ? Optional.of(all.get(position).values()) : Optional.empty();
      boolean repeats = position < all.size() && all.get(position).repeats();
      String key = join(path, repeats ? "*" : Integer.toString(position));
      row(arguments, key, position == 0 ? below : List.of(), what);
    }
    for (CommandTree one : command.commands()) {
      commands.add(join(path, one.name()));
      add(join(path, one.name()), one);
    }
  }

  private static String join(String path, String word) {
    return path.isEmpty() ? word : path + " " + word;
  }

  private static void row(
      List<Row> rows,
      String key,
      List<CommandTree.Candidate> below,
      Optional<CommandTree.Values> values) {
    List<CommandTree.Candidate> candidates = new ArrayList<>(below);
    if (values.isPresent()
        && values.get() instanceof CommandTree.Values.Words(List<String> words)) {
      words.forEach(word -> candidates.add(new CommandTree.Candidate(word, "")));
    }
    boolean files = values.isPresent() && values.get() instanceof CommandTree.Values.Files;
    if (!candidates.isEmpty() || files) {
      rows.add(new Row(key, candidates, files));
    }
  }

  /// Every command but the program itself.
  List<String> commands() {
    return commands;
  }

  /// Every option that has a parameter, behind its command.
  List<String> valued() {
    return valued;
  }

  /// The options of each command.
  List<Row> options() {
    return options;
  }

  /// The values of options.
  List<Row> values() {
    return values;
  }

  /// What stands in the first place behind a command, and in the others; `*` is any place.
  List<Row> arguments() {
    return arguments;
  }
}
