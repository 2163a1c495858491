package io.pitchlake.node.cli;

import io.pitchlake.common.hash.ClusterKey;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.time.Clock;
import io.pitchlake.node.port.PeerSocket;
import io.pitchlake.node.port.PortException;
import io.pitchlake.node.vrrp.Witness;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// `pitchlake witness --bind ADDRESS[:PORT] --key FILE`
@Command(
    name = "witness",
    customSynopsis = "pitchlake witness --bind ADDRESS[:PORT] --key FILE [--debug]",
    header = "Break the tie between nodes that do not hear each other.",
    description = {
      "",
      "Runs on a third machine. Nodes with 'witness ADDRESS' in their sync section ask it for leave "
          + "to be active; it gives that to one of them at a time. Needs no privilege and keeps "
          + "nothing on disk. It grants nothing for 3 s after its start.",
      "",
      "SIGTERM or SIGINT end it.",
      ""
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:stopped as asked",
      "2:wrong usage",
      "3:the key cannot be read or is none",
      "4:the address cannot be used",
      "70:a fault of the program"
    })
public final class WitnessCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger("pitchlake");
  private static final int DEFAULT_PORT = 7801;
  private static final long WAIT_NANOS = 100_000_000;
  private static final long COMPLAINT_NANOS = 60_000_000_000L;

  private final Surroundings world;
  private final AtomicBoolean stopping = new AtomicBoolean();

  @Option(
      names = "--bind",
      required = true,
      paramLabel = "ADDRESS[:PORT]",
      description =
          "Where nodes reach it; UDP port 7801 unless said otherwise, [ADDRESS]:PORT for IPv6.")
  private String bind;

  @Option(
      names = "--key",
      required = true,
      paramLabel = "FILE",
      description = "The cluster key, the same file as on the nodes.")
  private Path key;

  public WitnessCommand(Surroundings world) {
    this.world = world;
  }

  /// An address and a port.
  private record Place(IpAddress address, int port) {
    static Place parse(String text) {
      boolean bracketed = text.startsWith("[");
      int colon = text.lastIndexOf(':');
      boolean hasPort =
          bracketed ? colon > text.indexOf(']') : text.indexOf(':') == colon && colon > 0;
      String host = hasPort ? text.substring(0, colon) : text;
      String bare = bracketed ? host.substring(1, Math.max(1, host.length() - 1)) : host;
      try {
        int port = hasPort ? Integer.parseInt(text.substring(colon + 1)) : DEFAULT_PORT;
        if (port < 1 || port > 65_535) {
          throw wrong(text);
        }
        return new Place(IpAddress.tryParse(bare).orElseThrow(() -> wrong(text)), port);
      } catch (NumberFormatException e) {
        throw wrong(text);
      }
    }

    private static TypeConversionException wrong(String text) {
      return new TypeConversionException(
          "'"
              + text
              + "' is no ADDRESS[:PORT]; write such as 192.0.2.9:7801 or [2001:db8::9]:7801");
    }
  }

  @Override
  public Integer call() throws Failure {
    Place place = place();
    ClusterKey secret = ClusterKeyFile.read("--key", key);
    world.ending().whenAsked(() -> stopping.set(true));
    try (PeerSocket socket = PeerSocket.open(place.address(), List.of(), place.port())) {
      serve(socket, secret, place);
      return ExitCode.OK;
    } catch (PortException e) {
      throw new Failure(ExitCode.of(e.reason()), e.getMessage());
    }
  }

  private Place place() throws Failure {
    try {
      return Place.parse(bind);
    } catch (TypeConversionException e) {
      throw new Failure(ExitCode.USAGE, "--bind: " + e.getMessage());
    }
  }

  private void serve(PeerSocket socket, ClusterKey secret, Place place) {
    Clock clock = world.clock();
    Witness witness =
        new Witness(
            secret,
            world.random().nextLong(),
            router ->
                LOG.info(
                    "{} may be active in vrid {} ({}, {})",
                    new IpAddress(socket.senderHigh(), socket.senderLow()),
                    router.vrid(),
                    router.isIpv4() ? "IPv4" : "IPv6",
                    new IpAddress(router.keyHigh(), router.keyLow())),
            clock.nanoTime());
    LOG.info("ready: a witness at {}, UDP port {}", place.address(), place.port());
    long complainedNanos = clock.nanoTime() - COMPLAINT_NANOS;
    while (!stopping.get()) {
      int length = socket.receive(witness.received());
      if (length == 0) {
        socket.await(WAIT_NANOS);
        continue;
      }
      long nowNanos = clock.nanoTime();
      int answer = witness.take(length, nowNanos);
      if (answer > 0) {
        socket.answer(witness.answer(), answer);
      } else if (answer < 0 && nowNanos - complainedNanos >= COMPLAINT_NANOS) {
        complainedNanos = nowNanos;
        LOG.warn(
            "{} sends what is not sealed with this cluster's key; it gets no answer",
            new IpAddress(socket.senderHigh(), socket.senderLow()));
      }
    }
    LOG.info("stopped");
  }
}
