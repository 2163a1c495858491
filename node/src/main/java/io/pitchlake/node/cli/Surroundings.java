package io.pitchlake.node.cli;

import io.pitchlake.common.config.Configuration.Interface;
import io.pitchlake.common.config.PenCommandLine.OwnAddress;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.time.Clock;
import io.pitchlake.node.port.Port;
import io.pitchlake.node.port.PortException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/// The world around a command.
///
/// @param out for what was asked for
/// @param err for what went wrong
/// @param console what the user sits before
/// @param colour whether `err` is a terminal that wants colours
/// @param random for keys
/// @param ports opens a live interface
/// @param hostAddresses what the host's kernel owns now
/// @param linkAddresses the addresses of an interface, empty when there is no such interface
/// @param kernel the kernel's settings, `/proc/sys`
/// @param root where the kernel shows the machine and its processes, `/`
/// @param runFolder where the node's own socket is usually made, `/run/pitchlake`
/// @param syslogSocket the local syslog daemon's socket, `/dev/log`
/// @param environment the value of a variable, null without
/// @param ending tells when the process is asked to end
/// @param reloading tells when it is asked to read its configuration again
/// @param reporting tells when it is asked what it knows now
public record Surroundings(
    PrintWriter out,
    PrintWriter err,
    Console console,
    boolean colour,
    Clock clock,
    RandomGenerator random,
    PortOpener ports,
    Supplier<Set<IpAddress>> hostAddresses,
    Function<String, Optional<List<OwnAddress>>> linkAddresses,
    Path kernel,
    Path root,
    Path runFolder,
    Path syslogSocket,
    UnaryOperator<String> environment,
    Ending ending,
    Reloading reloading,
    Reporting reporting) {

  /// The same where somebody else says when to end.
  Surroundings endingBy(Ending other) {
    return new Surroundings(
        out,
        err,
        console,
        colour,
        clock,
        random,
        ports,
        hostAddresses,
        linkAddresses,
        kernel,
        root,
        runFolder,
        syslogSocket,
        environment,
        other,
        reloading,
        reporting);
  }

  /// Tells a command that it is asked what it knows now.
  @FunctionalInterface
  public interface Reporting {
    /// Calls `report` whenever that happens, from another thread.
    void whenAsked(Runnable report);
  }

  /// Tells a command that it is asked to read its configuration again.
  @FunctionalInterface
  public interface Reloading {
    /// Calls `reload` whenever that happens, from another thread.
    void whenAsked(Runnable reload);
  }

  /// Opens the ports of one interface.
  @FunctionalInterface
  public interface PortOpener {
    /// One port for each of `engines` engines.
    ///
    /// @param spread addresses whose packets are steered by their source, see
    ///   [io.pitchlake.node.port.Fanout]
    /// @throws PortException with one sentence for the user when it cannot be opened
    List<? extends Port> open(Interface link, int engines, Set<IpAddress> spread)
        throws PortException;
  }

  /// Tells a command that the process is asked to end.
  @FunctionalInterface
  public interface Ending {
    /// Calls `stop` when that happens, from another thread.
    void whenAsked(Runnable stop);
  }
}
