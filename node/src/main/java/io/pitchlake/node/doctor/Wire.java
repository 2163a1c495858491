package io.pitchlake.node.doctor;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.time.Clock;
import io.pitchlake.node.port.Batch;
import io.pitchlake.node.port.Port;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// A segment as the doctor hears and asks it, through a packet socket of its own beside the node's.
/// What this host sends is not heard. One thread.
final class Wire implements AutoCloseable {
  /// An Ethernet header and two VLAN tags.
  static final int LONGEST_HEADER_BYTES = 22;

  private static final int BATCH_FRAMES = 64;

  /// A question is asked so often.
  private static final int TRIES = 3;

  /// And each time waited for so long.
  private static final long PATIENCE_NANOS = 400_000_000;

  /// More than a quiet segment says in a minute; what is beyond is not kept.
  private static final int MOST_KEPT = 100_000;

  private final Port port;
  private final Clock clock;
  private final Mouth mouth;
  private final Ear ear = new Ear();
  private final Batch batch = new Batch(BATCH_FRAMES);
  private final List<Heard> heard = new ArrayList<>();
  private int longestFrame;
  private long listenedUntilNanos;

  /// @param sent what is asked is counted there
  Wire(Port port, Clock clock, Map<Mouth.Question, Integer> sent) {
    this.port = port;
    this.clock = clock;
    this.mouth = new Mouth(port, sent);
  }

  /// The interface.
  String name() {
    return port.name();
  }

  /// Its own address.
  long mac() {
    return port.mac();
  }

  /// Bytes of the longest frame so far.
  int longestFrame() {
    return longestFrame;
  }

  /// All that was heard so far.
  List<Heard> heard() {
    return Collections.unmodifiableList(heard);
  }

  /// When it was last looked for frames: what has come since is not heard.
  long listenedUntilNanos() {
    return listenedUntilNanos;
  }

  /// A question and what answers it.
  record Asked(Runnable question, Predicate<Heard> answer) {}

  Mouth mouth() {
    return mouth;
  }

  /// Sends what was said.
  void flush() {
    port.flush();
  }

  /// Asks all of them, those without an answer again, up to three times; the answers in the order
  /// of the questions.
  List<Optional<Heard>> ask(List<Asked> questions) {
    int from = heard.size();
    List<Optional<Heard>> answers =
        new ArrayList<>(Collections.nCopies(questions.size(), Optional.empty()));
    for (int round = 0; round < TRIES && answers.stream().anyMatch(Optional::isEmpty); round++) {
      for (int i = 0; i < questions.size(); i++) {
        if (answers.get(i).isEmpty()) {
          questions.get(i).question().run();
        }
      }
      port.flush();
      long until = clock.nanoTime() + PATIENCE_NANOS;
      int looked = from;
      while (answers.stream().anyMatch(Optional::isEmpty) && clock.nanoTime() - until < 0) {
        take(until - clock.nanoTime());
        for (; looked < heard.size(); looked++) {
          answered(questions, answers, heard.get(looked));
        }
      }
    }
    return answers;
  }

  private static void answered(List<Asked> questions, List<Optional<Heard>> answers, Heard heard) {
    for (int i = 0; i < questions.size(); i++) {
      if (answers.get(i).isEmpty() && questions.get(i).answer().test(heard)) {
        answers.set(i, Optional.of(heard));
      }
    }
  }

  /// Reads what is there, or waits for it for some milliseconds.
  void listen() {
    take(10_000_000);
  }

  private void take(long nanos) {
    listenedUntilNanos = clock.nanoTime();
    if (port.receive(batch) == 0) {
      port.awaitInput(Math.max(0, Math.min(nanos, 50_000_000)));
      return;
    }
    long nowNanos = listenedUntilNanos;
    for (int i = 0; i < batch.count(); i++) {
      longestFrame = Math.max(longestFrame, batch.get(i).length());
      if (heard.size() < MOST_KEPT) {
        ear.hear(batch.get(i), nowNanos).ifPresent(heard::add);
      }
    }
  }

  /// Every MAC that was named for an address in a VLAN.
  Set<Long> macsOf(int vlan, IpAddress address) {
    Set<Long> macs = new LinkedHashSet<>();
    heard.stream()
        .filter(one -> one.vlan() == vlan)
        .flatMap(one ->
            switch (one) {
              case Heard.Arp arp when arp.sender().equals(address) -> Stream.of(arp.mac());
              case Heard.Advertisement told when told.target().equals(address) ->
                  Stream.of(told.mac());
              default -> Stream.<Long>empty();
            })
        .forEach(macs::add);
    return macs;
  }

  @Override
  public void close() {
    port.close();
  }
}
