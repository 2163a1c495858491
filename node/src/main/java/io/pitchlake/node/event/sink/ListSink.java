package io.pitchlake.node.event.sink;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import io.pitchlake.common.config.SinkPlan.ToList;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.time.Clock;
import io.pitchlake.node.event.Occurrence;
import io.pitchlake.node.event.SecurityEvent.Trapped;
import io.pitchlake.node.event.sink.Attackers.Attacker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A file with those who attack now. It is written anew when that changes, once a second at most,
/// and takes the place of the old one at once, so a reader sees a whole one always. It begins empty
/// with each start of the node.
final class ListSink implements Sink {
  private static final Logger LOG = LoggerFactory.getLogger("pitchlake");
  private static final long WRITE_EVERY_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long MILLI_NANOS = 1_000_000;

  private final ToList plan;
  private final ListFormat format;
  private final Predicate<IpAddress> spared;
  private final Clock clock;
  private final Attackers attackers;
  private boolean changed = true;
  private boolean saidFull;
  private long writtenNanos;

  /// @param spared who is never in it; asked at each writing
  ListSink(ToList plan, ListFormat format, Predicate<IpAddress> spared, Clock clock) {
    this.plan = plan;
    this.format = format;
    this.spared = spared;
    this.clock = clock;
    this.attackers = new Attackers(plan.timeout().toMillis(), plan.threshold(), plan.most());
    this.writtenNanos = clock.nanoTime() - WRITE_EVERY_NANOS;
  }

  @Override
  public String name() {
    return plan.listing().name().toLowerCase(Locale.ROOT) + " " + plan.path();
  }

  @Override
  public void deliver(List<Occurrence> events) {
    for (Occurrence occurrence : events) {
      if (occurrence.event() instanceof Trapped trapped
          && Topics.trapOf(trapped.kind()).filter(plan.traps()::contains).isPresent()
          && !spared.test(trapped.attacker())) {
        changed |= attackers.add(trapped, occurrence);
      }
    }
    if (attackers.isFull() != saidFull) {
      saidFull = attackers.isFull();
      LOG.info(
          saidFull
              ? "events: {} is full ({}); who comes now is not in it"
              : "events: {} has room again, of {}",
          name(),
          plan.most());
    }
  }

  @Override
  public long tick(boolean last) throws IOException {
    changed |= attackers.expire(clock.wallMillis());
    long sinceNanos = clock.nanoTime() - writtenNanos;
    if (changed && (last || sinceNanos >= WRITE_EVERY_NANOS)) {
      write();
      return tick(false);
    }
    if (changed) {
      return WRITE_EVERY_NANOS - sinceNanos;
    }
    long millis = attackers.nextMillis(clock.wallMillis());
    return millis > NEVER / MILLI_NANOS ? NEVER : millis * MILLI_NANOS;
  }

  private void write() throws IOException {
    long nowMillis = clock.wallMillis();
    List<Attacker> listed =
        attackers.list().stream().filter(one -> !spared.test(one.address())).toList();
    byte[] text =
        format.of(listed, nowMillis, plan.timeout().toMillis()).getBytes(StandardCharsets.UTF_8);
    Path young = plan.path().resolveSibling("." + plan.path().getFileName() + ".new");
    Files.deleteIfExists(young);
    try (FileChannel channel = FileChannel.open(young, Set.of(CREATE_NEW, WRITE))) {
      // Read by others than this user, whatever the umask.
      Files.setPosixFilePermissions(young, PosixFilePermissions.fromString("rw-r--r--"));
      ByteBuffer left = ByteBuffer.wrap(text);
      while (left.hasRemaining()) {
        channel.write(left);
      }
      channel.force(true);
    }
    Files.move(young, plan.path(), StandardCopyOption.ATOMIC_MOVE);
    writtenNanos = clock.nanoTime();
    changed = false;
  }

  @Override
  public void close() {}
}
