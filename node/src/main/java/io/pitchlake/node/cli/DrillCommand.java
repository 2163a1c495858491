package io.pitchlake.node.cli;

import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.config.Configuration.Interface;
import io.pitchlake.common.config.Configuration.Link;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.Node;
import io.pitchlake.node.drill.Drill;
import io.pitchlake.node.drill.DrillException;
import io.pitchlake.node.drill.DrillPlan;
import io.pitchlake.node.drill.DrillPlan.Pair;
import io.pitchlake.node.drill.DrillReport;
import io.pitchlake.node.drill.DrillRunner;
import io.pitchlake.node.drill.Hooks;
import io.pitchlake.node.port.Port;
import io.pitchlake.node.port.PortException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `pitchlake drill NAME`
@Command(
    name = "drill",
    customSynopsis =
        "pitchlake drill NAME --interface IF (-c FILE | --virt ADDRESS) [--fault CMD] ...",
    header = "Break something of a pair and measure what a client notices.",
    description = {
      "",
      "Runs on a third machine of the pair's segment. Once a millisecond it asks who has the virtual "
          + "address (ARP), pings it, sends a SYN to a simulated address and eight bytes over a "
          + "connection to a balanced echo service; then it runs your command that breaks the "
          + "active node, waits until all is well again, and says how long each of them went "
          + "without an answer, and for how long two nodes answered.",
      "",
      "NAME says what your command does: crash, hang, link, silent, one-way, switchover, partition, "
          + "sync-loss, reboot, or several with commas; 'all' is all of them, and 'calm' runs nothing but noise and counts "
          + "changes of the active node. 'sudo deploy/lab.sh drill' does the same to a pair in "
          + "network namespaces.",
      "",
      "Commands are run by 'sh -c' with PITCHLAKE_DRILL, PITCHLAKE_PEER and PITCHLAKE_RUN set. Needs "
          + "CAP_NET_RAW, and an IPv4 address on the interface. On a pair that people use, this is "
          + "an outage.",
      ""
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:all runs were made; the figures say what came of them",
      "2:wrong usage",
      "3:the configuration is broken or runs nothing",
      "4:an interface is unknown, cannot be used or has gone",
      "5:a privilege is missing; the message names the capability",
      "8:the drill could not be made; the message says why",
      "70:a fault of the program"
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  pitchlake drill switchover --interface eth0 -c node-a.conf --runs 5 \\",
      "    --fault 'ssh node-a systemctl stop pitchlake' --restore 'ssh node-a systemctl start pitchlake' \\",
      "    --ready 'ssh node-a systemctl is-active pitchlake' --echo 192.168.2.10:7 --svg drill.svg"
    })
public final class DrillCommand implements Callable<Integer> {
  private static final Pattern INTERVAL = Pattern.compile("(\\d+)(ms|s)");
  private static final Duration DEFAULT_ADVERT = Duration.ofSeconds(1);
  private static final int MOST_RUNS = 1000;
  private static final int MOST_GUESTS = 1000;
  private static final int MOST_MINUTES = 24 * 60;
  private static final int MOST_LOOPS = 64;
  private static final int MOST_PATIENCE = 3600;

  private final Surroundings world;

  @Parameters(paramLabel = "NAME", description = "What is done to the pair.")
  private String name;

  @Option(
      names = "--interface",
      required = true,
      paramLabel = "IF",
      description = "The interface on the pair's segment.")
  private String link;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The configuration of one of the nodes: virtual address and adverts.")
  private Path file;

  @Option(
      names = "--virt",
      paramLabel = "ADDRESS",
      description = "The pair's virtual IPv4 address, where no file says it.")
  private String virt;

  @Option(
      names = "--pair",
      paramLabel = "NAME,TAP,TAP,ADDRESS",
      description =
          "A pair with its virtual address and the interfaces of this machine that see what node A "
              + "and what node B sends, as a switch does. Several are drilled in turn; echo service "
              + "and trap are behind the first.")
  private List<String> pairs = List.of();

  @Option(
      names = "--advert",
      paramLabel = "TIME",
      description = "The pair's adverts, such as 10ms.")
  private String advert;

