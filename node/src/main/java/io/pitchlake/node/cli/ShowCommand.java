package io.pitchlake.node.cli;

import io.pitchlake.common.session.AddressState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/// `pitchlake show WHAT`
@Command(
    name = "show",
    customSynopsis = "pitchlake show WHAT [-s SOCKET] [--json] [FILTER ...]",
    header = "Show what a node that runs knows and does.",
    description = {
      "",
      "WHAT is one of:",
      "  status      the node at a glance",
      "  modules     the chain",
      "  networks    networks, who is their master, how many decoys they have",
      "  addresses   who is real, simulated, being proved or held",
      "  sessions    balanced flows and translated sessions",
      "  servers     balanced servers and whether they have enough targets",
      "  targets     targets, what they get, and each of their checks",
      "  vrrp        virtual routers, their roles and why, and the peers",
      "  sync        replication",
      "  drops       why frames ended their way",
      "  counters    everything counted",
      "  events      the last events; with --follow those to come, too",
      "  top         who was deceived most",
      "  config      the configuration that runs",
      "",
      "The node is asked through its unix socket. A table that is longer than --limit ends with what "
          + "to give --after to go on.",
      ""
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:shown",
      "2:wrong usage",
      "9:no node answers at the socket, or its engine hangs",
      "70:a fault of the program"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  pitchlake show status",
      "  pitchlake show addresses --state simulated --limit 20",
      "  pitchlake show sessions --target 2 --json",
      "  pitchlake show events --follow"
    })
public final class ShowCommand implements Callable<Integer> {
  /// What can be shown.
  enum Subject {
    STATUS,
    MODULES,
    NETWORKS,
    ADDRESSES,
    SESSIONS,
    SERVERS,
    TARGETS,
    VRRP,
    SYNC,
    DROPS,
    COUNTERS,
    EVENTS,
    TOP,
    CONFIG;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }

    /// The one of that name, or the only one whose name begins so.
    static Subject of(String word) {
      List<Subject> begun =
          Stream.of(values()).filter(subject -> subject.toString().startsWith(word)).toList();
      for (Subject subject : begun) {
        if (begun.size() == 1 || subject.toString().equals(word)) {
          return subject;
        }
      }
      throw new TypeConversionException(
          begun.isEmpty()
              ? "'%s' cannot be shown; what can is %s".formatted(word, names(values()))
              : "'%s' may be %s".formatted(word, names(begun.toArray(Subject[]::new))));
    }

    private static String names(Subject... subjects) {
      return Stream.of(subjects).map(Subject::toString).collect(Collectors.joining(", "));
    }
  }

  /// All of them, for who completes what is typed.
  private static final class Names extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    Names() {
      super(Stream.of(Subject.values()).map(Subject::toString).toList());
    }
  }

  /// What `--state` may be.
  private static final class States extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    States() {
      super(
          Stream.of(AddressState.values())
              .map(state -> state.name().toLowerCase(Locale.ROOT))
              .toList());
    }
  }

  private static final class Subjects implements ITypeConverter<Subject> {
    @Override
    public Subject convert(String word) {
      return Subject.of(word);
    }
  }

  private final Surroundings world;
  @Mixin private SocketOption socket;

  @Parameters(
      paramLabel = "WHAT",
      converter = Subjects.class,
      completionCandidates = Names.class,
      description = "What to show, see above.")
  private Subject subject;

  @Option(names = "--limit", paramLabel = "N", description = "So many rows at most.")
  private Integer limit;

  @Option(
      names = "--after",
      paramLabel = "NEXT",
      description = "Go on behind an earlier answer, which said 'next'.")
  private String after;

  @Option(names = "--network", paramLabel = "N", description = "addresses: of this network.")
  private Integer network;

  @Option(
      names = "--state",
      completionCandidates = States.class,
      paramLabel = "STATE",
      description = "addresses: real, simulated, probing or held.")
  private String state;

  @Option(names = "--address", paramLabel = "ADDRESS", description = "addresses: this one.")
  private String address;

  @Option(names = "--server", paramLabel = "N", description = "sessions: of this server.")
  private Integer server;

  @Option(names = "--target", paramLabel = "N", description = "sessions: of this target.")
  private Integer target;

  @Option(names = "--client", paramLabel = "ADDRESS", description = "sessions: of this client.")
  private String client;

  @Option(
      names = {"-f", "--follow"},
      description = "events: those to come, one JSON object a line, until interrupted.")
  private boolean follow;

  public ShowCommand(Surroundings world) {
    this.world = world;
  }

  @Override
  public Integer call() throws Failure {
    if (follow && subject == Subject.EVENTS) {
      return follow();
    }
    return socket.ask(
        world,
        "GET",
        new Query("/api/v1/" + subject)
            .with("limit", limit)
            .with("after", after)
            .with("network", network)
            .with("state", state)
            .with("address", address)
            .with("server", server)
            .with("target", target)
            .with("client", client));
  }

  private int follow() throws Failure {
    try {
      socket
          .node()
          .client(world)
          .follow(
              world.ending()::whenAsked,
              event -> {
                world.out().println(event);
                world.out().flush();
                return !world.out().checkError();
              });
      return ExitCode.OK;
    } catch (IOException e) {
      throw socket.node().unreachable(world);
    }
  }
}
