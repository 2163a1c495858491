package io.pitchlake.node.event.sink;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.text.Json;
import io.pitchlake.node.event.sink.Attackers.Attacker;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/// A STIX 2.1 bundle: this node as an identity, and for each attacker its address, what was
/// observed of it, an indicator that is valid until it is taken out, and that one is based on the
/// other. All identifiers follow from what they name (UUIDs of version 5), so a reader that takes
/// the bundle in again and again updates what it has.
final class StixBundle implements ListFormat {
  /// The namespace that STIX 2.1 section 2.9 gives to addresses.
  private static final UUID OBSERVABLES = UUID.fromString("00abedb4-aa42-466c-9c01-fed23315a9b7");

  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final int VERSION_BYTE = 6;
  private static final int VARIANT_BYTE = 8;

  private static final int MOST_OBSERVED = 999_999_999;

  private final Observer observer;
  private final long startMillis;
  private final UUID own;

  /// @param startMillis when this node has started, since the epoch
  StixBundle(Observer observer, long startMillis) {
    this.observer = observer;
    this.startMillis = startMillis;
    this.own = named(OBSERVABLES, "pitchlake " + observer.hostName());
  }

  @Override
  public String of(List<Attacker> attackers, long nowMillis, long timeoutMillis) {
    String identity = "identity--" + own;
    List<Object> objects = new ArrayList<>();
    Map<String, Object> node = object("identity", identity, startMillis, startMillis);
    node.put("name", "Pitchlake " + observer.hostName());
    node.put("identity_class", "system");
    objects.add(node);
    for (Attacker attacker : attackers) {
      about(attacker, identity, timeoutMillis, objects);
    }
    Map<String, Object> bundle = new LinkedHashMap<>();
    bundle.put("type", "bundle");
    bundle.put("id", "bundle--" + named(own, "bundle " + nowMillis));
    bundle.put("objects", objects);
    return Json.of(bundle) + '\n';
  }

  private void about(Attacker attacker, String identity, long timeoutMillis, List<Object> objects) {
    IpAddress address = attacker.address();
    String type = address.isIpv4() ? "ipv4-addr" : "ipv6-addr";
    String ip = type + "--" + named(OBSERVABLES, "{\"value\":\"" + address + "\"}");
    Map<String, Object> observable = new LinkedHashMap<>();
    observable.put("type", type);
    observable.put("spec_version", "2.1");
    observable.put("id", ip);
    observable.put("value", address.toString());
    objects.add(observable);

    // Somebody who attacks again later is somebody new to indicate.
    String one = address + " " + attacker.firstMillis();
    String observed = "observed-data--" + named(own, "observed " + one);
    Map<String, Object> data =
        object("observed-data", observed, attacker.firstMillis(), attacker.lastMillis());
    data.put("created_by_ref", identity);
    data.put("first_observed", time(attacker.firstMillis()));
    data.put("last_observed", time(attacker.lastMillis()));
    data.put("number_observed", Math.min(attacker.times(), MOST_OBSERVED));
    data.put("object_refs", List.of(ip));
    objects.add(data);

    String indicated = "indicator--" + named(own, "indicator " + one);
    Map<String, Object> indicator =
        object("indicator", indicated, attacker.firstMillis(), attacker.lastMillis());
    indicator.put("created_by_ref", identity);
    indicator.put("name", "Attacks simulated addresses");
    indicator.put("indicator_types", List.of("malicious-activity"));
    indicator.put("pattern", "[" + type + ":value = '" + address + "']");
    indicator.put("pattern_type", "stix");
    indicator.put("valid_from", time(attacker.firstMillis()));
    indicator.put("valid_until", time(attacker.untilMillis(timeoutMillis)));
    objects.add(indicator);

    Map<String, Object> relationship =
        object(
            "relationship",
            "relationship--" + named(own, "based-on " + one),
            attacker.firstMillis(),
            attacker.lastMillis());
    relationship.put("created_by_ref", identity);
    relationship.put("relationship_type", "based-on");
    relationship.put("source_ref", indicated);
    relationship.put("target_ref", observed);
    objects.add(relationship);
  }

  private static Map<String, Object> object(
      String type, String id, long createdMillis, long modifiedMillis) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("type", type);
    object.put("spec_version", "2.1");
    object.put("id", id);
    object.put("created", time(createdMillis));
    object.put("modified", time(modifiedMillis));
    return object;
  }

  private static String time(long millis) {
    return TIMESTAMP.format(Instant.ofEpochMilli(millis));
  }

  /// A UUID of version 5 (RFC 9562 section 5.5).
  static UUID named(UUID namespace, String name) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-1");
      digest.update(
          ByteBuffer.allocate(2 * Long.BYTES)
              .putLong(namespace.getMostSignificantBits())
              .putLong(namespace.getLeastSignificantBits())
              .flip());
      byte[] hash = digest.digest(name.getBytes(StandardCharsets.UTF_8));
      hash[VERSION_BYTE] = (byte) (hash[VERSION_BYTE] & 0x0f | 0x50);
      hash[VARIANT_BYTE] = (byte) (hash[VARIANT_BYTE] & 0x3f | 0x80);
      ByteBuffer words = ByteBuffer.wrap(hash);
      return new UUID(words.getLong(), words.getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java runtime has SHA-1", e);
    }
  }
}
