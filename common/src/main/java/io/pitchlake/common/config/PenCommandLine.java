package io.pitchlake.common.config;

import io.pitchlake.common.config.PenSetup.Backend;
import io.pitchlake.common.net.AccessList;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.IpPrefix;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// The command line of Pen 0.34 in its mode of direct server return, and what it means in this
/// program's language.
///
/// Every option and command of Pen is done, is left out with a note because nothing that can be
/// seen depends on it, or is an error that says what to use instead; all errors at once. What Pen
/// takes from the interface follows from the interface's own addresses: see [#configuration].
public final class PenCommandLine {
  /// How long Pen remembers clients when it is to remember them for ever.
  private static final int LONGEST_TRACKING_SECONDS = 604_800;

  private static final int NO_LIMIT = 268_435_456;
  private static final int HIGHEST_WEIGHT = 1000;
  private static final String NO_DSR =
      "there is no dsr_if: without it Pen is a proxy, which this program is not; write -O"
          + " \"dsr_if eth0\" with the interface of the segment, and give the servers the listening"
          + " address on lo";

  /// An address of an interface and the length of its network's prefix, in bits of its own family.
  public record OwnAddress(IpAddress address, int length) {
    /// Reads `192.168.2.4/24`; empty when it is nothing of that kind.
    public static Optional<OwnAddress> tryParse(String text) {
      int slash = text.indexOf('/');
      Optional<IpPrefix> prefix = slash < 0 ? Optional.empty() : IpPrefix.tryParse(text);
      return prefix.flatMap(block ->
          IpAddress.tryParse(text.substring(0, slash))
              .map(address -> new OwnAddress(address, block.familyLength())));
    }

    IpPrefix prefix() {
      return IpPrefix.around(address, length);
    }
  }

  /// Reads the files that `-F` and `include` name.
  @FunctionalInterface
  public interface FileReader {
    /// The file's text; a sentence about what is wrong with it in the exception.
    String read(String file) throws UnreadableException;
  }

  /// A file cannot be read.
  public static final class UnreadableException extends Exception {
    private static final long serialVersionUID = 1L;

    /// @param reason what is wrong, to follow the file's name
    public UnreadableException(String reason) {
      super(reason);
    }
  }

  private final PenSetup setup = new PenSetup();
  private final List<String> errors = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final List<String> commandFiles = new ArrayList<>();
  private final List<OwnAddress> ownAddresses = new ArrayList<>();
  private final PenCommands commands;
  private Optional<String> pidFile = Optional.empty();
  private boolean debug;
  private boolean foreground;
  private boolean printConfig;

  private PenCommandLine(FileReader reader) {
    commands = new PenCommands(setup, file -> lines(reader, file), errors, notes);
  }

  /// Reads a command line as Pen does: options anywhere, bundled or not, then the files of `-F`.
  ///
  /// @param arguments what follows `pen`
  public static PenCommandLine parse(List<String> arguments, FileReader reader) {
    PenCommandLine line = new PenCommandLine(reader);
    line.read(new ArrayDeque<>(arguments));
    return line;
  }

  /// Everything that is wrong, each in a sentence of its own.
  public List<String> errors() {
    return List.copyOf(errors);
  }

  /// What was left out, and why nothing is lost by it.
  public List<String> notes() {
    return List.copyOf(notes);
  }

  /// `-d`
  public boolean isDebug() {
    return debug;
  }

  /// `-p FILE`
  public Optional<String> pidFile() {
    return pidFile;
  }

  /// `--print-config`
  public boolean isPrintConfig() {
    return printConfig;
  }

  /// The interface that `dsr_if` names.
  public Optional<String> link() {
    return setup.link;
  }

  /// Whether the addresses to ask from were given on the command line (`--real`).
  public boolean hasOwnAddresses() {
    return !ownAddresses.isEmpty();
  }

  // ---- the command line

  private void read(Deque<String> arguments) {
    List<String> positional = new ArrayList<>();
    while (!arguments.isEmpty()) {
      String argument = arguments.pop();
      if (argument.equals("--")) {
        positional.addAll(arguments);
        break;
      } else if (argument.startsWith("--")) {
        longOption(argument, arguments);
      } else if (argument.startsWith("-") && argument.length() > 1) {
        letters(argument, arguments);
      } else {
        positional.add(argument);
      }
    }
    if (!foreground && !printConfig) {
      notes.add("runs in the foreground, as with -f; a systemd unit puts it in the background");
    }
    servers(positional);
    commandFiles.forEach(commands::file);
    complete();
  }

