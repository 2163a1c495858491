package io.pitchlake.node.cli;

import io.pitchlake.common.config.Configuration.Admin;
import io.pitchlake.node.admin.AdminClient;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/// `-s SOCKET --json`, the same for every command that asks a node that runs.
final class SocketOption {
  @Option(
      names = {"-s", "--socket"},
      paramLabel = "SOCKET",
      description =
          "The node's socket, as 'admin { socket PATH }' says; /run/pitchlake/admin.sock if not given.")
  private Path socket;

  @Option(names = "--json", description = "Print JSON, for programs.")
  private boolean json;

  boolean json() {
    return json;
  }

  private Path path(Surroundings world) {
    return socket != null ? socket : world.runFolder().resolve(Admin.DEFAULT_SOCKET.getFileName());
  }

  AdminClient client(Surroundings world) {
    return new AdminClient(path(world));
  }

  /// Asks the node and prints what it says.
  ///
  /// @param values what stands behind the `?`
  /// @throws Failure nobody answers, or not as was hoped
  int ask(Surroundings world, String method, String target, Map<String, String> values)
      throws Failure {
    String query =
        values.entrySet().stream()
            .map(one ->
                one.getKey() + "=" + URLEncoder.encode(one.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    AdminClient.Answer answer;
    try {
      answer = client(world).ask(method, query.isEmpty() ? target : target + "?" + query, json);
    } catch (IOException e) {
      throw unreachable(world);
    }
    if (answer.isGood() || json) {
      world.out().print(answer.body());
      world.out().flush();
    }
    if (!answer.isGood()) {
      throw new Failure(
          codeOf(answer.status()), json ? List.of() : answer.body().strip().lines().toList());
    }
    return ExitCode.OK;
  }

  Failure unreachable(Surroundings world) {
    Path path = path(world);
    String why =
        !Files.exists(path)
            ? "there is no such socket"
            : !Files.isWritable(path) ? "this user may not write to it" : "nobody answers there";
    return new Failure(
        ExitCode.UNREACHABLE,
        "no node answers at %s: %s; does 'pitchlake run' run, with this socket in its section 'admin'?"
            .formatted(path, why));
  }

  private static int codeOf(int status) {
    return switch (status) {
      case 400, 404, 405 -> ExitCode.USAGE;
      case 500 -> ExitCode.INTERNAL;
      case 503 -> ExitCode.UNREACHABLE;
      default -> ExitCode.REFUSED;
    };
  }
}
