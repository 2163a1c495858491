package io.pitchlake.node.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `pitchlake failover`
@Command(
    name = "failover",
    customSynopsis = "pitchlake failover [--for SECONDS] [-s SOCKET] [--json]",
    header = "Have another node take over from this one.",
    description = {
      "",
      "Every virtual router that is active on this node leaves its place, as at an orderly stop, and "
          + "for the time given this node takes none from a node that lives. If the other node dies "
          + "meanwhile, this one takes over as ever; if there is no other, it has its place back after "
          + "three adverts. When the time is over, a node of higher priority takes its place again, "
          + "unless its file says 'preempt off'.",
      ""
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:done",
      "2:wrong usage",
      "9:no node answers at the socket, or its engine hangs",
      "10:this node takes part in no election",
      "70:a fault of the program"
    })
public final class FailoverCommand implements Callable<Integer> {
  private final Surroundings world;
  @Mixin private SocketOption socket;

  @Option(
      names = "--for",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "How long no place is taken back, 1 to 86400 (60).")
  private int seconds;

  public FailoverCommand(Surroundings world) {
    this.world = world;
  }

  @Override
  public Integer call() throws Failure {
    return socket.ask(world, "POST", new Query("/api/v1/failover").with("seconds", seconds));
  }
}
