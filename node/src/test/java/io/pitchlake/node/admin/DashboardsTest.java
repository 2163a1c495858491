package io.pitchlake.node.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.text.JsonReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The dashboards, as far as they can be judged without Grafana: what its model wants of a
/// dashboard, and that panels stand beside each other. Their queries are asked of a Prometheus in
/// the lab.
class DashboardsTest {
  private static final Path GRAFANA = Path.of("../deploy/grafana");
  private static final int COLUMNS = 24;
  private static final Set<String> KINDS =
      Set.of("row", "stat", "timeseries", "bargauge", "state-timeline");

  /// Names of Grafana's, of units that are in use here.
  private static final Set<String> UNITS =
      Set.of("none", "short", "s", "percentunit", "cps", "pps", "reqps", "Bps");

  private static final Pattern VARIABLE = Pattern.compile("\\$\\{?(\\w+)\\}?");

  static List<Path> dashboards() throws IOException {
    try (Stream<Path> files = Files.list(GRAFANA.resolve("dashboards"))) {
      return files.sorted().toList();
    }
  }

  private static Map<String, Object> read(Path file) throws IOException {
    return JsonReader.object(JsonReader.read(Files.readString(file)));
  }

  private static List<Map<String, Object>> objects(Object list) {
    return JsonReader.list(list).stream().map(JsonReader::object).toList();
  }

  private static int number(Object value) {
    return ((Number) value).intValue();
  }

  @Test
  void thereIsOneForEachPart() throws IOException {
    Set<Object> uids = new HashSet<>();
    for (Path file : dashboards()) {
      uids.add(read(file).get("uid"));
    }
    assertEquals(Set.of("pitchlake-pair", "pitchlake-tarpit", "pitchlake-balancer"), uids);
  }

  @ParameterizedTest
  @MethodSource("dashboards")
  void aDashboardIsWhole(Path file) throws IOException {
    Map<String, Object> dashboard = read(file);
    assertTrue(dashboard.get("title").toString().startsWith("Pitchlake: "));
    assertTrue(number(dashboard.get("schemaVersion")) >= 36, "Grafana 9 and later");
    Set<Object> variables =
        objects(JsonReader.object(dashboard.get("templating")).get("list")).stream()
            .map(variable -> variable.get("name"))
            .collect(Collectors.toSet());
    assertEquals(Set.of("datasource", "cluster", "node"), variables);
    Set<Object> ids = new HashSet<>();
    for (Map<String, Object> panel : objects(dashboard.get("panels"))) {
      String title = panel.get("title").toString();
      assertTrue(ids.add(panel.get("id")), "the only panel with its number: " + title);
      assertTrue(KINDS.contains(panel.get("type")), panel::toString);
      if (!panel.get("type").equals("row")) {
        panel(title, panel, variables);
      }
    }
  }

  private static void panel(String title, Map<String, Object> panel, Set<Object> variables) {
    assertFalse(panel.get("description").toString().isBlank(), title);
    Object unit =
        JsonReader.object(JsonReader.object(panel.get("fieldConfig")).get("defaults")).get("unit");
    assertTrue(UNITS.contains(unit), title + ": " + unit);
    Set<Object> letters = new HashSet<>();
    assertFalse(JsonReader.list(panel.get("targets")).isEmpty(), title);
    for (Map<String, Object> target : objects(panel.get("targets"))) {
      assertTrue(letters.add(target.get("refId")), title);
      assertFalse(target.get("legendFormat").toString().isBlank(), title);
      for (Map<String, Object> one : List.of(panel, target)) {
        assertEquals(
            Map.of("type", "prometheus", "uid", "${datasource}"), one.get("datasource"), title);
      }
      Set<String> used =
          VARIABLE
              .matcher(target.get("expr").toString())
              .results()
              .map((MatchResult match) -> match.group(1))
              .filter(name -> !name.startsWith("__"))
              .collect(Collectors.toSet());
      assertTrue(variables.containsAll(used), title + ": " + used);
    }
  }

  @ParameterizedTest
  @MethodSource("dashboards")
  void panelsStandBesideEachOther(Path file) throws IOException {
    List<int[]> places = new ArrayList<>();
    for (Map<String, Object> panel : objects(read(file).get("panels"))) {
      Map<String, Object> grid = JsonReader.object(panel.get("gridPos"));
      int[] place = {
        number(grid.get("x")), number(grid.get("y")), number(grid.get("w")), number(grid.get("h"))
      };
      assertTrue(place[0] >= 0 && place[2] > 0 && place[0] + place[2] <= COLUMNS, panel::toString);
      for (int[] other : places) {
        boolean apart =
            place[0] + place[2] <= other[0]
                || other[0] + other[2] <= place[0]
                || place[1] + place[3] <= other[1]
                || other[1] + other[3] <= place[1];
        assertTrue(apart, () -> panel.get("title") + " lies on another panel");
      }
      places.add(place);
    }
  }

  /// docker-compose.yml mounts the dashboards where the provider looks, and names the datasource.
  @Test
  void theProvisionedPlacesAreThere() throws IOException {
    String compose = Files.readString(Path.of("../docker-compose.yml"));
    String provider = Files.readString(GRAFANA.resolve("provisioning/dashboards/pitchlake.yaml"));
    assertTrue(provider.contains("path: /etc/grafana/dashboards"), provider);
    assertTrue(compose.contains("./deploy/grafana/dashboards:/etc/grafana/dashboards:ro"));
    for (String part : List.of("datasources", "dashboards")) {
      String folder = "grafana/provisioning/" + part;
      assertTrue(compose.contains("./deploy/" + folder + ":/etc/" + folder + ":ro"), folder);
    }
    String source = Files.readString(GRAFANA.resolve("provisioning/datasources/pitchlake.yaml"));
    assertTrue(source.contains("url: http://prometheus:9090"), source);
    assertTrue(source.contains("isDefault: true"), source);
    assertTrue(compose.contains("\n  prometheus:\n"));
  }
}
