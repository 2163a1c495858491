package io.pitchlake.node.event.sink;

import java.io.IOException;
import java.util.List;

/// The way to a syslog daemon. One thread.
interface SyslogWire extends AutoCloseable {
  /// Sends whole messages, oldest first.
  ///
  /// @throws IOException not all could be handed over
  void send(List<byte[]> messages) throws IOException;

  /// How many messages one [#send] may have.
  int most();

  /// A message as this way wants it.
  byte[] message(String text, long wallMillis);

  /// Where it leads, for people.
  String destination();

  @Override
  void close();
}
