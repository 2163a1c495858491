package io.pitchlake.it.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.utility.MountableFile;

/// `client.py` on a machine of the lab, from here until [#end].
final class Client {
  private final Machine machine;
  private final CompletableFuture<ExecResult> run;

  private Client(Machine machine, String lan) {
    this.machine = machine;
    run = CompletableFuture.supplyAsync(() -> machine.exec("python3", "/tmp/client.py", lan));
  }

  /// Starts it and waits until it has all its connections.
  ///
  /// @param lan how addresses of the segment begin
  static Client on(Machine machine, String lan) {
    machine
        .container()
        .copyFileToContainer(MountableFile.forClasspathResource("client.py"), "/tmp/client.py");
    Client client = new Client(machine, lan);
    Machine.await(
        () ->
            client.run.isDone()
                || machine.exec("test", "-e", "/tmp/client-ready").getExitCode() == 0,
        () -> "the client does not get its connections");
    assertTrue(!client.run.isDone(), () -> "the client ended: " + client.run.join());
    return client;
  }

  /// Ends it, asks that nothing was lost that must not be lost, and tells what it noticed.
  ///
  /// @param longestGapMillis for pings to the pair's address
  /// @param circumstances for whoever reads of a failure
  Map<String, Integer> end(int longestGapMillis, Supplier<String> circumstances) {
    machine.say("touch", "/tmp/client-stop");
    ExecResult result = run.join();
    assertEquals(0, result.getExitCode(), result::toString);
    Map<String, Integer> seen =
        Arrays.stream(result.getStdout().strip().split(" "))
            .map(word -> word.split("="))
            .collect(Collectors.toMap(pair -> pair[0], pair -> Integer.valueOf(pair[1])));
    assertEquals(
        0,
        seen.get("stream_broken"),
        () -> "the balanced connection: " + seen + circumstances.get());
    assertEquals(
        1, seen.get("trap_held"), () -> "the trapped connection: " + seen + circumstances.get());
    assertEquals(0, seen.get("web_bad"), () -> "web requests: " + seen + circumstances.get());
    assertTrue(seen.get("web_good") > 0, () -> "web requests: " + seen + circumstances.get());
    assertTrue(
        seen.get("ping_gap") <= longestGapMillis,
        () -> "the longest gap: " + seen + circumstances.get());
    return seen;
  }
}
