package io.pitchlake.sync.link;

/// The sync link cannot be opened; the message is one sentence for the user.
public final class LinkException extends Exception {
  private static final long serialVersionUID = 1L;

  LinkException(String message, Throwable cause) {
    super(message, cause);
  }
}
