package io.pitchlake.it.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/// A Chromium in one of the lab's hosts: what it reaches is what that host reaches. The driver runs
/// beside the test and talks to it through pipes, for no socket leads into the host.
public final class LabBrowser implements AutoCloseable {
  private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
  private static final long LOOK_MILLIS = 50;

  private final NetnsLab lab;
  private final Path folder;
  private final ChromeDriver driver;

  /// How a page is looked at.
  ///
  /// @param width in CSS pixels; the page's height is taken whole
  /// @param dark whether the system prefers that
  public record View(int width, boolean dark) {
    public static final View DESKTOP = new View(1440, false);
    public static final View DESKTOP_DARK = new View(1440, true);
    public static final View PHONE = new View(390, false);
    public static final View PHONE_DARK = new View(390, true);
  }

  LabBrowser(NetnsLab lab, String namespace) {
    this.lab = lab;
    try {
      folder = Files.createTempDirectory("pitchlake-browser");
      Path binary = folder.resolve("chromium");
      Files.writeString(
          binary, "#!/bin/sh\nexec ip netns exec %s chromium \"$@\"\n".formatted(namespace));
      Files.setPosixFilePermissions(binary, PosixFilePermissions.fromString("rwx------"));
      driver = new ChromeDriver(service(), options(binary));
    } catch (IOException e) {
      throw new UncheckedIOException("no place for a browser's profile", e);
    }
  }

  private ChromeDriverService service() {
    return new ChromeDriverService.Builder()
        .usingDriverExecutable(DRIVER.toFile())
        .usingAnyFreePort()
        .withLogFile(lab.record("chromedriver.log").toFile())
        .build();
  }

  private ChromeOptions options(Path binary) {
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(binary.toFile());
    options.setAcceptInsecureCerts(true);
    options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
    options.addArguments(
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--force-color-profile=srgb",
        "--hide-scrollbars",
        "--remote-debugging-pipe",
        "--user-data-dir=" + folder.resolve("profile"));
    return options;
  }

  /// Looks at pages in another way from now on.
  public void look(View view) {
    look(view, 1000);
  }

  private void look(View view, long height) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of(
            "width",
            view.width(),
            "height",
            height,
            "deviceScaleFactor",
            view.width() < 600 ? 2 : 1,
            "mobile",
            view.width() < 600));
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(
                Map.of("name", "prefers-color-scheme", "value", view.dark() ? "dark" : "light"),
                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
  }

  public void open(String url) {
    driver.get(url);
  }

  public void reload() {
    driver.navigate().refresh();
  }

  /// The first element that a CSS selector names.
  public WebElement element(String selector) {
    return driver.findElement(By.cssSelector(selector));
  }

  /// The text of an element as a reader sees it.
  public String text(String selector) {
    return element(selector).getText();
  }

  /// Presses keys, wherever the focus is.
  public void press(CharSequence... keys) {
    new Actions(driver).sendKeys(keys).perform();
  }

  /// Presses Tab until an element has the focus, as someone without a mouse does.
  public void tabTo(String selector) {
    for (int i = 0; i < 100; i++) {
      if (Boolean.TRUE.equals(
          run("return document.activeElement.matches(arguments[0])", selector))) {
        return;
      }
      press(Keys.TAB);
    }
    throw new AssertionError("Tab does not lead to " + selector);
  }

  /// Runs JavaScript in the page, as a console would.
  public Object run(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  /// As [#run], for a script that calls its last argument when it is done.
  public Object runToItsEnd(String script, Object... arguments) {
    driver.manage().timeouts().scriptTimeout(Duration.ofSeconds(60));
    return driver.executeAsyncScript(script, arguments);
  }

  /// Waits until a script's value is true.
  ///
  /// @param wanted what is waited for, in words
  public void await(String wanted, Duration patience, String script, Object... arguments) {
    long untilNanos = System.nanoTime() + patience.toNanos();
    while (!Boolean.TRUE.equals(run(script, arguments))) {
      if (System.nanoTime() - untilNanos > 0) {
        throw new AssertionError(
            "expected within %d s: %s; the page says:%n%s%n%s"
                .formatted(patience.toSeconds(), wanted, text("body"), console()));
      }
      try {
        Thread.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting: " + wanted, e);
      }
    }
  }

  /// Waits until an element's text has a word in it.
  public void awaitText(String selector, String word, Duration patience) {
    await(
        "'%s' in %s".formatted(word, selector),
        patience,
        "return (document.querySelector(arguments[0])?.innerText ?? '').includes(arguments[1])",
        selector,
        word);
  }

  /// What the browser has complained of since the last call: mistakes of scripts, what the security
  /// policy has refused, files that are not there.
  public List<String> console() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(LogEntry::toString)
        .toList();
  }

  /// Keeps a picture of the whole page as the lab's file `fileName`.
  public void screenshot(String fileName, View view) {
    look(view);
    settle();
    look(view, (long) run("return document.documentElement.scrollHeight"));
    settle();
    Object data =
        driver.executeCdpCommand("Page.captureScreenshot", Map.of("format", "png")).get("data");
    try {
      Files.write(lab.record(fileName), Base64.getDecoder().decode((String) data));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep the picture " + fileName, e);
    }
  }

  /// Two frames: one that lays out, and one that draws what observers have changed.
  private void settle() {
    runToItsEnd(
        "requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(arguments[0])))");
  }

  @Override
  public void close() {
    try {
      driver.quit();
    } catch (WebDriverException e) {
      // It is gone already.
    }
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(NetnsLab::delete);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove a browser's profile", e);
    }
  }
}
