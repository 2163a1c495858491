package io.pitchlake.common.config;

import io.pitchlake.common.config.PenRule.Fate;
import io.pitchlake.common.config.PenSetup.Backend;
import io.pitchlake.common.net.AccessList.Entry;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Pen's commands in the format of penctl, as `-O` and the file of `-F` carry them.
final class PenCommands {
  private static final int HIGHEST_ACL = 9;
  private static final int MOST_INCLUDES = 16;

  /// Reads a file of commands, named as the user did.
  interface Files {
    /// Its lines; empty with the reason reported when it cannot be read.
    List<String> lines(String file);
  }

  private final PenSetup setup;
  private final Files files;
  private final List<String> errors;
  private final List<String> notes;
  private String place = "";
  private int includes;

  PenCommands(PenSetup setup, Files files, List<String> errors, List<String> notes) {
    this.setup = setup;
    this.files = files;
    this.errors = errors;
    this.notes = notes;
  }

  /// Runs one command that stood behind `-O`.
  void run(String command) {
    place = "-O \"" + command.strip() + "\"";
    words(command);
  }

  /// Runs every command of a file.
  void file(String file) {
    if (++includes > MOST_INCLUDES) {
      errors.add(file + " is included too often; do the files name each other?");
      return;
    }
    int number = 0;
    for (String line : files.lines(file)) {
      number++;
      String command = line.strip();
      if (!command.isEmpty() && !command.startsWith("#")) {
        place = file + ":" + number + ": '" + command + "'";
        words(command);
      }
    }
  }

  private void words(String command) {
    List<String> words = List.of(command.strip().split("\\s+"));
    boolean no = words.getFirst().equals("no");
    List<String> rest = no ? words.subList(1, words.size()) : words;
    if (rest.isEmpty() || rest.getFirst().isEmpty()) {
      problem("names no command; see penctl(1)");
      return;
    }
    String word = rest.getFirst();
    List<String> values = rest.subList(1, rest.size());
    PenRule rule = PenRule.COMMANDS.get(word);
    if (rule != null) {
      // What is not done is not done: switching it off changes nothing.
      if (rule.fate() == Fate.REFUSED && !no) {
        problem(rule.words());
      } else if (rule.fate() == Fate.LEFT_OUT && !no) {
        notes.add(place + " is left out: " + rule.words());
      }
    } else if (no) {
      switchOff(word, values);
    } else {
      understood(word, values);
    }
  }

  private void switchOff(String word, List<String> values) {
    switch (word) {
      case "acl" -> number(values, 0, HIGHEST_ACL).ifPresent(setup.accessLists::remove);
      case "hash" -> setup.hash = false;
      case "roundrobin" -> setup.roundRobin = false;
      case "weight" -> setup.weighted = false;
      case "prio" -> setup.byPriority = false;
      default -> problem("is not a command of Pen; see penctl(1)");
    }
  }

  private void understood(String word, List<String> values) {
    switch (word) {
      case "acl" -> accessList(values);
      case "client_acl" ->
          number(values, 0, HIGHEST_ACL).ifPresent(number -> setup.clientAcl = number);
      case "tarpit_acl" -> setup.tarpitAcl = number(values, 0, HIGHEST_ACL);
      case "dsr_if" ->
          text(values, "an interface").ifPresent(name -> setup.link = Optional.of(name));
      case "hash" -> setup.hash = true;
      case "roundrobin" -> setup.roundRobin = true;
      case "weight" -> setup.weighted = true;
      case "prio" -> setup.byPriority = true;
      case "tracking" -> setup.trackingSeconds = number(values, 0, Integer.MAX_VALUE);
      case "idle_timeout" -> setup.idleSeconds = number(values, 0, Integer.MAX_VALUE);
      case "debug" -> {} // how much is logged is said by -d and by 'set tarpitlograte'
      case "include" -> text(values, "a file").ifPresent(this::file);
      case "listen" -> text(values, "an address and port").ifPresent(this::listen);
      case "server" -> server(values);
      default -> problem("is not a command of Pen; see penctl(1)");
    }
  }

