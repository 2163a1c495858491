/// Histories of whole clusters under a simulated clock: two or three nodes, hosts, scanners and
/// clients on a LAN that fails in every way, all of it drawn from one seed, and the invariants that
/// no history may break. `deploy/sim.sh` runs thousands and replays one; docs/architecture.md says
/// what each invariant means.
package io.pitchlake.node.history;
