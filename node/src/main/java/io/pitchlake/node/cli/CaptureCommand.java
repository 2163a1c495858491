package io.pitchlake.node.cli;

import io.pitchlake.common.pcap.PcapReader;
import io.pitchlake.common.text.JsonReader;
import io.pitchlake.node.admin.AdminClient;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `pitchlake capture`
@Command(
    name = "capture",
    customSynopsis =
        "pitchlake capture [-w FILE [--size MB] [--files N]] [-n FRAMES] [--for SECONDS]%n"
            + "                         [--address ADDRESS] [-s SOCKET]",
    header = "Record what decoys are sent and what they answer, as a pcap file.",
    description = {
      "",
      "Frames for simulated addresses that this node answers for, and their answers: what balanced "
          + "servers and living machines say is not among them. Until interrupted, or so many frames or "
          + "seconds have passed. Without --write the file goes to standard output, for another program "
          + "to read. One capture at a time; a reader that is too slow misses frames, which are counted.",
      ""
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:recorded",
      "2:wrong usage",
      "6:a file cannot be written",
      "9:no node answers at the socket, or its engine hangs",
      "10:another capture runs",
      "70:a fault of the program"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  pitchlake capture | tshark -r -",
      "  pitchlake capture --write trapped.pcap --size 10 --files 5",
      "  pitchlake capture -n 100 --address 192.168.2.66 --write one.pcap"
    })
final class CaptureCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger("pitchlake");
  private static final long MEGABYTE = 1_000_000;

  private final Surroundings world;
  @Mixin private NodeSocket node;

  @Option(
      names = {"-w", "--write"},
      paramLabel = "FILE",
      description = "Where to; what is there is overwritten.")
  private Path file;

  @Option(
      names = "--size",
      paramLabel = "MB",
      defaultValue = "100",
      description = "Most millions of bytes in one file, 1 to 100000 (100).")
  private int megabytes;

  @Option(
      names = "--files",
      paramLabel = "N",
      defaultValue = "2",
      description =
          "Files to keep, 1 to 1000 (2): FILE with the newest frames, FILE.1 with those before, and so "
              + "on. With 1 the capture ends when FILE is full.")
  private int files;

  @Option(
      names = {"-n", "--frames"},
      paramLabel = "FRAMES",
      description = "How many at most.")
  private Long frames;

  @Option(
      names = "--for",
      paramLabel = "SECONDS",
      description = "How long at most, 1 to 86400 (3600).")
  private Integer seconds;

  @Option(
      names = "--address",
      paramLabel = "ADDRESS",
      description = "Frames from or to this address alone, a decoy's or an attacker's.")
  private String address;

  private final AtomicLong seen = new AtomicLong();
  private final AtomicLong seenBytes = new AtomicLong();

  CaptureCommand(Surroundings world) {
    this.world = world;
  }

  @Override
  public Integer call() throws Failure {
    within("--size", megabytes, 1, 100_000);
    within("--files", files, 1, 1000);
    within("--frames", frames == null ? 1 : frames, 1, Long.MAX_VALUE);
    if (file == null && world.console().outIsTerminal()) {
      throw new Failure(
          ExitCode.USAGE,
          "a terminal is no place for a pcap file; write --write FILE, or hand it on: pitchlake capture | tshark -r -");
    }
    try (AdminClient.Ongoing answer = begin()) {
      if (!answer.isGood()) {
        String reason = new String(answer.body().readAllBytes(), StandardCharsets.UTF_8);
        throw new Failure(NodeSocket.codeOf(answer.status()), reason.strip().lines().toList());
      }
      // Ctrl-C: nothing more is read, and what has been read is written.
      world.ending().whenAsked(answer::close);
      record(answer);
    } catch (IOException e) {
      throw cannotWrite(e);
    }
    world.err().println(summary());
    world.err().flush();
    return ExitCode.OK;
  }

  private static void within(String option, long value, long least, long most) throws Failure {
    if (value < least || value > most) {
      throw new Failure(
          ExitCode.USAGE,
          "%s %d: write a number from %d to %d".formatted(option, value, least, most));
    }
  }

  private AdminClient.Ongoing begin() throws Failure {
    try {
      return node.client(world)
          .begin(
              "POST",
              new Query("/capture").with("address", address).with("seconds", seconds).toString(),
              "text/plain");
    } catch (IOException e) {
      throw node.unreachable(world);
    }
  }

  private Failure cannotWrite(IOException e) {
    return new Failure(
        ExitCode.CAPTURE,
        "%s cannot be written: %s"
            .formatted(file == null ? "standard output" : file, e.getMessage()));
  }

  private void record(AdminClient.Ongoing answer) throws Failure, IOException {
    try (FrameSink sink =
            file == null
                ? FrameSink.to(world.console().out())
                : new CaptureFiles(file, megabytes * MEGABYTE, files);
        Progress _ = Progress.of(world, passed -> counts() + ", %d s".formatted(passed))) {
      BufferedInputStream in = new BufferedInputStream(answer.body());
      PcapReader reader = open(in, answer);
      while (reader != null && (frames == null || seen.get() < frames) && next(reader, answer)) {
        if (!sink.write(reader.timestampNanos(), reader.bytes(), reader.length())) {
          return;
        }
        seen.incrementAndGet();
        seenBytes.addAndGet(reader.length());
        if (in.available() == 0) {
          // Whoever reads the file sees each frame as it comes.
          sink.flush();
        }
      }
    } catch (IOException e) {
      // Whoever reads standard output may have had enough.
      if (file != null) {
        throw e;
      }
      LOG.debug("standard output is read no more", e);
    }
  }

  /// The file's head, or null when it was not waited for.
  private PcapReader open(InputStream in, AdminClient.Ongoing answer) throws Failure {
    try {
      return new PcapReader("the node's answer", in);
    } catch (IOException e) {
      throwUnlessEnded(answer, e);
      return null;
    }
  }

  private boolean next(PcapReader reader, AdminClient.Ongoing answer) throws Failure {
    try {
      return reader.next();
    } catch (IOException e) {
      throwUnlessEnded(answer, e);
      return false;
    }
  }

  private void throwUnlessEnded(AdminClient.Ongoing answer, IOException e) throws Failure {
    if (!answer.isEnded()) {
      LOG.debug("the capture has ended", e);
      throw new Failure(
          ExitCode.UNREACHABLE,
          "the node has ended the capture: it was stopped, or its frames were not read for ten seconds; "
              + counts());
    }
  }

  private String counts() {
    return "%d frames (%d bytes)%s".formatted(seen.get(), seenBytes.get(), lost());
  }

  /// What the node says found no room; nothing where it does not answer.
  private String lost() {
    try {
      AdminClient.Answer answer = node.ask(world, "GET", new Query("/api/v1/capture"), true);
      return answer.isGood()
              && JsonReader.object(JsonReader.read(answer.body())).get("lost") instanceof Long lost
          ? ", %d lost".formatted(lost)
          : "";
    } catch (Failure e) {
      return "";
    }
  }

  private String summary() {
    return "captured " + counts() + (file == null ? "" : " to " + file);
  }
}
