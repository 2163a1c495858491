package io.pitchlake.common.session;

/// How far a flow is, as the frames of its client tell; each state has its own timeout.
public enum FlowState {
  /// A SYN came; its client has not yet shown that it can hear the answer.
  OPENING(30),
  /// The client has acknowledged the target's SYN.
  ESTABLISHED(900),
  /// A FIN or a RST came.
  CLOSING(60),
  /// No TCP: it lasts as long as datagrams come.
  DATAGRAM(120);

  private final long defaultTimeoutNanos;

  FlowState(long defaultTimeoutSeconds) {
    defaultTimeoutNanos = defaultTimeoutSeconds * 1_000_000_000L;
  }

  /// How long a silent flow is kept where nothing else is configured.
  public long defaultTimeoutNanos() {
    return defaultTimeoutNanos;
  }
}
