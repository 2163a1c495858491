package io.pitchlake.node.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `pitchlake reload`
@Command(
    name = "reload",
    customSynopsis = "pitchlake reload [-s SOCKET] [--json]",
    header = "Have a node read its configuration again, and say what came of it.",
    description = {
      "",
      "As SIGHUP, but with the answer here: what has changed, or every reason why nothing has. Flows "
          + "and the health of targets are kept.",
      ""
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:it runs",
      "2:wrong usage",
      "9:no node answers at the socket, or its engine hangs",
      "10:refused as a whole, with a line for each reason",
      "70:a fault of the program"
    })
public final class ReloadCommand implements Callable<Integer> {
  private final Surroundings world;
  @Mixin private SocketOption socket;

  public ReloadCommand(Surroundings world) {
    this.world = world;
  }

  @Override
  public Integer call() throws Failure {
    return socket.ask(
        world, "POST", new Query("/api/v1/reload"), "the node reads its configuration");
  }
}
