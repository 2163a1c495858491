package io.pitchlake.node.cli;

import io.pitchlake.node.Node;
import io.pitchlake.node.event.UnixDatagrams;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// The service manager that started this process and wants to hear of it, as systemd does with
/// `Type=notify` (sd_notify(3)): that it is ready, that it ends, and, where there is a watchdog,
/// that the engines still turn. Where nobody wants to hear, nothing is said.
///
/// Any thread may speak here.
final class ServiceManager implements AutoCloseable {
  private static final String SOCKET = "NOTIFY_SOCKET";
  private static final String WATCHDOG_MICROS = "WATCHDOG_USEC";
  private static final String WATCHDOG_PID = "WATCHDOG_PID";

  /// How often the engines are asked within the time after which the manager gives up.
  private static final int ASKED_PER_INTERVAL = 4;

  private final Optional<UnixDatagrams> socket;
  private final Optional<Duration> watchdog;

  private ServiceManager(Optional<UnixDatagrams> socket, Optional<Duration> watchdog) {
    this.socket = socket;
    this.watchdog = watchdog;
  }

  /// The one that the environment tells of.
  ///
  /// @param environment the value of a variable, null without
  /// @param pid this process
  static ServiceManager of(UnaryOperator<String> environment, long pid) {
    Optional<UnixDatagrams> socket =
        Optional.ofNullable(environment.apply(SOCKET))
            .filter(name -> name.startsWith("/") || name.startsWith("@"))
            .map(UnixDatagrams::new);
    String meant = environment.apply(WATCHDOG_PID);
    Optional<Duration> watchdog =
        Optional.ofNullable(environment.apply(WATCHDOG_MICROS))
            .filter(micros -> micros.matches("[1-9][0-9]{0,17}"))
            .filter(micros -> meant == null || meant.equals(Long.toString(pid)))
            .map(micros -> Duration.ofNanos(Long.parseLong(micros) * 1000));
    return new ServiceManager(socket, socket.isPresent() ? watchdog : Optional.empty());
  }

  /// Every engine turns.
  ///
  /// @param status one line for `systemctl status`
  void ready(String status) {
    say("READY=1\nSTATUS=" + status);
  }

  /// One line for `systemctl status`.
  void status(String status) {
    say("STATUS=" + status);
  }

  /// The process ends as it was asked to.
  void stopping() {
    say("STOPPING=1");
  }

  /// Feeds the watchdog, if there is one, as long as every engine turns.
  void watch(List<Node> nodes, Chores chores) {
    EnginePulse pulse = new EnginePulse(nodes);
    watchdog.ifPresent(
        interval -> chores.every(interval.dividedBy(ASKED_PER_INTERVAL), () -> feed(pulse)));
  }

  /// One look at the engines.
  void feed(EnginePulse pulse) {
    if (pulse.hasBeaten()) {
      say("WATCHDOG=1");
    }
  }

  private synchronized void say(String message) {
    socket.ifPresent(to -> to.send(message.getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  public synchronized void close() {
    socket.ifPresent(UnixDatagrams::close);
  }
}
