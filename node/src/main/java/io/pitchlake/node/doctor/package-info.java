/// `pitchlake doctor`: why does nothing work? A list of small checks of the machine, the segment,
/// the peers and the node that runs; each finding says what was seen, why it matters and what to
/// do.
///
/// [io.pitchlake.node.doctor.Doctor] leads through them on the command's thread. A
/// [io.pitchlake.node.doctor.Check] that needs two readings takes the first in `begin` and the
/// second in `findings`. [io.pitchlake.node.doctor.Wire] is a packet socket of the doctor's own on
/// an interface, beside the node's.
///
/// Safety: nothing here is ever sent that says that somebody has an address which this node does
/// not have by its configuration, and nothing from a MAC that another node may be using.
/// [io.pitchlake.node.doctor.Wire] counts what is sent, and the report names it; `--passive` sends
/// nothing. Sources: RFC 826, 5227 (ARP probes), 4861 (solicitations), 9568 (adverts), 9293.
package io.pitchlake.node.doctor;
