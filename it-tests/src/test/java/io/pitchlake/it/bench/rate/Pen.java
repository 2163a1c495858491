package io.pitchlake.it.bench.rate;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Debian's Pen as in its HOWTO, less the debugging: a trap for half of the network, and one
/// service with one target.
record Pen() implements Contestant {
  static final String NAME = "pen";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Set<Step> steps() {
    return EnumSet.allOf(Step.class);
  }

  @Override
  public List<String> command(Place place) {
    return List.of(
        NAME,
        "-f",
        "-O",
        "acl 1 permit " + Segment.text(Segment.FIRST_TRAP) + " 255.255.255.128",
        "-O",
        "tarpit_acl 1",
        "-O",
        "dsr_if " + place.link(),
        Segment.text(Segment.SERVER) + ":" + Segment.SERVICE_PORT,
        Segment.text(Segment.TARGET));
  }
}