  /// `acl N permit|deny ADDRESS [MASK]`, `acl N permit|deny ADDRESS6[/LENGTH]`.
  private void accessList(List<String> values) {
    OptionalInt number = number(values, 0, HIGHEST_ACL);
    if (number.isEmpty()) {
      return;
    }
    String action = values.size() > 1 ? values.get(1) : "";
    if (!action.equals("permit") && !action.equals("deny") || values.size() < 3) {
      problem(
          "is not such as 'acl 1 permit 192.168.2.11' or 'acl 1 deny 192.168.2.0 255.255.255.0'");
      return;
    }
    String address = values.get(2);
    if (address.equals("country")) {
      problem("asks for GeoIP, which this build does not have; write the blocks of the country");
      return;
    }
    Optional<IpPrefix> prefix =
        values.size() > 3 ? masked(address, values.get(3)) : IpPrefix.tryParse(address);
    if (prefix.isEmpty()) {
      problem("has no address such as 192.168.2.11, 192.168.2.0 255.255.255.0 or 2001:db8::/64");
      return;
    }
    setup
        .accessLists
        .computeIfAbsent(number.getAsInt(), n -> new ArrayList<>())
        .add(new Entry(action.equals("permit"), prefix.get()));
  }

  private static Optional<IpPrefix> masked(String address, String mask) {
    Optional<Integer> length =
        IpAddress.tryParse(mask)
            .filter(IpAddress::isIpv4)
            .map(IpAddress::ipv4)
            .map(bits ->
                Integer.bitCount(bits) == 0 || bits == -1 << 32 - Integer.bitCount(bits)
                    ? Integer.bitCount(bits)
                    : null);
    return IpAddress.tryParse(address)
        .filter(IpAddress::isIpv4)
        .flatMap(one -> length.map(bits -> IpPrefix.around(one, bits)));
  }

  /// `server N acl A address ADDRESS port P max M hard H weight W prio P`, as Pen writes it itself.
  private void server(List<String> values) {
    OptionalInt number = number(values, 0, 65_534);
    if (number.isEmpty()) {
      return;
    }
    while (setup.backends.size() <= number.getAsInt() && setup.backends.size() < 256) {
      setup.backends.add(new Backend());
    }
    if (number.getAsInt() >= setup.backends.size()) {
      problem("numbers a server that is not there; the first one is 0");
      return;
    }
    Backend backend = setup.backends.get(number.getAsInt());
    List<String> rest = values.subList(1, values.size());
    if (rest.size() % 2 != 0) {
      problem("is not such as 'server 0 address 192.168.2.2 weight 2'");
      return;
    }
    for (int i = 0; i < rest.size(); i += 2) {
      serverWord(backend, rest.get(i), rest.get(i + 1));
    }
  }

  private void serverWord(Backend backend, String word, String value) {
    List<String> one = List.of(value);
    switch (word) {
      case "address" ->
          IpAddress.tryParse(value)
              .ifPresentOrElse(
                  address -> backend.address = address,
                  () -> problem("names a server by '" + value + "'; write its address"));
      case "port" -> number(one, 0, 65_535).ifPresent(port -> backend.port = port);
      case "max" -> number(one, 0, Integer.MAX_VALUE).ifPresent(max -> backend.max = max);
      case "hard" -> number(one, 0, Integer.MAX_VALUE).ifPresent(hard -> backend.hard = hard);
      case "weight" -> number(one, 0, 1000).ifPresent(weight -> backend.weight = weight);
      case "prio" -> number(one, 0, 65_535).ifPresent(prio -> backend.prio = prio);
      case "acl" -> {
        if (!value.equals("0") || setup.accessLists.containsKey(0)) {
          problem("gives one server an access list of its own; write 'client_acl' for all of them");
        }
      }
      case "blacklist" -> problem(PenRule.COMMANDS.get("blacklist").words());
      default -> problem("knows no '" + word + "'; see penctl(1)");
    }
  }

  /// Sets the address and port that clients ask for.
  private void listen(String text) {
    if (!setup.listen(text)) {
      problem("is not an address and port such as 'listen 192.168.2.10:80'");
    }
  }

  private Optional<String> text(List<String> values, String what) {
    if (values.isEmpty()) {
      problem("lacks " + what);
      return Optional.empty();
    }
    return Optional.of(values.getFirst());
  }

  private OptionalInt number(List<String> values, int least, int most) {
    try {
      int number = values.isEmpty() ? -1 : Integer.parseInt(values.getFirst());
      if (number >= least && number <= most) {
        return OptionalInt.of(number);
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    problem("lacks a number from " + least + " to " + most);
    return OptionalInt.empty();
  }

  private void problem(String words) {
    errors.add(place + " " + words);
  }
}
