package io.pitchlake.it.bench.rate;

import io.pitchlake.it.bench.rate.Contestant.Step;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Segments to a balanced address, and what comes out for its target: how many, at what cost. The
/// target is on the same link, so the generator counts what is forwarded.
final class ForwardContest implements Contest {
  /// How fast a million flows are made known: slow enough for everybody not to lose many.
  private static final int FILL_PER_SECOND = 150_000;

  private final Place place;
  private final Wire wire;
  private final RateMeter meter;

  /// Who takes part, with the flows they are to forward.
  private final Map<Contestant, Traffic> entrants = new LinkedHashMap<>();

  ForwardContest(Options options, Place place, Wire wire, Results results) {
    this.place = place;
    this.wire = wire;
    meter = new RateMeter(wire, results, options.seconds());
    Yardstick.all(options, true).forEach(yardstick -> entrants.put(yardstick, Traffic.DATA));
    entrants.put(new Pen(), Traffic.DATA);
    for (String access : List.of("pcap", "ring", "xdp")) {
      entrants.put(Pitchlake.balancer(options.launcher(), access), Traffic.DATA);
    }
    for (String access : List.of("ring", "xdp")) {
      entrants.put(
          Pitchlake.balancerOfAMillionFlows(options.launcher(), access), Traffic.DATA_OF_A_MILLION);
    }
  }

  @Override
  public List<Contestant> contestants() {
    return List.copyOf(entrants.keySet());
  }

  @Override
  public void measure(Contestant contestant) throws IOException, InterruptedException {
    Traffic traffic = entrants.get(contestant);
    try (Running running = contestant.start(place)) {
      long mac = wire.awaitMac(contestant, running, Segment.SERVER, 1);
      wire.forwardProbe().await(mac, running);
      if (traffic == Traffic.DATA_OF_A_MILLION) {
        wire.fill(traffic, mac, FILL_PER_SECOND);
      }
      wire.aim(traffic, mac);
      meter.warmUp(running);
      meter.flood(Part.FORWARD, running);
      if (contestant.steps().contains(Step.RATES)) {
        meter.fixedRates(Part.FORWARD, running);
        wire.aim(Traffic.SYNS_TO_SERVER, mac);
        meter.warmUp(running);
        meter.flood(Part.NEW_FLOWS, running);
      }
    }
  }
}
