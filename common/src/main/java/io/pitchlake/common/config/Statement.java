package io.pitchlake.common.config;

/// One directive as [ConfigWriter] writes it.
///
/// @param section the title of the section it stands in, such as `network 1`; empty at top level
/// @param word what it sets: `weight`, `set sessions`, `acl 1`, ...; two statements with the same
///   section and word belong to one list
/// @param text the whole directive, word and value
record Statement(String section, String word, String text) {}
