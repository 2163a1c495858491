package io.pitchlake.node.cli;

/// Where a command's configuration comes from; asked at the start and at each reload.
@FunctionalInterface
interface ConfigurationSource {
  /// Reads and checks it anew; what is wrong has been shown, or stands in the failure.
  ConfigurationFile load() throws Failure;
}
