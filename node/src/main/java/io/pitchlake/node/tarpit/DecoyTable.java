package io.pitchlake.node.tarpit;

import io.pitchlake.common.config.Configuration.Persona;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Which machine each simulated address of a network is: a table in which each persona has slots in
/// proportion to its weight, and each kind of its machines as many as the others. An address's own
/// secret number picks the slot, so all nodes with one key and one configuration agree, and nobody
/// remembers anything. Immutable; any thread.
final class DecoyTable {
  /// What such machines listen on; of some kinds there are several.
  private static final Map<Persona, List<OpenPorts>> KINDS =
      new EnumMap<>(
          Map.of(
              Persona.LINUX,
              List.of(
                  OpenPorts.of(22, 80, 443),
                  OpenPorts.of(22, 80, 111, 443, 3306),
                  OpenPorts.of(22, 111, 2049),
                  OpenPorts.of(22, 25, 143, 587, 993)),
              Persona.WINDOWS,
              List.of(
                  OpenPorts.of(135, 139, 445),
                  OpenPorts.of(135, 139, 445, 3389),
                  OpenPorts.of(135, 139, 445, 3389, 5985),
                  OpenPorts.of(80, 135, 139, 443, 445, 3389, 5985)),
              Persona.DEVICE,
              List.of(
                  OpenPorts.of(22, 80, 443),
                  OpenPorts.of(22, 23, 80),
                  OpenPorts.of(23, 80),
                  OpenPorts.of(22, 443)),
              Persona.PRINTER,
              List.of(
                  OpenPorts.of(80, 443, 515, 631, 9100),
                  OpenPorts.of(21, 23, 80, 280, 515, 631, 9100),
                  OpenPorts.of(80, 443, 631, 9100),
                  OpenPorts.of(80, 515, 9100)),
              Persona.BSD,
              List.of(
                  OpenPorts.of(22),
                  OpenPorts.of(22, 80, 443),
                  OpenPorts.of(22, 25, 80, 443),
                  OpenPorts.of(22, 53, 443))));

  private final Decoy[] slots;

  /// @param weights of the personas; empty: every address is the same, with all ports open
  /// @param mtuBytes of each port
  DecoyTable(Map<Persona, Integer> weights, int[] mtuBytes) {
    List<Decoy> decoys = new ArrayList<>();
    for (Persona persona : Persona.values()) {
      // In the order of the enum, whatever the file's was.
      int weight = weights.getOrDefault(persona, 0);
      Stack stack = new Stack(Habits.of(persona), mtuBytes);
      KINDS
          .get(persona)
          .forEach(ports -> decoys.addAll(Collections.nCopies(weight, new Decoy(stack, ports))));
    }
    if (decoys.isEmpty()) {
      decoys.add(new Decoy(new Stack(Habits.LINUX, mtuBytes), OpenPorts.ALL));
    }
    slots = decoys.toArray(Decoy[]::new);
  }

  /// The machine of an address with this secret number, of which the upper 32 bits count.
  Decoy of(long look) {
    return slots[(int) ((look >>> 32) * slots.length >>> 32)];
  }
}
