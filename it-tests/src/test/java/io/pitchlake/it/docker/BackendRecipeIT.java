package io.pitchlake.it.docker;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.it.lab.BesideOthers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.ComposeContainer;
import org.testcontainers.containers.Container.ExecResult;

/// `deploy/backends/compose.yaml`, with addresses of its own and a web server of the lab's: what a
/// node does to a frame is done by a client that knows the backend's MAC address.
@RequiresDocker
@BesideOthers
class BackendRecipeIT {
  private static final Path COMPOSE = Path.of(System.getProperty("pitchlake.compose"));
  private static final String LAN = "172.31.15.";
  private static final String SERVER = LAN + "10";
  private static final String LAB =
      """
      services:
        web:
          image: pitchlake-lab
          build: &lab { context: "%s", dockerfile: deploy/Dockerfile, target: lab }
          command: [python3, /lab/living-host.py, web]
          init: true
          stop_grace_period: 1s
        client:
          image: pitchlake-lab
          build: *lab
          init: true
          stop_grace_period: 1s
          cap_drop: [ALL]
          cap_add: [NET_ADMIN, NET_RAW]
          networks: [lan]
      """;

  @TempDir static Path folder;

  private static Path recipe() throws IOException {
    String text = Files.readString(COMPOSE.resolveSibling("deploy/backends/compose.yaml"));
    String moved = text.replace("192.168.2.", LAN);
    assertNotEquals(text, moved, "the example's addresses stand in the recipe");
    return Files.writeString(folder.resolve("compose.yaml"), moved);
  }

  @Test
  void aContainerTakesTheServersFramesAndDoesNotSayThatItHasTheAddress() throws IOException {
    Path lab =
        Files.writeString(
            folder.resolve("lab.yaml"), LAB.formatted(COMPOSE.toAbsolutePath().getParent()));
    try (ComposeContainer containers =
        new ComposeContainer(recipe().toFile(), lab.toFile()).withBuild(true).withPull(false)) {
      containers.start();
      Machine web = new Machine("web", containers.getContainerByServiceName("web").orElseThrow());
      Machine client =
          new Machine("client", containers.getContainerByServiceName("client").orElseThrow());
      Machine.await(
          () -> web.say("ip", "-o", "addr", "show", "dev", "lo").contains(SERVER + "/32"),
          () -> "the server's address on lo");
      client.say(
          "ip",
          "neigh",
          "replace",
          SERVER,
          "lladdr",
          web.say("cat", "/sys/class/net/eth0/address"),
          "dev",
          "eth0",
          "nud",
          "permanent");
      Machine.await(
          () -> fetched(client).getStdout().contains("I am web, and I am real."),
          () -> "an answer of the backend: " + fetched(client));
      assertTrue(asked(client, LAN + "30").contains("Received 1 response"), "its own address");
      assertTrue(asked(client, SERVER).contains("Received 0 response"), "the server's address");
    }
  }

  private static ExecResult fetched(Machine client) {
    return client.exec("curl", "-sS", "-m", "2", "http://" + SERVER + "/");
  }

  private static String asked(Machine client, String address) {
    return client.exec("arping", "-c", "1", "-w", "2", "-I", "eth0", address).getStdout();
  }
}
