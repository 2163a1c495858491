package io.pitchlake.node.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/// `pitchlake enable|disable|drain target N`: what an operator wants of a target. The cluster's
/// other nodes are told.
abstract class TargetCommands implements Callable<Integer> {
  /// The only thing that can be administered so far.
  private static final class Target implements ITypeConverter<String> {
    @Override
    public String convert(String word) {
      if (word.isEmpty() || !WORD.startsWith(word)) {
        throw new TypeConversionException(
            "'%s' cannot be administered; write 'target N'".formatted(word));
      }
      return WORD;
    }
  }

  private static final String WORD = "target";

  /// The same for who completes what is typed.
  private static final class Kinds extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    Kinds() {
      super(List.of(WORD));
    }
  }

  private final Surroundings world;
  private final String verb;
  @Mixin private SocketOption socket;

  @Parameters(
      index = "0",
      paramLabel = "target",
      converter = Target.class,
      completionCandidates = Kinds.class,
      description = "The word 'target'.")
  @SuppressWarnings("UnusedVariable") // it can only be this one
  private String kind;

  @Parameters(index = "1", paramLabel = "N", description = "The target's number in the file.")
  private int target;

  private TargetCommands(Surroundings world, String verb) {
    this.world = world;
    this.verb = verb;
  }

  @Override
  public Integer call() throws Failure {
    return socket.ask(world, "POST", new Query("/api/v1/targets/" + target + "/" + verb));
  }

  /// `pitchlake enable target N`
  @Command(
      name = "enable",
      customSynopsis = "pitchlake enable target N [-s SOCKET] [--json]",
      header = "Let a target have flows, while it is healthy.",
      description = {
        "",
        "Ends what 'drain' or 'disable' have begun, on the cluster's other nodes, too.",
        ""
      },
      exitCodeListHeading = "%nExit status:%n",
      exitCodeList = {
        "0:done",
        "2:wrong usage, or no such target runs",
        "9:no node answers at the socket, or its engine hangs",
        "70:a fault of the program"
      })
  static final class Enable extends TargetCommands {
    Enable(Surroundings world) {
      super(world, "enable");
    }
  }

  /// `pitchlake disable target N`
  @Command(
      name = "disable",
      customSynopsis = "pitchlake disable target N [-s SOCKET] [--json]",
      header = "Take a target out at once; its flows go elsewhere.",
      description = {
        "",
        "As 'maintenance' in the file, until the file or 'enable' say otherwise, on the cluster's "
            + "other nodes, too. 'drain' is kinder: flows stay until they end.",
        ""
      },
      exitCodeListHeading = "%nExit status:%n",
      exitCodeList = {
        "0:done",
        "2:wrong usage, or no such target runs",
        "9:no node answers at the socket, or its engine hangs",
        "70:a fault of the program"
      })
  static final class Disable extends TargetCommands {
    Disable(Surroundings world) {
      super(world, "disable");
    }
  }

  /// `pitchlake drain target N`
  @Command(
      name = "drain",
      customSynopsis = "pitchlake drain target N [-s SOCKET] [--json]",
      header = "Let a target keep its flows and give it no new ones.",
      description = {
        "",
        "As 'drain' in the file, until the file or 'enable' say otherwise, on the cluster's other "
            + "nodes, too. 'pitchlake show targets' shows how many flows are left.",
        ""
      },
      exitCodeListHeading = "%nExit status:%n",
      exitCodeList = {
        "0:done",
        "2:wrong usage, or no such target runs",
        "9:no node answers at the socket, or its engine hangs",
        "70:a fault of the program"
      })
  static final class Drain extends TargetCommands {
    Drain(Surroundings world) {
      super(world, "drain");
    }
  }
}
