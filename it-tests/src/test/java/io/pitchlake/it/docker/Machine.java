package io.pitchlake.it.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Ports;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.ContainerState;

/// One container of the lab.
///
/// @param service its name in `docker-compose.yml`
record Machine(String service, ContainerState container) {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private DockerClient docker() {
    return container.getDockerClient();
  }

  private String id() {
    return container.getContainerId();
  }

  /// Runs a command to its end.
  ExecResult exec(String... command) {
    try {
      return container.execInContainer(command);
    } catch (IOException e) {
      throw new AssertionError(service + ": " + String.join(" ", command), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /// What a command that succeeds says.
  String say(String... command) {
    ExecResult result = exec(command);
    assertEquals(0, result.getExitCode(), () -> String.join(" ", command) + "\n" + result);
    return result.getStdout().strip();
  }

  /// Everything the container has said, over all its starts.
  String log() {
    return container.getLogs();
  }

  /// Waits until something is said behind a place of the log.
  void awaitSaying(int from, String words) {
    await(
        () -> log().indexOf(words, from) >= 0,
        () -> "'%s' from %s in:%n%s".formatted(words, service, log().substring(from)));
  }

  void awaitHealth(String wanted) {
    await(() -> health().equals(wanted), () -> service + " is " + health() + ", not " + wanted);
  }

  private String health() {
    return docker().inspectContainerCmd(id()).exec().getState().getHealth().getStatus();
  }

  /// Looks again and again, for half a minute at most.
  static void await(BooleanSupplier condition, Supplier<String> missing) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - until > 0) {
        throw new AssertionError("waited in vain: " + missing.get());
      }
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }
  }

  /// SIGKILL.
  void kill() {
    docker().killContainerCmd(id()).exec();
  }

  void start() {
    docker().startContainerCmd(id()).exec();
  }

  void pause() {
    docker().pauseContainerCmd(id()).exec();
  }

  void unpause() {
    docker().unpauseContainerCmd(id()).exec();
  }

  /// SIGTERM, and a start.
  void restart() {
    docker().restartContainerCmd(id()).withTimeout(5).exec();
  }

  /// Where this machine reaches its published ports.
  List<InetSocketAddress> published() {
    return docker()
        .inspectContainerCmd(id())
        .exec()
        .getNetworkSettings()
        .getPorts()
        .getBindings()
        .values()
        .stream()
        .filter(Objects::nonNull)
        .flatMap(Arrays::stream)
        .map(Machine::address)
        .toList();
  }

  /// Where this machine reaches one of its ports.
  InetSocketAddress published(int port) {
    Ports.Binding[] bindings =
        docker()
            .inspectContainerCmd(id())
            .exec()
            .getNetworkSettings()
            .getPorts()
            .getBindings()
            .get(ExposedPort.tcp(port));
    assertNotNull(bindings, () -> service + " does not publish " + port);
    return address(bindings[0]);
  }

  private static InetSocketAddress address(Ports.Binding binding) {
    return new InetSocketAddress(binding.getHostIp(), Integer.parseInt(binding.getHostPortSpec()));
  }

  /// Where it is plugged into a network; the name is the one in `docker-compose.yml`.
  Plug plug(String network) {
    Map<String, ContainerNetwork> all =
        docker().inspectContainerCmd(id()).exec().getNetworkSettings().getNetworks();
    return all.entrySet().stream()
        .filter(entry -> entry.getKey().endsWith("_" + network))
        .findFirst()
        .map(entry -> new Plug(entry.getKey(), entry.getValue().getIpamConfig()))
        .orElseThrow(() -> new AssertionError(service + " is not on " + network + ": " + all));
  }

  /// @param network the engine's name for it
  /// @param addresses what the container has there
  record Plug(String network, ContainerNetwork.Ipam addresses) {}

  void pullOut(Plug plug) {
    docker().disconnectFromNetworkCmd().withNetworkId(plug.network()).withContainerId(id()).exec();
  }

  void putBack(Plug plug) {
    docker()
        .connectToNetworkCmd()
        .withNetworkId(plug.network())
        .withContainerId(id())
        .withContainerNetwork(new ContainerNetwork().withIpamConfig(plug.addresses()))
        .exec();
  }
}
