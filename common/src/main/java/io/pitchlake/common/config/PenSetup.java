package io.pitchlake.common.config;

import io.pitchlake.common.net.AccessList.Entry;
import io.pitchlake.common.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/// What options and commands of Pen have set so far.
final class PenSetup {
  /// One server behind the balancer, as Pen's `servers` command numbers them from 0.
  static final class Backend {
    IpAddress address;
    int port;
    int max;
    int hard;
    int weight;
    int prio;
  }

  Optional<String> link = Optional.empty();
  Optional<IpAddress> listenAddress = Optional.empty();
  int listenPort;
  boolean udp;
  boolean hash;
  boolean roundRobin;
  boolean untracked;
  boolean weighted;
  boolean byPriority;
  OptionalInt trackingSeconds = OptionalInt.empty();
  OptionalInt idleSeconds = OptionalInt.empty();
  OptionalInt tarpitAcl = OptionalInt.empty();
  int clientAcl;
  Optional<Backend> emergency = Optional.empty();
  Optional<Backend> abuse = Optional.empty();
  final List<Backend> backends = new ArrayList<>();
  final Map<Integer, List<Entry>> accessLists = new TreeMap<>();

  /// Takes `ADDRESS:PORT` or `PORT` as what clients ask for; false when it is neither.
  boolean listen(String text) {
    boolean portAlone = text.matches("[0-9]{1,5}");
    Optional<PenAddress> parts = PenAddress.parse(portAlone ? ":" + text : text);
    if (parts.isEmpty() || parts.get().numbers().size() > 1) {
      return false;
    }
    listenAddress = parts.get().address();
    listenPort = parts.get().number(0);
    return listenAddress.isPresent() || portAlone;
  }
}
