/// Load balancing: a frame for a server's address goes to one of its targets. By direct server
/// return it has other MAC addresses and is otherwise as it came; the target answers the client
/// itself. Of a translated server it bears the target's address ([NatForwarder]).
///
/// [SlbModule] is the link in the chain and stands behind `master` and `tarpit`.
/// [io.pitchlake.node.engine.TargetHealth] says which targets can take frames, [TargetStates] what
/// of that they may get, [Sessions] which one has a known flow,
/// [io.pitchlake.common.session.FragmentTable] where the rest of a fragmented packet goes.
/// [Scheduler] finds the target of a new flow: by [Persistence], or by a [Strategy] among the
/// server's [Pool]. Engine thread.
///
/// Sources: Eisenbud et al., "Maglev" (NSDI 2016), sections 3.3 and 3.4; RFC 9293; RFC 791 and RFC
/// 8200 for fragments; RFC 792 and RFC 4443 for the errors that follow their flow.
package io.pitchlake.node.slb;
