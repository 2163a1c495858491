package io.pitchlake.node.cli;

import io.pitchlake.common.config.Configuration.Interface;
import io.pitchlake.common.config.PenCommandLine.OwnAddress;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.time.SystemClock;
import io.pitchlake.node.port.Port;
import io.pitchlake.node.port.PortException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;

/// Runs command lines in-process: streams are strings, ports are what the test says, and whoever
/// runs is asked to stop as soon as it can be asked.
final class TestWorld {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final List<Interface> opened = new ArrayList<>();
  private Surroundings.PortOpener ports =
      (link, engines, spread) -> {
        throw new AssertionError("nobody should open " + link);
      };
  private Set<IpAddress> host = Set.of();
  private Function<String, Optional<List<OwnAddress>>> links = link -> Optional.empty();
  private final Map<String, String> environment = new HashMap<>();
  private boolean colour;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private InputStream in = InputStream.nullInputStream();
  private boolean terminal;
  private Surroundings.Ending ending = Runnable::run;
  private final Path folder;

  /// @param folder stands for `/proc/sys`, `/` and `/dev`
  TestWorld(Path folder) {
    this.folder = folder;
  }

  TestWorld ports(Surroundings.PortOpener opener) {
    ports = opener;
    return this;
  }

  TestWorld refusing(PortException.Reason reason, String message) {
    return ports((link, engines, spread) -> {
      throw new PortException(reason, message);
    });
  }

  TestWorld host(String address) {
    host = Set.of(IpAddress.parse(address));
    return this;
  }

  /// Gives the host an interface with addresses such as `192.168.2.4/24`.
  TestWorld link(String name, String... addresses) {
    List<OwnAddress> own =
        Stream.of(addresses).map(text -> OwnAddress.tryParse(text).orElseThrow()).toList();
    links = link -> link.equals(name) ? Optional.of(own) : Optional.empty();
    return this;
  }

  TestWorld environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  TestWorld colour() {
    colour = true;
    return this;
  }

  /// Standard output and error are terminals.
  TestWorld terminal() {
    terminal = true;
    return this;
  }

  /// What is typed.
  TestWorld typing(String text) {
    in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  /// Whoever runs is told of the end by this.
  TestWorld ending(Surroundings.Ending told) {
    ending = told;
    return this;
  }

  int execute(String... arguments) {
    return new CommandLines(surroundings()).execute(arguments);
  }

  /// What a command that succeeds prints.
  String said(String... arguments) {
    if (execute(arguments) != 0) {
      throw new AssertionError(err());
    }
    return out();
  }

  Surroundings surroundings() {
    return new Surroundings(
        new PrintWriter(out, true),
        new PrintWriter(err, true),
        new Console(in, bytes, false, terminal, terminal, folder),
        colour,
        SystemClock.INSTANCE,
        new SplittableRandom(1),
        this::open,
        () -> host,
        links,
        folder,
        folder,
        folder,
        folder.resolve("no-daemon"),
        environment::get,
        ending,
        reload -> {},
        report -> {});
  }

  private List<? extends Port> open(Interface link, int engines, Set<IpAddress> spread)
      throws PortException {
    opened.add(link);
    return ports.open(link, engines, spread);
  }

  List<Interface> opened() {
    return opened;
  }

  String out() {
    return out.toString();
  }

  /// What was written to standard output as bytes.
  byte[] bytes() {
    return bytes.toByteArray();
  }

  String err() {
    return err.toString();
  }
}
