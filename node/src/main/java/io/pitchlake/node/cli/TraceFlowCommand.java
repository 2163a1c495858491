package io.pitchlake.node.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `pitchlake trace flow FIVE-TUPLE`
@Command(
    name = "flow",
    customSynopsis =
        "pitchlake trace flow tcp|udp SOURCE:PORT DESTINATION:PORT [-s SOCKET] [--json]",
    header = "Show what becomes of a flow: which node, which target or decoy, and why.",
    description = {
      "",
      "Looks into the node's tables and waits for no frame: the target that has the flow, or the one "
          + "that would get it if it began now; for a decoy how it answers, or why it is silent. Nothing "
          + "is changed or counted. A flow may also be written as in the log (ADDRESS/PORT), with spaces "
          + "or commas between its parts, and an IPv6 address as [ADDRESS]:PORT.",
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
      "  pitchlake trace flow tcp 192.168.2.66:4711 192.168.2.10:80",
      "  pitchlake trace flow udp [2001:db8::66]:4711 [2001:db8::10]:53 --json",
      "  pitchlake trace flow tcp 192.168.2.66 4711 192.168.2.77 22"
    })
final class TraceFlowCommand implements Callable<Integer> {
  private final Surroundings world;
  @Mixin private SocketOption socket;

  @Parameters(arity = "1..*", paramLabel = "FLOW", description = "Its five-tuple, see above.")
  private List<String> words;

  TraceFlowCommand(Surroundings world) {
    this.world = world;
  }

  @Override
  public Integer call() throws Failure {
    FiveTuple flow =
        FiveTuple.parse(words)
            .orElseThrow(() ->
                new Failure(
                    ExitCode.USAGE,
                    "'%s' is no flow; write %s"
                        .formatted(String.join(" ", words), FiveTuple.FORM)));
    return socket.ask(
        world,
        "GET",
        new Query(
            "/api/v1/flows/%s/%s/%d/%s/%d"
                .formatted(
                    flow.protocol(),
                    flow.source(),
                    flow.sourcePort(),
                    flow.destination(),
                    flow.destinationPort())));
  }
}
