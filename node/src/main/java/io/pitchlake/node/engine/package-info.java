/// The engine: one thread per node that reads its ports, walks each frame down the module chain,
/// runs the timers and sends what came of it. It knows no module; modules meet only through the
/// narrow interfaces here ([Mastership], [Neighbors], [Addresses], [Transmit], [EventSink]), and
/// the rest of the program through [Command]s and counters.
///
/// Everything here belongs to the engine thread unless a class says otherwise.
package io.pitchlake.node.engine;
