package io.pitchlake.node.event.sink;

import com.maxmind.db.CHMCache;
import com.maxmind.db.Reader;
import com.maxmind.db.Reader.FileMode;
import io.pitchlake.common.config.Configuration.Events;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.time.Clock;
import io.pitchlake.node.event.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Says where addresses come from, as far as the databases know that an operator has laid down. A
/// database that is replaced is read again within a minute; a new one that is broken leaves the old
/// one in force. Event thread.
final class Origins implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("pitchlake");
  private static final long LOOK_NANOS = Duration.ofMinutes(1).toNanos();

  private final Events events;
  private final Clock clock;
  private final Optional<Database> places;
  private final Optional<Database> systems;
  private long lookedNanos;

  private Origins(
      Events events, Optional<Database> places, Optional<Database> systems, Clock clock) {
    this.events = events;
    this.places = places;
    this.systems = systems;
    this.clock = clock;
    this.lookedNanos = clock.nanoTime();
  }

  /// @throws SinkException a file is missing or no database
  static Origins of(Events events, Clock clock) throws SinkException {
    Optional<Database> places =
        events.geoip().isPresent()
            ? Optional.of(Database.open(events.geoip().get()))
            : Optional.empty();
    Optional<Database> systems =
        events.asn().isPresent()
            ? Optional.of(Database.open(events.asn().get()))
            : Optional.empty();
    return new Origins(events, places, systems, clock);
  }

  /// Whether these are the databases that `other` names.
  boolean isFor(Events other) {
    return events.geoip().equals(other.geoip()) && events.asn().equals(other.asn());
  }

  Origin of(IpAddress address) {
    if (places.isEmpty() && systems.isEmpty()) {
      return Origin.UNKNOWN;
    }
    long nowNanos = clock.nanoTime();
    if (nowNanos - lookedNanos >= LOOK_NANOS) {
      lookedNanos = nowNanos;
      places.ifPresent(Database::lookAgain);
      systems.ifPresent(Database::lookAgain);
    }
    Map<?, ?> place = places.map(database -> database.find(address)).orElse(Map.of());
    Map<?, ?> system = systems.map(database -> database.find(address)).orElse(Map.of());
    return new Origin(
        text(map(place, "country"), "iso_code"),
        text(map(map(place, "city"), "names"), "en"),
        location(map(place, "location")),
        number(system, "autonomous_system_number"),
        text(system, "autonomous_system_organization"));
  }

  private static Optional<Origin.Location> location(Map<?, ?> map) {
    return map.get("latitude") instanceof Double latitude
            && map.get("longitude") instanceof Double longitude
        ? Optional.of(new Origin.Location(latitude, longitude))
        : Optional.empty();
  }

  private static Map<?, ?> map(Map<?, ?> in, String key) {
    return in.get(key) instanceof Map<?, ?> map ? map : Map.of();
  }

  private static Optional<String> text(Map<?, ?> in, String key) {
    return in.get(key) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  private static Optional<Long> number(Map<?, ?> in, String key) {
    return in.get(key) instanceof Number number
        ? Optional.of(number.longValue())
        : Optional.empty();
  }

  @Override
  public void close() {
    places.ifPresent(Database::close);
    systems.ifPresent(Database::close);
  }

  /// One file.
  private static final class Database {
    private final Path file;
    private Reader reader;
    private FileTime written;
    private boolean broken;

    private Database(Path file, Reader reader, FileTime written) {
      this.file = file;
      this.reader = reader;
      this.written = written;
    }

    static Database open(Path file) throws SinkException {
      if (!Files.isRegularFile(file)) {
        throw new SinkException(file + " does not exist, or is no file");
      }
      try {
        FileTime written = Files.getLastModifiedTime(file);
        return new Database(file, read(file), written);
      } catch (IOException e) {
        throw new SinkException(file + " cannot be read as a MaxMind database: " + e.getMessage());
      }
    }

    private static Reader read(Path file) throws IOException {
      return new Reader(file.toFile(), FileMode.MEMORY_MAPPED, new CHMCache());
    }

    Map<?, ?> find(IpAddress address) {
      try {
        Map<?, ?> found = reader.get(address.inet(), Map.class);
        return found == null ? Map.of() : found;
      } catch (IOException | InternalError e) {
        // The error is what reading a mapped file is that somebody has cut short meanwhile.
        if (!broken) {
          broken = true;
          LOG.warn("events: {} is broken: {}", file, e.getMessage());
        }
        return Map.of();
      }
    }

    void lookAgain() {
      try {
        FileTime now = Files.getLastModifiedTime(file);
        if (!now.equals(written)) {
          Reader young = read(file);
          close();
          reader = young;
          written = now;
          broken = false;
          LOG.info("events: {} was read again", file);
        }
      } catch (IOException e) {
        LOG.warn("events: {} cannot be read again, so the old one stays: {}", file, e.getMessage());
      }
    }

    void close() {
      try {
        reader.close();
      } catch (IOException e) {
        // Memory has nothing to give back that could fail.
      }
    }
  }
}
