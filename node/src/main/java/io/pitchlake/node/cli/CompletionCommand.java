package io.pitchlake.node.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `pitchlake completion SHELL`
@Command(
    name = "completion",
    customSynopsis = "pitchlake completion bash|zsh|fish",
    header = "Print what has a shell complete commands, options and their values.",
    description = {
      "",
      "The Debian package has it installed. Elsewhere: bash reads it in ~/.bashrc; zsh finds it as "
          + "_pitchlake in a folder of its fpath; fish finds it as "
          + "~/.config/fish/completions/pitchlake.fish.",
      ""
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:printed", "2:wrong usage", "70:a fault of the program"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  source <(pitchlake completion bash)",
      "  pitchlake completion fish > ~/.config/fish/completions/pitchlake.fish"
    })
final class CompletionCommand implements Callable<Integer> {
  /// Who completes.
  enum For {
    BASH,
    ZSH,
    FISH;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// All of them, for who completes what is typed.
  private static final class Names extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    Names() {
      super(Stream.of(For.values()).map(For::toString).toList());
    }
  }

  private final Surroundings world;
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "SHELL",
      completionCandidates = Names.class,
      description = "bash, zsh or fish.")
  private String shell;

  CompletionCommand(Surroundings world) {
    this.world = world;
  }

  @Override
  public Integer call() throws Failure {
    CompletionTable table = new CompletionTable(CommandTree.of(spec.root().commandLine()));
    List<For> meant = Stream.of(For.values()).filter(one -> one.toString().equals(shell)).toList();
    if (meant.isEmpty()) {
      throw new Failure(ExitCode.USAGE, "'%s' is none of bash, zsh and fish".formatted(shell));
    }
    world
        .out()
        .print(
            switch (meant.getFirst()) {
              case BASH -> CompletionScript.bash(table);
              case ZSH -> CompletionScript.zsh(table);
              case FISH -> CompletionScript.fish(table);
            });
    world.out().flush();
    return ExitCode.OK;
  }
}
