/// Drills: something of a pair is broken on purpose, and a probe beside it says what a client
/// notices. `pitchlake drill` on its way from a plan to a report.
///
/// [io.pitchlake.node.drill.DrillRunner] leads from a known state through the fault to a known
/// state again. Meanwhile [io.pitchlake.node.drill.Prober] asks once a millisecond over the wire
/// and [io.pitchlake.node.drill.EchoStream] over a connection of the kernel's; each writes to
/// [io.pitchlake.node.drill.Lane]s, which the runner judges afterwards. What is broken, and how,
/// are the operator's commands ([io.pitchlake.node.drill.Hooks]); nothing here knows a lab.
///
/// The runner belongs to the command's thread, the prober and the stream have threads of their own.
/// Allocation and clarity before speed: a thousand frames a second are few. Sources: RFC 826, 792,
/// 9293, 862 (echo), 9568 (adverts).
package io.pitchlake.node.drill;
