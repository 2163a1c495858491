package io.pitchlake.node.event.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.Events;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.node.event.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Countries and networks from databases that the test writes itself.
class OriginsTest {
  @TempDir Path folder;
  private final SimClock clock = new SimClock();

  private static Map<String, Object> place(String country, String city) {
    return Map.of(
        "country",
        Map.of("iso_code", country),
        "city",
        Map.of("names", Map.of("en", city, "de", "x")),
        "location",
        Map.of("latitude", 53.55, "longitude", -10.25));
  }

  private Path places(String city) throws IOException {
    Path file = folder.resolve("city.mmdb");
    Path young = folder.resolve("young");
    new MaxMindFile()
        .with("203.0.113.0/24", place("DE", city))
        .with("198.51.100.128/25", Map.of("country", Map.of("iso_code", "CH")))
        .write(young);
    Files.move(young, file, StandardCopyOption.REPLACE_EXISTING);
    return file;
  }

  private Origins origins(Path geoip, Path asn) throws SinkException {
    return Origins.of(
        new Events(List.of(), Optional.ofNullable(geoip), Optional.ofNullable(asn)), clock);
  }

  private static Origin of(Origins origins, String address) {
    return origins.of(IpAddress.parse(address));
  }

  @Test
  void anAddressIsWhereTheDatabasesSay() throws Exception {
    Path systems = folder.resolve("asn.mmdb");
    new MaxMindFile()
        .with(
            "203.0.0.0/16",
            Map.of(
                "autonomous_system_number",
                64_496L,
                "autonomous_system_organization",
                "Example <b>"))
        .write(systems);
    try (Origins origins = origins(places("Hamburg"), systems)) {
      assertEquals(
          new Origin(
              Optional.of("DE"),
              Optional.of("Hamburg"),
              Optional.of(new Origin.Location(53.55, -10.25)),
              Optional.of(64_496L),
              Optional.of("Example <b>")),
          of(origins, "203.0.113.5"));
      assertEquals(Optional.of("CH"), of(origins, "198.51.100.200").country());
      assertEquals(Origin.UNKNOWN, of(origins, "198.51.100.5"));
      assertEquals(Origin.UNKNOWN, of(origins, "2001:db8::1"));
      assertEquals(Optional.of(64_496L), of(origins, "203.0.1.1").asn());
    }
    try (Origins none = origins(null, null)) {
      assertEquals(Origin.UNKNOWN, of(none, "203.0.113.5"));
    }
  }

  @Test
  void aDatabaseThatIsReplacedIsReadAgainAndABrokenOneIsNot() throws Exception {
    Path file = places("Hamburg");
    try (Origins origins = origins(file, null)) {
      places("Bremen");
      Files.setLastModifiedTime(file, FileTime.fromMillis(1));
      assertEquals(Optional.of("Hamburg"), of(origins, "203.0.113.5").city());
      clock.advanceSeconds(60);
      assertEquals(Optional.of("Bremen"), of(origins, "203.0.113.5").city());
      Path broken = Files.writeString(folder.resolve("broken"), "no database");
      Files.move(broken, file, StandardCopyOption.REPLACE_EXISTING);
      clock.advanceSeconds(60);
      assertEquals(Optional.of("Bremen"), of(origins, "203.0.113.5").city());
    }
  }

  @Test
  void whatIsNoDatabaseIsNamed() throws Exception {
    Path text = Files.writeString(folder.resolve("text"), "no database");
    Path missing = folder.resolve("missing");
    assertEquals(
        missing + " does not exist, or is no file",
        assertThrows(SinkException.class, () -> origins(missing, null)).getMessage());
    String said = assertThrows(SinkException.class, () -> origins(null, text)).getMessage();
    assertTrue(said.startsWith(text + " cannot be read as a MaxMind database: "), said);
  }
}