  private void longOption(String argument, Deque<String> arguments) {
    switch (argument) {
      case "--print-config" -> printConfig = true;
      case "--debug" -> debug = true;
      case "--real" -> {
        String value = arguments.isEmpty() ? "" : arguments.pop();
        OwnAddress.tryParse(value)
            .ifPresentOrElse(
                ownAddresses::add,
                () -> errors.add("--real '" + value + "' is not such as 192.168.2.4/24"));
      }
      default -> errors.add(argument + " is not an option; see pitchlake pen --help");
    }
  }

  /// `-df`, `-O "acl 1 permit 192.168.2.11"`, `-Oprio`.
  private void letters(String argument, Deque<String> arguments) {
    for (int at = 1; at < argument.length(); at++) {
      char letter = argument.charAt(at);
      PenRule rule = PenRule.OPTIONS.get(letter);
      if (rule == null) {
        errors.add("-" + letter + " is not an option of Pen; see pitchlake pen --help");
        continue;
      }
      String value = argument.substring(at + 1);
      if (rule.valued() && value.isEmpty()) {
        if (arguments.isEmpty()) {
          errors.add("-" + letter + " lacks its argument");
          return;
        }
        value = arguments.pop();
      }
      String shown = "-" + letter + (rule.valued() ? " " + value : "");
      switch (rule.fate()) {
        case REFUSED -> errors.add(shown + " " + rule.words());
        case LEFT_OUT -> notes.add(shown + " is left out: " + rule.words());
        case TAKEN -> taken(letter, value);
      }
      if (rule.valued()) {
        return;
      }
    }
  }

  private void taken(char letter, String value) {
    switch (letter) {
      case 'B' -> setup.abuse = special("-B", value);
      case 'F' -> commandFiles.add(value);
      case 'N' -> {
        setup.hash = true;
        setup.untracked = true;
      }
      case 'O', 'o' -> commands.run(value);
      case 'T' -> commands.run("tracking " + value);
      case 'U' -> setup.udp = true;
      case 'W' -> setup.weighted = true;
      case 'd' -> debug = true;
      case 'e' -> setup.emergency = special("-e", value);
      case 'f' -> foreground = true;
      case 'h' -> setup.hash = true;
      case 'p' -> pidFile = Optional.of(value);
      case 'r' -> setup.roundRobin = true;
      default -> throw new IllegalStateException("-" + letter + " is taken by nobody");
    }
  }

  /// The emergency or abuse server.
  private Optional<Backend> special(String option, String text) {
    Optional<Backend> backend = backend(text);
    if (backend.isEmpty()) {
      errors.add(
          option + " '" + text + "' is not an address such as 192.168.2.9 or 192.168.2.9:80");
    }
    return backend;
  }

  private void servers(List<String> positional) {
    if (positional.isEmpty()) {
      return; // a file of commands may say it all
    }
    String listen = positional.getFirst();
    if (listen.startsWith("/")) {
      errors.add(listen + " is a Unix socket; write the address and port that clients ask for");
    } else if (!setup.listen(listen)) {
      errors.add("'" + listen + "' is not an address and port in numbers, such as 192.168.2.10:80");
    }
    for (String text : positional.subList(1, positional.size())) {
      backend(text)
          .ifPresentOrElse(
              setup.backends::add,
              () ->
                  errors.add(
                      "'"
                          + text
                          + "' is not a server such as 192.168.2.2 or"
                          + " 192.168.2.2:80:max:hard:weight:prio; write addresses and ports in"
                          + " numbers"));
    }
  }

  private static Optional<Backend> backend(String text) {
    Optional<PenAddress> parts = PenAddress.parse(text);
    if (parts.isEmpty() || parts.get().address().isEmpty()) {
      return Optional.empty();
    }
    Backend backend = new Backend();
    backend.address = parts.get().address().get();
    backend.port = parts.get().number(0);
    backend.max = parts.get().number(1);
    backend.hard = parts.get().number(2);
    backend.weight = parts.get().number(3);
    backend.prio = parts.get().number(4);
    return Optional.of(backend);
  }

  private List<String> lines(FileReader reader, String file) {
    try {
      return reader.read(file).lines().toList();
    } catch (UnreadableException e) {
      errors.add(file + ": " + e.getMessage());
      return List.of();
    }
  }

