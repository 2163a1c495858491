package io.pitchlake.common.config;

import io.pitchlake.common.net.AccessList.Entry;
import io.pitchlake.common.net.IpPrefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A file as read, before the parts are held against each other.
final class Draft {
  Placed<String> hostname;
  Placed<List<Placed<String>>> modules;

  /// Whether every module of the list was understood, so that one that is missing is missing.
  boolean modulesUnderstood = true;

  Placed<Integer> tarpitAcl;
  Placed<Configuration.Syslog> syslog;
  final List<IpPrefix> exempt = new ArrayList<>();
  final Map<Integer, List<Entry>> accessLists = new LinkedHashMap<>();
  final Map<Setting, Placed<Long>> settings = new EnumMap<>(Setting.class);
  private final Map<SectionKind, Map<Integer, Section>> sections = perKind();
  private final Map<SectionKind, Map<Integer, Token>> registered = perKind();
  private final Map<SectionKind, Map<Integer, Token>> enabled = perKind();

  private static <T> Map<SectionKind, Map<Integer, T>> perKind() {
    Map<SectionKind, Map<Integer, T>> maps = new EnumMap<>(SectionKind.class);
    for (SectionKind kind : SectionKind.values()) {
      maps.put(kind, new LinkedHashMap<>());
    }
    return maps;
  }

  /// Sections by number; 0 where the kind is not numbered.
  Map<Integer, Section> sections(SectionKind kind) {
    return sections.get(kind);
  }

  Collection<Section> all(SectionKind kind) {
    return sections.get(kind).values();
  }

  /// The section of a kind that is not numbered.
  Optional<Section> only(SectionKind kind) {
    return Optional.ofNullable(sections(kind).get(0));
  }

  /// Whether the file says that there are to be several engines.
  boolean hasSeveralEngines() {
    Placed<Long> engines = settings.get(Setting.ENGINES);
    return engines != null && engines.value() != null && engines.value() > 1;
  }

  boolean defines(SectionKind kind, int id) {
    return sections.get(kind).containsKey(id);
  }

  /// Numbers of `register` lists, each with its first place.
  Map<Integer, Token> registered(SectionKind kind) {
    return registered.get(kind);
  }

  /// Numbers of `enable` lists, each with its first place.
  Map<Integer, Token> enabled(SectionKind kind) {
    return enabled.get(kind);
  }
}
