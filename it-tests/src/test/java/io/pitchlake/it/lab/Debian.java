package io.pitchlake.it.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// A small Debian that has been booted, with its own systemd as process 1, on the network of a
/// lab's host. It starts with what `deploy/debian.sh` puts into it, and nothing of it is left
/// behind.
///
/// Needs systemd-nspawn(1).
public final class Debian implements AutoCloseable {
  private static final Duration BOOT = Duration.ofSeconds(60);
  private static final String PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

  private final LabHost host;
  private final Path root;
  private final LabProcess container;
  private final long init;

  private Debian(LabHost host, Path root, LabProcess container, long init) {
    this.host = host;
    this.root = root;
    this.container = container;
    this.init = init;
  }

  /// Boots one in `host` and waits until all of its services run.
  public static Debian boot(LabHost host) {
    Path archive = NetnsLab.launcher().resolveSibling("../it-tests/target/debian.tar").normalize();
    DeployScript.named("debian.sh").run(archive.toString()).expectSuccess();
    Path root = null;
    LabProcess container = null;
    try {
      root = Files.createTempDirectory("pitchlake-debian");
      host.run("tar", "-C", root.toString(), "--numeric-owner", "-xf", archive.toString())
          .expectSuccess();
      container = host.bootContainer(root);
      long init = awaitInit(container);
      Debian debian = new Debian(host, root, container, init);
      host.runUntil(
          "a Debian that is up",
          outcome -> outcome.stdout().strip().equals("running"),
          BOOT,
          debian.inside("systemctl", "is-system-running"));
      return debian;
    } catch (IOException e) {
      remove(host, root, container);
      throw new UncheckedIOException("cannot boot a Debian on " + host.name(), e);
    } catch (RuntimeException | AssertionError e) {
      remove(host, root, container);
      throw e;
    }
  }

  /// The container's first process, as this machine numbers it.
  private static long awaitInit(LabProcess container) {
    container.awaitLine("Welcome to", BOOT);
    return container
        .children()
        .findFirst()
        .orElseThrow(() -> new AssertionError("no first process; seen:\n" + container.output()));
  }

  /// Runs `command` as its root to the end.
  public Outcome run(String... command) {
    return host.run(inside(command));
  }

  /// Runs `command` as its root again and again, as [LabHost#runUntil] does.
  public Outcome runUntil(
      String description, Predicate<Outcome> wanted, Duration timeout, String... command) {
    return host.runUntil(description, wanted, timeout, inside(command));
  }

  private String[] inside(String... command) {
    List<String> words =
        new ArrayList<>(
            List.of("nsenter", "-t", Long.toString(init), "-a", "env", "-i", "PATH=" + PATH));
    words.addAll(List.of(command));
    return words.toArray(String[]::new);
  }

  /// Where a file of this Debian lies on the machine, such as `/etc/fstab`.
  public Path file(String path) {
    return root.resolve(path.substring(1));
  }

  /// Copies a file of the machine into its `/root`.
  public void copy(Path file) {
    try {
      Files.copy(file, file("/root").resolve(file.getFileName().toString()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot copy " + file, e);
    }
  }

  /// Writes a text into a file, which keeps its owner and mode when it is there already.
  public void write(String path, String text) {
    try {
      Files.createDirectories(file(path).getParent());
      Files.writeString(file(path), text);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + path, e);
    }
  }

  /// What the service `unit` has written since this Debian was booted.
  public String journal(String unit) {
    return run("journalctl", "-o", "cat", "--no-pager", "-u", unit).expectSuccess().stdout();
  }

  /// A property of a unit, as `systemctl show` says it.
  public String property(String unit, String name) {
    return run("systemctl", "show", "-P", name, unit).expectSuccess().stdout().strip();
  }

  @Override
  public void close() {
    remove(host, root, container);
  }

  private static void remove(LabHost host, Path root, LabProcess container) {
    if (container != null) {
      container.close();
    }
    if (root != null) {
      host.run("rm", "-rf", "--one-file-system", root.toString());
    }
  }
}
