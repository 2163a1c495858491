package io.pitchlake.node.health;

/// What is wrong with a target, as a probe of the node's own has found out.
enum Trouble {
  SILENT("no answer"),
  REFUSED("refused"),
  UNREACHABLE("unreachable"),
  /// A DNS server's response code is not among those accepted.
  RESPONSE_CODE("answered with an error"),
  /// Another machine has answered for an alias.
  ELSEWHERE("another machine answered"),
  /// The target tries to send on what it should have kept.
  SENT_ON("it sends on what comes for it");

  private final String words;

  Trouble(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }
}
