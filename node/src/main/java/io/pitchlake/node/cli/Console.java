package io.pitchlake.node.cli;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;

/// What the user sits before.
///
/// @param in what is typed, or sent by another program
/// @param out standard output for bytes
/// @param inIsTerminal whether somebody types
/// @param outIsTerminal whether somebody reads standard output
/// @param errIsTerminal whether somebody reads standard error
/// @param home the user's folder
public record Console(
    InputStream in,
    OutputStream out,
    boolean inIsTerminal,
    boolean outIsTerminal,
    boolean errIsTerminal,
    Path home) {}
