package io.pitchlake.it.bench.rate;

/// The bench cannot go on; the message is for its user.
final class BenchException extends RuntimeException {
  private static final long serialVersionUID = 1;

  BenchException(String message) {
    super(message);
  }
}
