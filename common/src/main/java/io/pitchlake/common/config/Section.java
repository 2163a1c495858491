package io.pitchlake.common.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// One section as read, before it is checked: each directive with its value and place. A directive
/// whose value was wrong is present without a value, so that one mistake is not reported as two.
final class Section {
  private final SectionKind kind;
  private final int id;
  private final Token head;
  private final Map<Field<?>, List<Placed<Object>>> given = new LinkedHashMap<>();

  Section(SectionKind kind, int id, Token head) {
    this.kind = kind;
    this.id = id;
    this.head = head;
  }

  int id() {
    return id;
  }

  /// The word that opens it.
  Token head() {
    return head;
  }

  /// `network 3`
  String title() {
    return id > 0 ? kind.word() + " " + id : kind.word();
  }

  <T> void add(Field<T> field, T value, Token at) {
    given.computeIfAbsent(field, f -> new ArrayList<>()).add(new Placed<>(value, at));
  }

  /// Whether the directive stands in the section, with a good value or a bad one.
  boolean has(Field<?> field) {
    return given.containsKey(field);
  }

  /// Where the directive stands; the section's head when it does not.
  Token at(Field<?> field) {
    return has(field) ? given.get(field).getFirst().at() : head;
  }

  <T> Optional<T> value(Field<T> field) {
    return placed(field).stream().map(Placed::value).findFirst();
  }

  <T> List<T> values(Field<T> field) {
    return placed(field).stream().map(Placed::value).toList();
  }

  /// The good values with their places.
  <T> List<Placed<T>> placed(Field<T> field) {
    @SuppressWarnings("unchecked") // add() is called with what the field's own reader made
    List<Placed<T>> all = (List<Placed<T>>) (List<?>) given.getOrDefault(field, List.of());
    return all.stream().filter(one -> Objects.nonNull(one.value())).toList();
  }
}
