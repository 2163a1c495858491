package io.pitchlake.node.admin;

import io.netty.handler.codec.http.HttpResponseStatus;

/// A request that is not done, for a reason its sender can do something about: one sentence.
final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient HttpResponseStatus status;

  Refusal(HttpResponseStatus status, String sentence) {
    super(sentence, null, false, false);
    this.status = status;
  }

  static Refusal wrong(String sentence) {
    return new Refusal(HttpResponseStatus.BAD_REQUEST, sentence);
  }

  static Refusal unknown(String sentence) {
    return new Refusal(HttpResponseStatus.NOT_FOUND, sentence);
  }

  static Refusal conflict(String sentence) {
    return new Refusal(HttpResponseStatus.CONFLICT, sentence);
  }

  /// The engine does not answer.
  static Refusal hangs() {
    return new Refusal(
        HttpResponseStatus.SERVICE_UNAVAILABLE,
        "the engine does not answer; it hangs, or is overloaded");
  }

  HttpResponseStatus status() {
    return status;
  }
}
