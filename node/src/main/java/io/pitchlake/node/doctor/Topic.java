package io.pitchlake.node.doctor;

import java.util.Locale;

/// What a check looks at.
public enum Topic {
  NODE("the node that runs"),
  INTERFACES("interfaces and their links"),
  CAPABILITIES("privileges of the process"),
  OFFLOADS("work that interfaces do for the kernel"),
  KERNEL("what the host's kernel does beside the node"),
  PROCESSOR("processor time"),
  CLOCK("the machine's clocks"),
  SCHEDULING("the engine's thread"),
  RUNTIME("the Java virtual machine"),
  VRRP("who else speaks VRRP"),
  OWNERS("who else has this node's addresses"),
  VIRTUAL_MAC("whether the segment carries the virtual MAC"),
  MULTICAST("whether solicitations arrive"),
  SYNC("the way to the other nodes"),
  TARGETS("targets and what they serve"),
  TRAP("decoys"),
  FRAMES("frames that are lost");

  private final String meaning;

  Topic(String meaning) {
    this.meaning = meaning;
  }

  /// Its name in reports, such as `virtual-mac`.
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// In words.
  public String meaning() {
    return meaning;
  }
}
