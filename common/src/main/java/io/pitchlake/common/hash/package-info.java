/// Keyed hashing: SipHash for what an attacker must not predict (cookies, personas), a fast seeded
/// mix for tables.
///
/// No state but the key; any thread. Source: Aumasson and Bernstein, "SipHash: a fast short-input
/// PRF".
package io.pitchlake.common.hash;
