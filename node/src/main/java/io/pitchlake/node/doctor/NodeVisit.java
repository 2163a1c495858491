package io.pitchlake.node.doctor;

import io.pitchlake.common.config.Configuration.Admin;
import io.pitchlake.common.config.Configuration.AdminSocket;
import io.pitchlake.common.text.JsonReader;
import io.pitchlake.node.admin.AdminClient;
import io.pitchlake.node.doctor.NodeAnswer.Absent;
import io.pitchlake.node.doctor.NodeAnswer.Hanging;
import io.pitchlake.node.doctor.NodeAnswer.Running;
import io.pitchlake.node.doctor.NodeAnswer.Unasked;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// Asks a node all that the doctor wants to know, through its unix socket. Blocks, for some seconds
/// at most.
///
/// @param socket empty where the file says that there is none
public record NodeVisit(Optional<Path> socket) implements Supplier<NodeAnswer> {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final String API = "/api/v1/";
  private static final List<String> PAGES =
      List.of("status", "networks", "servers", "targets", "vrrp", "drops", "counters", "config");

  /// A visit at the socket that a configuration names.
  ///
  /// @param given by the user, and so before what the file says; empty if not
  /// @param runFolder where the socket is that nobody names
  public static NodeVisit of(Optional<Path> given, Admin admin, Path runFolder) {
    return new NodeVisit(
        given.or(() ->
            switch (admin.socket()) {
              case AdminSocket.At(Path path) -> Optional.of(path);
              case AdminSocket.Auto _ ->
                  Optional.of(runFolder.resolve(Admin.DEFAULT_SOCKET.getFileName()));
              case AdminSocket.Off _ -> Optional.empty();
            }));
  }

  @Override
  public NodeAnswer get() {
    return socket
        .map(NodeVisit::at)
        .orElseGet(() -> new Unasked("the file says 'admin { socket off }'"));
  }

  private static NodeAnswer at(Path path) {
    if (!Files.exists(path)) {
      return new Absent("there is no socket " + path);
    }
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      channel.shutdownOutput();
    } catch (IOException e) {
      return Files.isWritable(path)
          ? new Absent("nobody answers at " + path)
          : new Unasked("this user may not write to " + path);
    }
    try {
      return asked(new AdminClient(path, PATIENCE));
    } catch (IOException | IllegalArgumentException e) {
      return new Hanging("no answer at %s: %s".formatted(path, e.getMessage()));
    }
  }

  private static NodeAnswer asked(AdminClient client) throws IOException {
    Map<String, Map<String, Object>> pages = new HashMap<>();
    AdminClient.Answer readiness = client.ask("GET", "/readyz", true);
    put(pages, "readyz", readiness);
    for (String page : PAGES) {
      AdminClient.Answer answer = client.ask("GET", API + page, true);
      if (answer.status() == 503) {
        return new Hanging("the node says that its engine does not answer");
      }
      put(pages, page, answer);
    }
    return new Running(pages);
  }

  private static void put(
      Map<String, Map<String, Object>> pages, String name, AdminClient.Answer answer) {
    if (JsonReader.read(answer.body()) instanceof Map<?, ?> page) {
      pages.put(name, JsonReader.object(page));
    }
  }
}