  @Option(
      names = "--runs",
      defaultValue = "3",
      paramLabel = "N",
      description = "How often. Default: ${DEFAULT-VALUE}.")
  private int runs;

  @Option(
      names = "--ready",
      paramLabel = "CMD",
      description = "Ends with 0 when the pair is ready.")
  private String ready;

  @Option(names = "--fault", paramLabel = "CMD", description = "Breaks the active node.")
  private String fault;

  @Option(names = "--restore", paramLabel = "CMD", description = "Mends it.")
  private String restore;

  @Option(
      names = "--sessions",
      paramLabel = "CMD",
      description = "Prints how many sessions the node PITCHLAKE_NODE (a tap's name) knows.")
  private String sessions;

  @Option(
      names = "--echo",
      paramLabel = "ADDRESS:PORT",
      description = "A balanced echo service (RFC 862).")
  private String echo;

  @Option(names = "--trap", paramLabel = "ADDRESS", description = "A simulated IPv4 address.")
  private String trap;

  @Option(
      names = "--guests",
      defaultValue = "50",
      paramLabel = "N",
      description =
          "How many flows, and how many trapped peers, are held through each fault. Default: "
              + "${DEFAULT-VALUE}.")
  private int guests;

  @Option(
      names = "--patience",
      defaultValue = "60",
      paramLabel = "SECONDS",
      description = "How long to wait for a known state. Default: ${DEFAULT-VALUE}.")
  private int patience;

  @Option(
      names = "--minutes",
      defaultValue = "10",
      paramLabel = "N",
      description = "How long calm lasts. Default: ${DEFAULT-VALUE}.")
  private double minutes;

  @Option(
      names = "--load",
      defaultValue = "0",
      paramLabel = "N",
      description = "How many busy loops run on this machine beside calm. Default: none.")
  private int load;

  @Option(names = "--json", paramLabel = "FILE", description = "Write all figures there.")
  private Path json;

  @Option(names = "--svg", paramLabel = "FILE", description = "Write a timeline there.")
  private Path svg;

  public DrillCommand(Surroundings world) {
    this.world = world;
  }

  @Override
  public Integer call() throws Failure {
    DrillRunner runner =
        new DrillRunner(plan(), this::open, world.clock(), line -> world.out().println(line));
    try {
      runner.run();
      tell(runner.report());
      return ExitCode.OK;
    } catch (DrillException e) {
      tell(runner.report());
      throw new Failure(ExitCode.DRILL, e.getMessage());
    } catch (PortException e) {
      tell(runner.report());
      throw new Failure(ExitCode.of(e.reason()), e.getMessage());
    }
  }

  private void tell(DrillReport report) throws Failure {
    if (report.isEmpty()) {
      return;
    }
    world.out().println();
    report.table().forEach(world.out()::println);
    world.out().flush();
    write(json, "--json", report::json);
    write(svg, "--svg", report::svg);
  }

  private Port open(String name, Configuration.Access access) throws PortException {
    Interface opened = new Interface(1, new Link.Named(name), access, false);
    return world.ports().open(opened, 1, Set.of()).getFirst();
  }

  private interface Text {
    String get();
  }

  private static void write(Path path, String option, Text text) throws Failure {
    if (path == null) {
      return;
    }
    try {
      Files.writeString(path, text.get());
    } catch (IOException e) {
      throw new Failure(
          ExitCode.USAGE, option + " " + path + ": cannot be written: " + e.getMessage());
    }
  }

  private DrillPlan plan() throws Failure {
    between("--runs", runs, 1, MOST_RUNS);
    between("--guests", guests, 0, MOST_GUESTS);
    between("--patience", patience, 0, MOST_PATIENCE);
    between("--load", load, 0, MOST_LOOPS);
    if (minutes <= 0 || minutes > MOST_MINUTES) {
      throw wrong("--minutes", Double.toString(minutes), "write minutes up to " + MOST_MINUTES);
    }
    List<Drill> drills = drills();
    Optional<Configuration> configured =
        file == null
            ? Optional.empty()
            : Optional.of(ConfigurationFile.load(file, world).configuration());
    return new DrillPlan(
        drills,
        drills.contains(Drill.CALM) ? 1 : runs,
        link,
        pairs(configured),
        echo == null ? Optional.empty() : Optional.of(socket()),
        trap == null ? Optional.empty() : Optional.of(address("--trap", trap)),
        guests,
        new Hooks(
            Optional.ofNullable(ready),
            Optional.ofNullable(fault),
            Optional.ofNullable(restore),
            Optional.ofNullable(sessions)),
        advertNanos(configured),
        Duration.ofSeconds(patience),
        Duration.ofMillis((long) (minutes * 60_000)),
        load);
  }

