/// The session table. Addresses: who is real, who is simulated, who is being proved or held silent.
/// Flows: which target each of them goes to. [SessionCodec] is what nodes tell each other of both,
/// [Stamps] say which of two copies is newer, [Digest] whether tables are equal.
///
/// Written by the engine thread alone. Sources: RFC 826, RFC 5227, RFC 4861, RFC 4862, RFC 6583 and
/// BalanceNG's tarpit module, whose `tarpitrealto` and `tarpittrapto` bound the two kinds of entry.
package io.pitchlake.common.session;
