/// The configuration: one file in BalanceNG's directive language with Pen's access lists, read by
/// [ConfigParser], which reports everything that is wrong at once, and given out as the immutable
/// record tree [Configuration].
///
/// A file goes through three hands: the tokenizer (words with their places), the parser (sections
/// with their directives, one by one) and the check (sections held against each other). Each
/// reports to the same list and goes on with what was most likely meant.
///
/// Thread: any; nothing here is shared between calls, and nothing runs on the engine's thread.
///
/// Sources: design.md section 8, BalanceNG's manual (tarpit module), Pen 0.32's announcement, RFC
/// 9568 for the bounds of a virtual router.
package io.pitchlake.common.config;
