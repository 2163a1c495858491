package io.pitchlake.node.engine;

/// A module's place in the chain that lets every frame pass: the configuration names it, its work
/// does not concern the frames of this build.
public record ChainPlace(String name) implements Module {
  @Override
  public Verdict onFrame(PacketContext packet) {
    return Verdict.PASS;
  }
}
