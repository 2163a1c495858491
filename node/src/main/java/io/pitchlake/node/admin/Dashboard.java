package io.pitchlake.node.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/// The files of the web page: a fixed list, read once from the program itself, so that no path that
/// a browser sends ever meets a file system. They hold nothing that is secret; what the page shows
/// it asks of the API, with the token where one is needed.
final class Dashboard {
  /// Scripts, styles and data from here alone, nothing inline, no frames around it; and texts can
  /// only ever become text: whatever would parse markup is off (Trusted Types).
  static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
          + " require-trusted-types-for 'script'; trusted-types 'none'";

  static final List<String> SCRIPTS =
      List.of(
          "main",
          "api",
          "attackers",
          "blocks",
          "cards",
          "chart",
          "connection",
          "details",
          "dom",
          "events",
          "follow",
          "format",
          "ipv4",
          "login",
          "map",
          "networks",
          "poller",
          "rates",
          "routers",
          "rows",
          "sse",
          "states",
          "takeovers",
          "targets",
          "theme",
          "token",
          "verdict");

  private static final String UPLOT = "/META-INF/resources/webjars/uplot/";
  private static final String UPLOT_VERSION =
      "/META-INF/maven/org.webjars.npm/uplot/pom.properties";

  private final Map<String, Asset> assets = new LinkedHashMap<>();

  Dashboard() {
    own("/", "index.html");
    own("/dashboard.css", "dashboard.css");
    own("/theme.css", "theme.css");
    own("/icon.svg", "icon.svg");
    for (String script : SCRIPTS) {
      own("/js/" + script + ".js", "js/" + script + ".js");
    }
    String uplot = UPLOT + uplotVersion();
    put("/vendor/uplot.js", uplot + "/dist/uPlot.esm.js");
    put("/vendor/uplot.css", uplot + "/dist/uPlot.min.css");
    put("/vendor/uplot.txt", uplot + "/LICENSE");
  }

  /// What is at a path.
  Optional<Asset> at(String path) {
    return Optional.ofNullable(assets.get(path));
  }

  private void own(String path, String resource) {
    put(path, "dashboard/" + resource);
  }

  private void put(String path, String resource) {
    assets.put(path, new Asset(contentType(resource), read(resource)));
  }

  private static String contentType(String resource) {
    String ending = resource.substring(resource.lastIndexOf('.') + 1);
    return switch (ending) {
      case "html" -> "text/html; charset=utf-8";
      case "css" -> "text/css; charset=utf-8";
      case "js" -> "text/javascript; charset=utf-8";
      case "svg" -> "image/svg+xml";
      default -> "text/plain; charset=utf-8";
    };
  }

  /// The library's folder carries its version, which the build alone decides.
  private static String uplotVersion() {
    try (InputStream in = open(UPLOT_VERSION)) {
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] read(String resource) {
    try (InputStream in = open(resource)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream open(String resource) {
    InputStream in = Dashboard.class.getResourceAsStream(resource);
    if (in == null) {
      throw new IllegalStateException("the program lacks its file " + resource);
    }
    return in;
  }
}
