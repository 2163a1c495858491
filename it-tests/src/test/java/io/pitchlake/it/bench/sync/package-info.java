/// How fast two nodes tell each other of changes over the sync link, and how long a node that joins
/// takes to catch up: `deploy/bench.sh sync`.
///
/// Two programs ([SyncNode]), each in a network namespace of its own with a veth between them, run
/// all that a node has for this (engine's side, replication thread, JGroups with encryption) on a
/// table whose entries bear the time of their last change; both read the same monotonic clock.
/// [SyncBench] tells them what to do, and reports.
package io.pitchlake.it.bench.sync;
