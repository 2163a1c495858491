package io.pitchlake.node.cli;

import io.pitchlake.common.config.Configuration.Admin;
import io.pitchlake.node.admin.AdminClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/// `-s SOCKET`, the same for every command that asks a node that runs.
final class NodeSocket {
  /// The option that names it.
  static final String OPTION = "--socket";

  @Option(
      names = {"-s", OPTION},
      paramLabel = "SOCKET",
      description =
          "The node's socket, as 'admin { socket PATH }' says; /run/pitchlake/admin.sock if not given.")
  private Path socket;

  /// The socket that the user has named.
  Optional<Path> given() {
    return Optional.ofNullable(socket);
  }

  Path path(Surroundings world) {
    return socket != null ? socket : world.runFolder().resolve(Admin.DEFAULT_SOCKET.getFileName());
  }

  AdminClient client(Surroundings world) {
    return new AdminClient(path(world));
  }

  /// Asks the node once.
  ///
  /// @throws Failure nobody answers
  AdminClient.Answer ask(Surroundings world, String method, Query query, boolean json)
      throws Failure {
    try {
      return client(world).ask(method, query.toString(), json);
    } catch (IOException e) {
      throw unreachable(world);
    }
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

  /// The exit code for an answer that is none of those hoped for.
  static int codeOf(int status) {
    return switch (status) {
      case 400, 404, 405 -> ExitCode.USAGE;
      case 500 -> ExitCode.INTERNAL;
      case 503 -> ExitCode.UNREACHABLE;
      default -> ExitCode.REFUSED;
    };
  }
}
