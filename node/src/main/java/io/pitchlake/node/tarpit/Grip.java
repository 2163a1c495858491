package io.pitchlake.node.tarpit;

import io.pitchlake.common.config.Configuration.TarpitMode;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.common.wire.TcpOptions;

/// How a trapped connection is kept: which of its segments are answered, and with what. Everything
/// follows from the segment itself, for nothing is remembered of the connection.
///
/// `persist`: data is acknowledged and the window closed. The peer then probes the window for as
/// long as each probe is answered (RFC 9293, 3.8.6.1), either with one byte, for which there is no
/// room, or, as Linux does, with an empty segment one before what was acknowledged. Such a probe
/// and the end of a handshake differ in nothing but where the client's numbers began, which the
/// cookie tells.
///
/// `throttle`, and `ssh` and `http` likewise: data is acknowledged and the window is 1, which a
/// peer that scales takes for some hundred bytes. Senders wait for a timer before they send so
/// little (RFC 9293, 3.8.6.2.1).
///
/// An empty segment may also be the answer of a peer to an acknowledgment that it did not
/// understand; answered each time the two would never end. So empty segments are answered only
/// where they bear timestamps that say that the peer heard nothing of us for a tenth of a second. A
/// peer without timestamps is held by its own retries. Reused for every segment; engine thread.
final class Grip {
  private static final int LATE_MILLIS = 100;
  private static final int CRAWL = 1;

  private final TcpOptions options = new TcpOptions();
  private int acknowledgment;
  private int window;
  private boolean timestamps;

  /// Whether a segment that carries the cookie is answered; if so, what the other methods say is
  /// about the answer.
  ///
  /// @param connection the connection's hash
  /// @param timestamp what the machine's clock shows now
  boolean isAnswered(
      TcpHeader segment, TarpitMode mode, Habits habits, int connection, int timestamp) {
    if (mode == TarpitMode.HANG
        || mode == TarpitMode.RESET
        || !options.wrap(segment.optionsAddress(), segment.optionsLength())) {
      return false;
    }
    int sequence = segment.sequence();
    int length = segment.payloadLength();
    boolean first = SynCookie.isFirst(connection, segment.acknowledgment(), sequence);
    window = mode == TarpitMode.PERSIST ? 0 : CRAWL;
    timestamps = options.hasTimestamps() && habits.tickMillis() > 0;
    if (length > 0) {
      boolean probe = mode == TarpitMode.PERSIST && length == 1 && !first;
      acknowledgment = probe ? sequence : sequence + length;
      return true;
    }
    // Of a port that drips, the next line is the answer.
    if (mode.drips() || first || !isLate(habits, timestamp)) {
      return false;
    }
    // A FIN stands where the next byte would; there is no room for it.
    acknowledgment = segment.hasAny(TcpHeader.FIN) ? sequence : sequence + 1;
    return true;
  }

  private boolean isLate(Habits habits, int timestamp) {
    return timestamps
        && timestamp - options.timestampEcho() >= Math.max(1, LATE_MILLIS / habits.tickMillis());
  }

  int acknowledgment() {
    return acknowledgment;
  }

  int window() {
    return window;
  }

  /// Whether both sides have timestamps, and so the answer.
  boolean hasTimestamps() {
    return timestamps;
  }

  /// What they echo.
  int timestampEcho() {
    return options.timestampValue();
  }
}
