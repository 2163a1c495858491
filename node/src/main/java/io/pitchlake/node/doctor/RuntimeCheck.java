package io.pitchlake.node.doctor;

import io.pitchlake.node.doctor.Finding.Fine;
import io.pitchlake.node.doctor.Finding.Unknown;
import io.pitchlake.node.doctor.Finding.Warning;
import java.util.List;
import java.util.Optional;

/// Does the node's Java virtual machine collect without long pauses?
record RuntimeCheck(Patient patient) implements Check {
  @Override
  public Topic topic() {
    return Topic.RUNTIME;
  }

  @Override
  public List<Finding> findings() {
    List<String> words = patient.machine().commandLine(patient.process());
    if (words.isEmpty()) {
      return List.of(
          new Unknown(
              topic(),
              "the kernel does not say how the node was started",
              "look for -XX:+UseZGC in: ps -o args= -p PID"));
    }
    Optional<String> last =
        words.stream().filter(word -> word.matches("-XX:[+-]UseZGC")).reduce((a, b) -> b);
    return List.of(
        last.equals(Optional.of("-XX:+UseZGC"))
            ? new Fine(topic(), "it collects with ZGC")
            : new Warning(
                Ailment.OTHER_COLLECTOR,
                "the virtual machine was not started with ZGC",
                "start it by its own launcher (bin/pitchlake), or add -XX:+UseZGC to the command"));
  }
}
