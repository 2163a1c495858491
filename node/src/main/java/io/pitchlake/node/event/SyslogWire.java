package io.pitchlake.node.event;

/// The way to a syslog daemon. Event thread.
interface SyslogWire extends AutoCloseable {
  /// Sends one message without waiting; false when it could not be handed over.
  boolean send(String line, long wallMillis);

  /// Where it leads, for people.
  String destination();

  @Override
  void close();
}
