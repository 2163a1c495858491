package io.pitchlake.node.doctor;

/// What the program says when something cannot be had, in its two halves.
///
/// @param seen what is wrong
/// @param remedy what helps
record Complaint(String seen, String remedy) {
  /// Cuts a sentence such as `interface 'eth0' is down; bring it up first: ip link set eth0 up`.
  ///
  /// @param otherwise the remedy of a sentence that has none
  static Complaint of(String sentence, String otherwise) {
    String[] halves = sentence.split("; ", 2);
    return new Complaint(halves[0], halves.length > 1 ? halves[1] : otherwise);
  }
}
