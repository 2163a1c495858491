package io.pitchlake.node.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// A command with everything that may stand behind it, for whoever completes what is typed: the
/// interactive shell, and the scripts for bash, zsh and fish.
///
/// @param name of the command; of the root, the program's
/// @param summary one sentence
record CommandTree(
    String name,
    String summary,
    List<Flag> options,
    List<Argument> arguments,
    List<CommandTree> commands) {
  /// What may stand in a place.
  sealed interface Values {
    /// Something that is not known beforehand, such as an address.
    record Free() implements Values {}

    /// A file.
    record Files() implements Values {}

    /// One of some words.
    record Words(List<String> words) implements Values {
      public Words {
        words = List.copyOf(words);
      }
    }
  }

  /// An option.
  ///
  /// @param names such as `-s` and `--socket`
  /// @param values of its parameter; empty where it has none
  record Flag(List<String> names, Optional<Values> values, String summary) {}

  /// A word that is no option.
  ///
  /// @param repeats whether it may come again, to the end of the line
  record Argument(Values values, boolean repeats) {}

  /// Something that may be written next.
  record Candidate(String word, String summary) {}

  CommandTree {
    options = List.copyOf(options);
    arguments = List.copyOf(arguments);
    commands = List.copyOf(commands);
  }

  static CommandTree of(CommandLine commandLine) {
    CommandSpec spec = commandLine.getCommandSpec();
    List<CommandTree> commands = new ArrayList<>();
    for (Map.Entry<String, CommandLine> one : spec.subcommands().entrySet()) {
      if (one.getKey().equals(one.getValue().getCommandName())) {
        commands.add(of(one.getValue()));
      }
    }
    return new CommandTree(
        spec.name(),
        first(spec.usageMessage().header()),
        spec.options().stream().filter(option -> !option.hidden()).map(CommandTree::flag).toList(),
        spec.positionalParameters().stream().map(CommandTree::argument).toList(),
        commands);
  }

  private static Flag flag(OptionSpec option) {
    return new Flag(
        Arrays.asList(option.names()),
        option.arity().max() == 0 ? Optional.empty() : Optional.of(values(option)),
        first(option.description()));
  }

  private static Argument argument(PositionalParamSpec parameter) {
    return new Argument(values(parameter), parameter.arity().max() > 1);
  }

  private static Values values(ArgSpec argument) {
    if (argument.completionCandidates() != null) {
      return new Values.Words(
          StreamSupport.stream(argument.completionCandidates().spliterator(), false).toList());
    }
    Class<?> type =
        argument.auxiliaryTypes().length > 0 ? argument.auxiliaryTypes()[0] : argument.type();
    return type == Path.class ? new Values.Files() : new Values.Free();
  }

  private static String first(String[] sentences) {
    return sentences.length == 0 ? "" : sentences[0];
  }

  /// The command of a name, or of the only one that begins with it.
  Optional<CommandTree> command(String word) {
    List<CommandTree> found = commands.stream().filter(one -> one.name().startsWith(word)).toList();
    return found.stream()
        .filter(one -> one.name().equals(word))
        .findFirst()
        .or(() -> found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty());
  }

  private Optional<Flag> option(String word) {
    return options.stream().filter(one -> one.names().contains(word)).findFirst();
  }

  /// What may stand behind some words and begins with `begun`; options where that begins with `-`.
  List<Candidate> candidates(List<String> before, String begun) {
    return place(before, begun).filter(one -> one.word().startsWith(begun)).toList();
  }

  private Stream<Candidate> place(List<String> before, String begun) {
    int position = 0;
    for (int i = 0; i < before.size(); i++) {
      String word = before.get(i);
      Optional<Flag> option = option(word);
      if (option.isPresent()) {
        if (option.get().values().isPresent() && ++i == before.size()) {
          return words(option.get().values().get());
        }
      } else if (!word.startsWith("-")) {
        Optional<CommandTree> command = position == 0 ? command(word) : Optional.empty();
        if (command.isPresent()) {
          return command.get().place(before.subList(i + 1, before.size()), begun);
        }
        position++;
      }
    }
    if (begun.startsWith("-")) {
      return options.stream()
          .flatMap(one -> one.names().stream().map(name -> new Candidate(name, one.summary())));
    }
    return Stream.concat(
        position > 0
            ? Stream.empty()
            : commands.stream().map(one -> new Candidate(one.name(), one.summary())),
        argument(position).map(one -> words(one.values())).orElse(Stream.empty()));
  }

  private Optional<Argument> argument(int position) {
    if (position < arguments.size()) {
      return Optional.of(arguments.get(position));
    }
    return arguments.isEmpty() || !arguments.getLast().repeats()
        ? Optional.empty()
        : Optional.of(arguments.getLast());
  }

  private static Stream<Candidate> words(Values values) {
    return values instanceof Values.Words(List<String> words)
        ? words.stream().map(word -> new Candidate(word, ""))
        : Stream.empty();
  }
}
