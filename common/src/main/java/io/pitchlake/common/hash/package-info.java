/// Keyed hashing: SipHash for what an attacker must not predict (cookies, personas), fast seeded
/// mixes for tables and flows, and Maglev's table from hashes to targets.
///
/// No state but the key; any thread. Sources: Aumasson and Bernstein, "SipHash: a fast short-input
/// PRF"; Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load Balancer".
package io.pitchlake.common.hash;
