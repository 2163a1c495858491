/// The rate harness behind `deploy/bench.sh`: floods Pitchlake and its peers, one after the other
/// on the same wire, and compares what comes back. A [Contest] says who takes part and what they
/// are put through, a [Contestant] how it is started; [Wire] is what the generator sends and counts
/// with, and a [Part] is one table of the [Report].
///
/// Needs the JDK alone and shares no code with the engine, so that no mistake of one hides in the
/// other. It runs in the generator's network namespace on the generator's core, on one thread, and
/// starts each contestant in the engine's namespace on the engine's core. Every flood is bounded in
/// frames and in time. Linux on little-endian 64-bit machines.
///
/// Sources: packet(7), bpf(2), the kernel's documentation of BPF_PROG_RUN, RFC 826, RFC 9293.
package io.pitchlake.it.bench.rate;
