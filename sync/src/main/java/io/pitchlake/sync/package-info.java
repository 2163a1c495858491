/// Replication between the nodes of a cluster, so that one that takes over goes on where the other
/// one was.
///
/// [io.pitchlake.sync.SessionReplicator] is the engine's side: which entries have changed, which of
/// two copies counts, sums that show whether tables are equal. [io.pitchlake.sync.Replicator] is
/// the other side, a thread of its own: frames, peers, acknowledgements, resending. Two bounded
/// rings of records lie between them, and neither side ever waits for the other.
package io.pitchlake.sync;