  /// What only the whole can tell.
  private void complete() {
    if (setup.link.isEmpty()) {
      errors.add(NO_DSR);
    }
    if (setup.listenAddress.isEmpty()) {
      errors.add(
          "there is no listening address; where no connection is made, 'all addresses' are none:"
              + " write it before the servers, such as 192.168.2.10:80");
    }
    if (setup.listenAddress.isPresent() && setup.listenPort == 0) {
      errors.add("the listening address has no port; write it such as 192.168.2.10:80");
    }
    setup.backends.removeIf(backend -> backend.address == null);
    if (setup.backends.isEmpty()) {
      errors.add("there is no server; write at least one behind the listening address");
    }
    everyBackend().forEach(this::complete);
    if (setup.tarpitAcl.isPresent() && !setup.accessLists.containsKey(setup.tarpitAcl.getAsInt())) {
      errors.add(
          "tarpit_acl %1$d names a list without entries, which in Pen permits every address there is; write -O \"acl %1$d permit 192.168.2.0 255.255.255.0\" with the addresses that are meant"
              .formatted(setup.tarpitAcl.getAsInt()));
    }
    if (setup.idleSeconds.isPresent() && setup.idleSeconds.getAsInt() == 0) {
      notes.add("idle_timeout 0 is left out: flows end when they are silent for set sessiontcpto");
    }
  }

  private List<Backend> everyBackend() {
    List<Backend> all = new ArrayList<>(setup.backends);
    setup.emergency.ifPresent(all::add);
    setup.abuse.ifPresent(all::add);
    return all;
  }

  private void complete(Backend backend) {
    if (backend.port != 0 && backend.port != setup.listenPort && setup.listenPort != 0) {
      errors.add(
          "%s:%d has another port than the listening address (%d), but direct server return changes MAC addresses alone; let the server listen on port %d"
              .formatted(backend.address, backend.port, setup.listenPort, setup.listenPort));
    }
    if (setup.listenAddress.isPresent()
        && setup.listenAddress.get().isIpv4() != backend.address.isIpv4()) {
      errors.add(
          backend.address
              + " is of another address family than the listening address, but direct server return"
              + " changes MAC addresses alone");
    }
    if (backend.weight > HIGHEST_WEIGHT) {
      errors.add(
          backend.address
              + " has the weight "
              + backend.weight
              + "; write one of at most "
              + HIGHEST_WEIGHT);
    }
  }

  // ---- the configuration

  /// The configuration in this program's language, as text.
  ///
  /// `real` and the block of each network are those of the interface's own addresses, of the
  /// families that the command line names; frames of a VLAN arrive untagged on the VLAN's own
  /// interface, so none is written. What keeps the addresses from being enough is added to
  /// [#errors], and then the text is of no use.
  ///
  /// @param found the interface's addresses; not asked for where `--real` names some
  public String configuration(List<OwnAddress> found) {
    List<OwnAddress> candidates = usable(hasOwnAddresses() ? ownAddresses : found);
    StringBuilder text = new StringBuilder();
    String link = setup.link.orElse("");
    text.append("interface 1 { name ").append(ConfigWriter.quoted(link)).append(" }\n");
    List<OwnAddress> real = oneForEachBlock(candidates, true);
    List<OwnAddress> real6 = oneForEachBlock(candidates, false);
    checkListening(link, candidates);
    int networks = Math.max(real.size(), real6.size());
    for (int i = 0; i < networks; i++) {
      text.append("network ").append(i + 1).append(" { ");
      if (i < real.size()) {
        text.append("addr %s real %s ".formatted(real.get(i).prefix(), real.get(i).address()));
      }
      if (i < real6.size()) {
        text.append("addr6 %s real6 %s ".formatted(real6.get(i).prefix(), real6.get(i).address()));
      }
      text.append(setup.tarpitAcl.isPresent() ? "tarpit enable " : "").append("interface 1 }\n");
    }
    server(text);
    setup.accessLists.forEach((number, entries) -> accessList(text, number, entries));
    setup.tarpitAcl.ifPresent(number -> text.append("tarpit_acl ").append(number).append('\n'));
    if (setup.idleSeconds.orElse(0) > 0) {
      text.append("set sessiontcpto ").append(setup.idleSeconds.getAsInt()).append('\n');
    }
    enable(text, "networks", networks);
    enable(text, "servers", 1);
    enable(text, "targets", everyBackend().size());
    return text.toString();
  }

  /// Addresses that proofs can be sent from, in families that are spoken of.
  private List<OwnAddress> usable(List<OwnAddress> found) {
    boolean ipv4 = names(true);
    boolean ipv6 = names(false);
    return found.stream()
        .filter(own -> own.address().isIpv4() ? ipv4 : ipv6)
        .filter(own -> !own.address().isLoopback() && !own.address().isLinkLocal())
        .filter(own -> own.length() > 0 && own.length() <= (own.address().isIpv4() ? 30 : 127))
        .filter(own -> !setup.listenAddress.equals(Optional.of(own.address())))
        .toList();
  }

  private boolean names(boolean ipv4) {
    return setup.listenAddress.stream().anyMatch(address -> address.isIpv4() == ipv4)
        || setup.accessLists.values().stream()
            .flatMap(List::stream)
            .anyMatch(entry -> entry.prefix().isIpv4() == ipv4);
  }