  private List<Drill> drills() throws Failure {
    if (name.equals("all")) {
      return Drill.all();
    }
    List<Drill> drills = new ArrayList<>();
    for (String word : name.split(",", -1)) {
      drills.add(
          Drill.named(word)
              .orElseThrow(() ->
                  wrong(
                      "drill",
                      word,
                      "there is "
                          + Arrays.stream(Drill.values())
                              .map(Drill::word)
                              .collect(Collectors.joining(", "))
                          + ", all")));
    }
    return drills;
  }

  private List<Pair> pairs(Optional<Configuration> configured) throws Failure {
    if (pairs.isEmpty()) {
      return List.of(new Pair("pair", List.of(), virt(configured), true));
    }
    List<Pair> all = new ArrayList<>();
    for (String text : pairs) {
      List<String> words = Arrays.asList(text.split(",", -1));
      if (words.size() != 4 || words.contains("")) {
        throw wrong("--pair", text, "write NAME,TAP,TAP,ADDRESS");
      }
      all.add(
          new Pair(
              words.getFirst(),
              words.subList(1, 3),
              address("--pair", words.getLast()),
              all.isEmpty()));
    }
    return all;
  }

  private IpAddress virt(Optional<Configuration> configured) throws Failure {
    if (virt != null) {
      return address("--virt", virt);
    }
    return configured.stream()
        .flatMap(configuration -> Node.networksOf(configuration).stream())
        .flatMap(network -> network.virt().stream())
        .findFirst()
        .orElseThrow(() ->
            new Failure(
                ExitCode.USAGE,
                "which address does the pair share? write --virt ADDRESS, or -c FILE with a network"
                    + " that has a 'virt'"));
  }

  private long advertNanos(Optional<Configuration> configured) throws Failure {
    if (advert != null) {
      Matcher matcher = INTERVAL.matcher(advert);
      if (!matcher.matches()) {
        throw wrong("--advert", advert, "write such as 10ms or 1s");
      }
      long number = Long.parseLong(matcher.group(1));
      return number * (matcher.group(2).equals("s") ? 1_000_000_000L : 1_000_000L);
    }
    return configured.stream()
        .flatMap(configuration -> configuration.vrrps().values().stream())
        .map(router -> router.advert().toNanos())
        .findFirst()
        .orElse(DEFAULT_ADVERT.toNanos());
  }

  private static IpAddress address(String option, String text) throws Failure {
    return IpAddress.tryParse(text)
        .filter(IpAddress::isIpv4)
        .orElseThrow(() -> wrong(option, text, "write an IPv4 address, such as 192.168.2.5"));
  }

  private InetSocketAddress socket() throws Failure {
    int colon = echo.lastIndexOf(':');
    OptionalInt port = OptionalInt.empty();
    if (colon > 0 && echo.substring(colon + 1).matches("\\d{1,5}")) {
      port = OptionalInt.of(Integer.parseInt(echo.substring(colon + 1)));
    }
    if (port.isEmpty() || port.getAsInt() < 1 || port.getAsInt() > 65_535) {
      throw wrong("--echo", echo, "write ADDRESS:PORT, such as 192.168.2.10:7");
    }
    IpAddress service = address("--echo", echo.substring(0, colon));
    return new InetSocketAddress(service.toString(), port.getAsInt());
  }

  private static void between(String option, int value, int least, int most) throws Failure {
    if (value < least || value > most) {
      throw wrong(
          option,
          Integer.toString(value),
          String.format(Locale.ROOT, "write a number from %d to %d", least, most));
    }
  }

  private static Failure wrong(String option, String text, String remedy) {
    return new Failure(ExitCode.USAGE, "%s %s: %s".formatted(option, text, remedy));
  }
}
