package io.pitchlake.node.doctor;

import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.time.Clock;
import io.pitchlake.node.port.Port;
import io.pitchlake.node.port.PortException;
import io.pitchlake.sync.seal.LinkSecret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// What the doctor is to look at, and by what means.
///
/// @param file as the user wrote it
/// @param configuration what it says
/// @param key the cluster's, where it could be read
/// @param keyProblem why it could not be, and, behind `; `, what helps
/// @param openKey the key's file, where every user of the host may read it
/// @param machine where the node runs or is to run
/// @param host every address of the host's kernel
/// @param node asks the node that runs
/// @param ports opens an interface beside the node's own port
/// @param realTime tries to have a thread scheduled in real time: why it was refused, empty where
///   it was not
/// @param passive nothing is sent
/// @param listen how long segments are listened to, at least
/// @param progress told what is being done
public record Examination(
    Path file,
    Configuration configuration,
    Optional<LinkSecret> key,
    Optional<String> keyProblem,
    Optional<Path> openKey,
    Machine machine,
    Set<IpAddress> host,
    Supplier<NodeAnswer> node,
    Opener ports,
    Supplier<Optional<String>> realTime,
    boolean passive,
    Duration listen,
    Clock clock,
    RandomGenerator random,
    Consumer<String> progress) {

  /// Opens an interface by its name, so that nobody else's port there is disturbed.
  @FunctionalInterface
  public interface Opener {
    /// Opens it for hearing and asking; whoever asks closes it.
    ///
    /// @throws PortException it cannot be opened, with one sentence for the user
    Port open(String link) throws PortException;
  }
}
