package io.pitchlake.node.cli;

import io.pitchlake.node.admin.AdminClient;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `-s SOCKET --json`, the same for every command that prints one answer of a node that runs.
final class SocketOption {
  @Mixin private NodeSocket node;

  @Option(names = "--json", description = "Print JSON, for programs.")
  private boolean json;

  boolean json() {
    return json;
  }

  NodeSocket node() {
    return node;
  }

  /// Asks the node and prints what it says.
  ///
  /// @throws Failure nobody answers, or not as was hoped
  int ask(Surroundings world, String method, Query query) throws Failure {
    AdminClient.Answer answer = node.ask(world, method, query, json);
    if (answer.isGood() || json) {
      world.out().print(answer.body());
      world.out().flush();
    }
    if (!answer.isGood()) {
      throw new Failure(
          NodeSocket.codeOf(answer.status()),
          json ? List.of() : answer.body().strip().lines().toList());
    }
    return ExitCode.OK;
  }

  /// As [#ask], while a terminal is told what is waited for.
  ///
  /// @param waiting in words
  int ask(Surroundings world, String method, Query query, String waiting) throws Failure {
    try (Progress _ = Progress.of(world, seconds -> "%s, %d s".formatted(waiting, seconds))) {
      return ask(world, method, query);
    }
  }
}
