package io.pitchlake.node.drill;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What can be done to a pair.
public enum Drill {
  CRASH("the active node is killed"),
  HANG("the active node is stopped, and goes on later"),
  LINK("the active node loses its carrier"),
  SILENT("the active node's frames are dropped, both ways"),
  ONE_WAY("the active node's frames are dropped, and it hears everything"),
  SWITCHOVER("the active node is asked to go"),
  PARTITION("the nodes do not hear each other, clients reach both"),
  SYNC_LOSS("the link between the nodes is cut or lossy"),
  REBOOT("the active node goes, comes back, catches up and takes its place again"),
  CALM("nothing happens but noise");

  private final String description;

  Drill(String description) {
    this.description = description;
  }

  /// As on the command line, such as `sync-loss`.
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// What it does, in a few words.
  public String description() {
    return description;
  }

  /// The drill that the command line calls `word`.
  public static Optional<Drill> named(String word) {
    return Arrays.stream(values()).filter(drill -> drill.word().equals(word)).findFirst();
  }

  /// Those that `all` means: every one that breaks something.
  public static List<Drill> all() {
    return Arrays.stream(values()).filter(drill -> drill != CALM).toList();
  }
}
