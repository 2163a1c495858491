package io.pitchlake.node;

import io.pitchlake.common.config.Configuration.Admin;
import io.pitchlake.common.config.Configuration.Interface;
import io.pitchlake.common.config.Configuration.Link;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.IpPrefix;
import io.pitchlake.common.time.SystemClock;
import io.pitchlake.node.cli.CommandLines;
import io.pitchlake.node.cli.Console;
import io.pitchlake.node.cli.Surroundings;
import io.pitchlake.node.port.Port;
import io.pitchlake.node.port.PortException;
import io.pitchlake.node.port.PortFactory;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/// The program: gives the command line the real world, and ends with its exit code.
public final class Main {
  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  private Main() {}

  /// Starts the program.
  public static void main(String[] arguments) {
    Thread.setDefaultUncaughtExceptionHandler(ProcessEnd::ofThread);
    ProcessEnd end = new ProcessEnd();
    Surroundings world =
        new Surroundings(
            new PrintWriter(System.out, true, StandardCharsets.UTF_8),
            new PrintWriter(System.err, true, StandardCharsets.UTF_8),
            console(),
            isColourTerminal(),
            SystemClock.INSTANCE,
            new SecureRandom(),
            Main::open,
            HostAddresses::now,
            HostAddresses::of,
            Path.of("/proc/sys"),
            Path.of("/"),
            Admin.DEFAULT_SOCKET.getParent(),
            Path.of("/dev/log"),
            System::getenv,
            end::whenAsked,
            Main::whenAskedToReload,
            Main::whenAskedForReport);
    int exitCode = new CommandLines(world).execute(arguments);
    end.reached(exitCode);
    System.exit(exitCode);
  }

  private static List<? extends Port> open(Interface link, int engines, Set<IpAddress> spread)
      throws PortException {
    String name =
        switch (link.link()) {
          case Link.Named(String given) -> given;
          case Link.Within(IpPrefix subnet) -> HostAddresses.linkWithin(subnet);
        };
    return engines == 1
        ? List.of(PortFactory.open(name, link.access(), LOG))
        : PortFactory.openShared(name, link.access(), engines, spread);
  }

  /// On SIGHUP, as daemons do.
  private static void whenAskedToReload(Runnable reload) {
    Signal.handle(new Signal("HUP"), signal -> reload.run());
  }

  /// On SIGUSR1.
  private static void whenAskedForReport(Runnable report) {
    Signal.handle(new Signal("USR1"), signal -> report.run());
  }

  private static Console console() {
    return new Console(
        System.in,
        new FileOutputStream(FileDescriptor.out),
        isTerminal(0),
        isTerminal(1),
        isTerminal(2),
        Path.of(
            Objects.requireNonNullElse(System.getenv("HOME"), System.getProperty("user.home"))));
  }

  /// Whether standard error is a terminal whose user wants colours (<https://no-color.org>).
  private static boolean isColourTerminal() {
    String noColor = System.getenv("NO_COLOR");
    return (noColor == null || noColor.isEmpty()) && isTerminal(2);
  }

  private static boolean isTerminal(int descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }
}
