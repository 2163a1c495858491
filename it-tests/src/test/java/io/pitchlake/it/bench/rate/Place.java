package io.pitchlake.it.bench.rate;

import java.nio.file.Path;

/// Where a contestant runs.
///
/// @param namespace the engine's network namespace
/// @param link the interface there
/// @param core the core it is pinned to, the whole process
/// @param generatorCore the generator's core, which one of several engines shares
/// @param logs a folder for what it says
record Place(String namespace, String link, int core, int generatorCore, Path logs) {}
