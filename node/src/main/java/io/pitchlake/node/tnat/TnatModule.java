package io.pitchlake.node.tnat;

import io.pitchlake.common.session.NatTable;
import io.pitchlake.node.engine.Module;
import io.pitchlake.node.engine.PacketContext;
import io.pitchlake.node.engine.Translator;
import io.pitchlake.node.engine.Verdict;
import io.pitchlake.node.engine.View;

/// Recognises what targets send back through the node, which is their gateway, and passes it on to
/// the client under the server's address. Everything else goes on down the chain.
public final class TnatModule implements Module {
  private final Translator translator;

  /// @param translator shared with `slb`, which opens the sessions; its time is this module's to
  ///   move on
  public TnatModule(Translator translator) {
    this.translator = translator;
  }

  @Override
  public String name() {
    return "tnat";
  }

  @Override
  public void onConfigured(View view, long nowNanos) {
    translator.configure(view, nowNanos);
  }

  @Override
  public void onTick(long nowNanos) {
    translator.tick(nowNanos);
  }

  @Override
  public Verdict onFrame(PacketContext packet) {
    if (packet.kind() == PacketContext.Kind.ARP || packet.ingress() == null) {
      return Verdict.PASS;
    }
    int session = translator.findReverse(packet);
    return session != NatTable.NONE && translator.kind(session) == NatTable.Kind.SERVER
        ? translator.toClient(packet, session)
        : Verdict.PASS;
  }
}
