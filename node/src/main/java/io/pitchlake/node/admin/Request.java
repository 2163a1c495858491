package io.pitchlake.node.admin;

import io.pitchlake.common.net.IpAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// What somebody asks for: the values of a [Route]'s parameters, as they were written.
record Request(Map<String, String> values) {
  /// What stands behind the `?` of a request.
  ///
  /// @param given the values of each name, of which the first counts
  /// @param isKnown whether there is a parameter of a name
  /// @throws Refusal a name is none of them
  static Request of(Map<String, List<String>> given, Predicate<String> isKnown) throws Refusal {
    Map<String, String> values = new LinkedHashMap<>();
    for (Map.Entry<String, List<String>> one : given.entrySet()) {
      if (!isKnown.test(one.getKey())) {
        throw Refusal.wrong("there is no parameter '%s' here".formatted(shortened(one.getKey())));
      }
      values.put(one.getKey(), one.getValue().getFirst());
    }
    return new Request(values);
  }

  /// The same with what stands in the path.
  Request with(Map<String, String> inPath) {
    Map<String, String> all = new LinkedHashMap<>(inPath);
    all.putAll(values);
    return new Request(all);
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /// A whole number within bounds.
  ///
  /// @throws Refusal it is none
  long number(String name, long otherwise, long least, long most) throws Refusal {
    Optional<Long> number = optionalNumber(name, least, most);
    return number.isPresent() ? number.get() : otherwise;
  }

  /// A whole number within bounds, or nothing.
  ///
  /// @throws Refusal it is none
  Optional<Long> optionalNumber(String name, long least, long most) throws Refusal {
    String value = values.get(name);
    if (value == null) {
      return Optional.empty();
    }
    if (value.matches("[0-9]{1,18}")
        && Long.parseLong(value) >= least
        && Long.parseLong(value) <= most) {
      return Optional.of(Long.parseLong(value));
    }
    throw Refusal.wrong(
        "%s: '%s' is no number from %d to %d".formatted(name, shortened(value), least, most));
  }

  /// An address, or nothing.
  ///
  /// @throws Refusal it is none
  Optional<IpAddress> address(String name) throws Refusal {
    String value = values.get(name);
    Optional<IpAddress> address = text(name).flatMap(IpAddress::tryParse);
    if (value != null && address.isEmpty()) {
      throw Refusal.wrong("%s: '%s' is no address".formatted(name, shortened(value)));
    }
    return address;
  }

  /// One of the constants of an enum, or nothing.
  ///
  /// @throws Refusal it is none
  <E extends Enum<E>> Optional<E> choice(String name, Class<E> type) throws Refusal {
    String value = values.get(name);
    if (value == null) {
      return Optional.empty();
    }
    StringBuilder all = new StringBuilder();
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(value)) {
        return Optional.of(constant);
      }
      all.append(all.isEmpty() ? "" : ", ").append(constant.name().toLowerCase(Locale.ROOT));
    }
    throw Refusal.wrong("%s: '%s' is none of %s".formatted(name, shortened(value), all));
  }

  /// What somebody sent, short enough to be shown.
  static String shortened(String value) {
    return value.length() <= 40 ? value : value.substring(0, 40) + "...";
  }
}
