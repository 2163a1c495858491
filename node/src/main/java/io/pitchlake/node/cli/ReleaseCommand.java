package io.pitchlake.node.cli;

import io.pitchlake.common.net.IpAddress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `pitchlake release ADDRESS`
@Command(
    name = "release",
    customSynopsis = "pitchlake release ADDRESS [-s SOCKET] [--json]",
    header = "Stop answering for a simulated address.",
    description = {
      "",
      "The address is silent for 'set tarpitholdto' seconds, as if a machine that comes up had asked "
          + "for it, and is simulated again only when it is proven free anew. 'arp ADDRESS' in the file "
          + "exempts it for good.",
      ""
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:done",
      "2:wrong usage, or an address that is never simulated here",
      "9:no node answers at the socket, or its engine hangs",
      "10:the address has a living owner",
      "70:a fault of the program"
    })
public final class ReleaseCommand implements Callable<Integer> {
  private final Surroundings world;
  @Mixin private SocketOption socket;

  @Parameters(paramLabel = "ADDRESS", description = "The address, IPv4 or IPv6.")
  private String address;

  public ReleaseCommand(Surroundings world) {
    this.world = world;
  }

  @Override
  public Integer call() throws Failure {
    IpAddress released =
        IpAddress.tryParse(address)
            .orElseThrow(
                () -> new Failure(ExitCode.USAGE, "'%s' is no address".formatted(address)));
    return socket.ask(world, "POST", new Query("/api/v1/addresses/" + released + "/release"));
  }
}
