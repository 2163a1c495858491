package io.pitchlake.node.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `pitchlake trace`
@Command(
    name = "trace",
    customSynopsis =
        "pitchlake trace [-n FRAMES] [--for SECONDS] [--address ADDRESS] [-s SOCKET] [--json]%n"
            + "       pitchlake trace flow FLOW [-s SOCKET] [--json]",
    header = "Show what becomes of the next frames, and which module decides it.",
    description = {
      "",
      "Waits until so many frames have come, or for so long, and then shows them: what each was, the "
          + "module that ended its way (those before it in the chain let it pass), and why it was "
          + "dropped if it was. Frames that cannot be read are not shown; 'show drops' counts them.",
      ""
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:shown",
      "2:wrong usage",
      "9:no node answers at the socket, or its engine hangs",
      "70:a fault of the program"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  pitchlake trace --address 192.168.2.77",
      "  pitchlake trace -n 200 --for 1 --json",
      "  pitchlake trace flow tcp 192.168.2.66:4711 192.168.2.10:80"
    })
public final class TraceCommand implements Callable<Integer> {
  private final Surroundings world;
  @Mixin private SocketOption socket;

  @Option(
      names = {"-n", "--frames"},
      paramLabel = "FRAMES",
      description = "How many at most, 1 to 1000 (20).")
  private Integer frames;

  @Option(names = "--for", paramLabel = "SECONDS", description = "How long at most, 1 to 10 (5).")
  private Integer seconds;

  @Option(
      names = "--address",
      paramLabel = "ADDRESS",
      description = "Frames from or to this address alone.")
  private String address;

  public TraceCommand(Surroundings world) {
    this.world = world;
  }

  @Override
  public Integer call() throws Failure {
    return socket.ask(
        world,
        "POST",
        new Query("/api/v1/trace")
            .with("frames", frames)
            .with("seconds", seconds)
            .with("address", address),
        "waiting for frames");
  }
}
