package io.pitchlake.it.bench.rate;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/// A bare C program that answers or forwards whatever comes: what a technique costs at least.
///
/// @param technique the Pitchlake contestant that reads frames in the same way
/// @param mode the program's word for it
/// @param forwards whether it sends frames on to the target instead of answering SYNs
/// @param mac of the link it reads: it answers no ARP
/// @param seconds after which it ends by itself
record Yardstick(
    String technique, String mode, boolean forwards, Path program, long mac, int seconds)
    implements Contestant {
  private static final Map<String, String> MODES = Map.of("ring", "v2mm", "xdp", "xdp");

  /// The yardsticks of all techniques; none when the user gave no program.
  static List<Contestant> all(Options options, boolean forwards) {
    return options.yardstick().stream()
        .<Contestant>flatMap(program ->
            MODES.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(mode ->
                    new Yardstick(
                        mode.getKey(),
                        mode.getValue(),
                        forwards,
                        program,
                        options.engineMac(),
                        60 + 10 * options.seconds())))
        .toList();
  }

  static String nameOf(String technique) {
    return "c " + technique;
  }

  @Override
  public String name() {
    return nameOf(technique);
  }

  @Override
  public Set<Step> steps() {
    return EnumSet.of(Step.FLOOD, Step.RATES);
  }

  @Override
  public List<String> command(Place place) {
    return List.of(
        program.toString(),
        place.link(),
        mode,
        Integer.toString(place.core()),
        Integer.toString(seconds));
  }

  @Override
  public Map<String, String> environment() {
    return forwards ? Map.of("L2", "1") : Map.of();
  }

  @Override
  public OptionalLong fixedMac() {
    return OptionalLong.of(mac);
  }
}
