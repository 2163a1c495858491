/// The command line: `run`, `check`, `replay`, `version`, what they print and how they end.
///
/// Commands run on the main thread. What they need of the outside world (streams, clock,
/// randomness, ports, the host, the end of the process) comes from one
/// [io.pitchlake.node.cli.Surroundings], so that a test runs them in-process. A user's mistake is a
/// [io.pitchlake.node.cli.Failure]: one sentence and an [io.pitchlake.node.cli.ExitCode].
package io.pitchlake.node.cli;
