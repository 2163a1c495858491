package io.pitchlake.it.lab;

import io.pitchlake.node.admin.AdminClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/// The unix socket of a node in a lab, for states that a test waits for: asks what `pitchlake show`
/// asks and gets the same table, without the start of a program for each look.
public final class NodeSocket {
  private static final long POLL_NANOS = 20_000_000;

  private final AdminClient client;
  private final String name;

  /// @param socket as the node's configuration names it
  public NodeSocket(Path socket) {
    this.client = new AdminClient(socket);
    this.name = socket.getFileName().toString();
  }

  /// A page as people see it, such as `vrrp` or `addresses?address=192.168.2.77`.
  public String show(String page) {
    try {
      return page(page);
    } catch (IOException e) {
      throw new AssertionError("expected %s from %s, seen %s".formatted(page, name, e), e);
    }
  }

  private String page(String page) throws IOException {
    AdminClient.Answer answer = client.ask("GET", "/api/v1/" + page, false);
    if (!answer.isGood()) {
      throw new AssertionError(
          "expected %s from %s, seen %d: %s".formatted(page, name, answer.status(), answer.body()));
    }
    return answer.body();
  }

  /// The page once it is what `wanted` asks for; an AssertionError with the last one when `timeout`
  /// passes first. A node that is about to start anew may be silent meanwhile.
  public String await(String page, Predicate<String> wanted, Duration timeout) {
    return awaitAnswer(() -> page(page), wanted, page, timeout);
  }

  /// Waits until the node says that it is ready; an AssertionError with why it is not when
  /// `timeout` passes first.
  public void awaitReady(Duration timeout) {
    awaitAnswer(
        () -> {
          AdminClient.Answer answer = client.ask("GET", "/readyz", false);
          return answer.isGood() ? "" : answer.body();
        },
        String::isEmpty,
        "readyz",
        timeout);
  }

  /// What a node is asked for.
  @FunctionalInterface
  private interface Question {
    String ask() throws IOException;
  }

  private String awaitAnswer(
      Question question, Predicate<String> wanted, String page, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    String seen = "nothing";
    while (System.nanoTime() - deadline < 0) {
      try {
        seen = question.ask();
        if (wanted.test(seen)) {
          return seen;
        }
      } catch (IOException e) {
        seen = e.toString();
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    throw new AssertionError(
        "expected within %d s from %s another %s than the last seen:%n%s"
            .formatted(timeout.toSeconds(), name, page, seen));
  }
}