  /// The first address of each block; a block that lies in another one belongs to it.
  private static List<OwnAddress> oneForEachBlock(List<OwnAddress> candidates, boolean ipv4) {
    List<OwnAddress> chosen = new ArrayList<>();
    for (OwnAddress own : candidates) {
      if (own.address().isIpv4() == ipv4
          && chosen.stream().noneMatch(other -> other.prefix().overlaps(own.prefix()))) {
        chosen.add(own);
      }
    }
    return chosen;
  }

  private void checkListening(String link, List<OwnAddress> candidates) {
    if (setup.listenAddress.isEmpty() || setup.link.isEmpty()) {
      return;
    }
    IpAddress listening = setup.listenAddress.get();
    if (candidates.stream().noneMatch(own -> own.address().isIpv4() == listening.isIpv4())) {
      errors.add(
          "%1$s has no address of its own that proofs and requests could be sent from; give it one ('ip addr add 192.168.2.4/24 dev %1$s'), or write --real 192.168.2.4/24 with an unused address of the segment"
              .formatted(link));
    } else if (candidates.stream().noneMatch(own -> own.prefix().contains(listening))) {
      errors.add(
          "%s is in no network of %s (%s), so nobody would ask for it there"
              .formatted(
                  listening,
                  link,
                  String.join(
                      ", ", candidates.stream().map(own -> own.prefix().toString()).toList())));
    }
  }

  private void server(StringBuilder text) {
    List<Backend> backends = everyBackend();
    int regular = setup.backends.size();
    text.append(
        "server 1 { ipaddr %s port %d protocol %s dsr enable "
            .formatted(
                setup.listenAddress.map(IpAddress::toString).orElse(""),
                setup.listenPort,
                setup.udp ? "udp" : "tcp"));
    text.append("targets ");
    for (int i = 1; i <= regular; i++) {
      text.append(i == 1 ? "" : ",").append(i);
    }
    text.append(balancing());
    int next = regular + 1;
    if (setup.emergency.isPresent()) {
      text.append(" emergency ").append(next++);
    }
    if (setup.abuse.isPresent()) {
      text.append(" abuse ").append(next);
    }
    if (setup.accessLists.containsKey(setup.clientAcl)) {
      text.append(" client_acl ").append(setup.clientAcl);
    }
    text.append(" }\n");
    for (int i = 0; i < backends.size(); i++) {
      target(text, i + 1, backends.get(i));
    }
  }

  /// The modes hide each other as in Pen: `prio` before `weight` before `hash`.
  private String balancing() {
    if (setup.weighted && !setup.byPriority) {
      return " scheduler leastsession" + tracking();
    }
    if (setup.hash) {
      return " scheduler hash" + tracking();
    }
    return " scheduler rr" + tracking();
  }

  /// Clients come back to the server they were sent to, unless `-r` or `-N` says otherwise.
  private String tracking() {
    if (setup.roundRobin || setup.untracked) {
      return "";
    }
    int seconds = setup.trackingSeconds.orElse(0);
    boolean forEver = seconds == 0 || seconds > LONGEST_TRACKING_SECONDS;
    return " persistence 32,128 " + (forEver ? LONGEST_TRACKING_SECONDS : seconds);
  }

  private void target(StringBuilder text, int number, Backend backend) {
    text.append("target %d { ipaddr %s ".formatted(number, backend.address));
    if (backend.port != 0) {
      text.append("port ").append(backend.port).append(' ');
    }
    if (setup.weighted && backend.weight > 0) {
      text.append("weight ").append(backend.weight).append(' ');
    }
    if (setup.byPriority && backend.prio > 0) {
      text.append("priority ").append(backend.prio).append(' ');
    }
    if (backend.max > 0 || backend.hard > 0) {
      // Without a soft limit the hard one is both; without a hard one known clients have none.
      text.append("maxsessions ").append(backend.max > 0 ? backend.max : backend.hard);
      text.append(" hardmax ").append(backend.hard > 0 ? backend.hard : NO_LIMIT).append(' ');
    }
    text.append("}\n");
  }

  private static void accessList(StringBuilder text, int number, List<AccessList.Entry> entries) {
    for (AccessList.Entry entry : entries) {
      text.append(
          "acl %d %s %s\n".formatted(number, entry.permit() ? "permit" : "deny", entry.prefix()));
    }
  }

  private static void enable(StringBuilder text, String group, int count) {
    if (count > 0) {
      StringBuilder numbers = new StringBuilder();
      for (int i = 1; i <= count; i++) {
        numbers.append(i == 1 ? "" : ",").append(i);
      }
      text.append("register %s %s\nenable %s %s\n".formatted(group, numbers, group, numbers));
    }
  }
}
