package io.pitchlake.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.it.lab.BesideOthers;
import io.pitchlake.it.lab.LabBrowser;
import io.pitchlake.it.lab.LabBrowser.View;
import io.pitchlake.it.lab.LabHost;
import io.pitchlake.it.lab.LabProcess;
import io.pitchlake.it.lab.NetnsLab;
import io.pitchlake.it.lab.RequiresRoot;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;

/// The web page in a real browser, on the hosts of a pair that runs: no other network leads there,
/// so whatever the page needs it has from its node. Its pictures are kept among the lab's records.
@RequiresRoot
@BesideOthers
class DashboardIT {
  @RegisterExtension
  static final NetnsLab LAB =
      NetnsLab.segment()
          .withHost(
              "scanner",
              "192.168.2.66/24",
              "192.168.2.67/24",
              "192.168.2.68/24",
              "2001:db8:1::66/64")
          .withHost("host-a", "192.168.2.20/24")
          .withHost("backend-1", "192.168.2.30/24")
          .withHostBetween("node-a")
          .withHostBetween("node-b");

  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final String PAGE = "http://127.0.0.1:7802/";
  private static final String DECOY = "192.168.2.77";
  private static final String TOKEN = "a-token-of-many-characters";

  /// A name that would be an image, and a script, on a page that took texts for markup.
  private static final String HOSTILE = "<img src=x onerror=alert(1)>";

  private LabHost scanner;
  private LabProcess a;
  private LabProcess b;

  @BeforeEach
  void startBoth() {
    scanner = LAB.host("scanner");
    LAB.writeRecord("cluster.key", "a key for the lab, long enough to be one");
    link("node-a", 1);
    link("node-b", 2);
    a = LAB.host("node-a").startPitchlake(configuration("a", 1, 2));
    b = LAB.host("node-b").startPitchlake(configuration("b", 2, 1));
    a.awaitLine("IPv4) BACKUP -> ACTIVE", PATIENCE);
    b.awaitLine("sync: has taken over what", PATIENCE);
    scanner.forgetNeighbors();
  }

  /// A target that answers for the server's address and is silent about it.
  @BeforeAll
  static void serve() {
    LabHost backend = LAB.host("backend-1");
    backend.run("ip", "addr", "add", "192.168.2.10/32", "dev", "lo").expectSuccess();
    backend.sysctl("net.ipv4.conf.all.arp_ignore=1", "net.ipv4.conf.all.arp_announce=2");
    backend.startWebServer();
  }

  @AfterEach
  void stopBoth() {
    a.close();
    b.close();
  }

  private static void link(String host, int number) {
    LAB.host(host)
        .run("ip", "addr", "replace", "10.0.0." + number + "/24", "dev", "eth1")
        .expectSuccess();
  }

  private static String configuration(String which, int own, int other) {
    return NetnsLab.deployed("examples/pair-" + which + ".conf")
            .replace("arp 1,3", "arp 1,3 aliascheck off")
            // Slow enough for a machine that runs browsers beside the nodes.
            .replace("network 1 advert 100ms", "network 1,2 advert 500ms")
            .replace("target    1 {", "target 1 { name web-1")
            .replace("target    2 {", "target 2 { name web-2")
            .replace("server    1 {", "server 1 { name web")
            .replace("          virt ", " virt ")
            .replace("register  networks 1 ", "register networks 1,2 ")
            .replace("enable    networks 1 ", "enable networks 1,2 ")
        + """
        network 2 { name lab addr 172.31.4.0 mask 255.255.252.0 real 172.31.4.%d virt 172.31.4.9
                    tarpit enable interface 1 }
        arp 172.31.4.1,172.31.4.2
        sync { bind 10.0.0.%d peers 10.0.0.%d key "%s" }
        """
            .formatted(own, own, other, LAB.record("cluster.key"))
        + "admin { socket \"%s\" }%n".formatted(LAB.record("node-" + which + ".sock"));
  }

  private static LabBrowser browser(String host) {
    return LAB.host(host).startBrowser();
  }

  /// Somebody looks for machines and finds many, which goes on for a while: pings and connections
  /// of three addresses to decoys, and now and then a page of the balanced server. Ends by itself.
  private LabProcess attack() {
    scanner.run("nmap", "-n", "-sn", "--max-rate", "300", "192.168.2.64-95").expectSuccess();
    return scanner.start(
        "sh",
        "-c",
        """
        for i in $(seq 1 100); do
          ping -n -q -c 1 -W 1 %s
          ping -n -q -c 1 -W 1 -I 192.168.2.67 192.168.2.$((100 + i %% 40))
          curl -s --max-time 0.2 --interface 192.168.2.68 http://192.168.2.$((150 + i %% 60)):8080/
          curl -s --max-time 1 http://192.168.2.10/
          ping -6 -n -q -c 1 -W 1 2001:db8:1::$((70 + i %% 7))
          sleep 0.1
        done
        """
            .formatted(DECOY));
  }

  @Test
  void thePairAtAGlance() {
    LabProcess attack = attack();
    try (LabBrowser browser = browser("node-a")) {
      browser.look(View.DESKTOP);
      browser.open(PAGE);
      browser.awaitText("#verdict-headline", "node-a is active", PATIENCE);
      browser.awaitText("#connection", "live", PATIENCE);
      browser.awaitText("#card-pair", "1 of 1 peer heard", PATIENCE);
      browser.awaitText("#card-active", "active", PATIENCE);
      browser.awaitText("#card-targets", "1 of 2 ready", PATIENCE);
      browser.awaitText("#verdict-findings", "1 target cannot take frames: web-2", PATIENCE);
      browser.awaitText("#attackers-rows", "192.168.2.66", PATIENCE);
      browser.awaitText("#asked", DECOY, PATIENCE);
      browser.awaitText("#takeovers", "backup → active", PATIENCE);
      browser.awaitText("#routers", "10.0.0.2", PATIENCE);
      browser.awaitText("#events", "TARPIT IPv4 ECHO_REPLY for " + DECOY, PATIENCE);
      awaitState(browser, DECOY, "a");
      awaitState(browser, "192.168.2.20", "r");
      awaitState(browser, "192.168.2.5", "o");
      awaitState(browser, "192.168.2.1", "x");
      awaitState(browser, "192.168.2.200", "s");
      browser.await(
          "a line in the chart",
          PATIENCE,
          "return !/^–/.test(document.querySelector('#rates-rows td').innerText)");
      // Enough intervals for a chart that shows something.
      awaitAnswers(browser, "rates", 12);
      browser.screenshot("dashboard-light.png", View.DESKTOP);
      accessible(browser, "light");
      browser.screenshot("dashboard-dark.png", View.DESKTOP_DARK);
      accessible(browser, "dark");
      browser.screenshot("dashboard-phone.png", View.PHONE);
      accessible(browser, "phone");
      noSidewaysScrolling(browser);
      browser.screenshot("dashboard-phone-dark.png", View.PHONE_DARK);
      largerNetwork(browser);
      assertEquals(List.of(), browser.console());
    } finally {
      attack.close();
    }
  }

  private static void awaitState(LabBrowser browser, String address, String letter) {
    browser.await(
        address + " shown as " + letter,
        PATIENCE,
        "return document.querySelector(`#map-grid td[aria-label^=\"${arguments[0]} \"]`)?.dataset.state === arguments[1]",
        address,
        letter);
  }

  /// Waits until the page has been told a part of the API so many times more.
  private static void awaitAnswers(LabBrowser browser, String part, int count) {
    browser.run(
        """
        window.answers = 0;
        new PerformanceObserver((list) => {
          window.answers += list.getEntries().filter((one) => one.name.includes(arguments[0])).length;
        }).observe({ type: 'resource' });
        """,
        "/api/v1/" + part);
    browser.await(
        count + " answers of " + part, PATIENCE, "return window.answers >= arguments[0]", count);
  }

  private static void textsStayTexts(LabBrowser browser) {
    browser.awaitText("#targets-rows", HOSTILE, PATIENCE);
    assertEquals(0L, browser.run("return document.querySelectorAll('main img').length"));
    // Not even a mistake of the page's own could make markup of a text.
    assertEquals(
        "TypeError",
        browser.run("try { document.body.innerHTML = '<b>x</b>' } catch (e) { return e.name }"));
    // The refusal is a complaint, too; it was asked for.
    browser.console();
  }

  private static void noSidewaysScrolling(LabBrowser browser) {
    assertEquals(
        browser.run("return document.documentElement.clientWidth"),
        browser.run("return document.documentElement.scrollWidth"),
        "the page is wider than a phone");
  }

  /// The rules of WCAG 2.2 that a program can check.
  private static void accessible(LabBrowser browser, String view) {
    browser.run(axe());
    @SuppressWarnings("unchecked")
    List<String> violations =
        (List<String>)
            browser.runToItsEnd(
                """
                const done = arguments[0];
                axe.run(document, { resultTypes: ['violations'] }).then((result) => done(result.violations.flatMap(
                    (rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary}`))));
                """);
    assertEquals(List.of(), violations, view);
  }

  private static String axe() {
    try (InputStream in = DashboardIT.class.getResourceAsStream("/axe.min.js")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("axe is not on the class path", e);
    }
  }

  private static void largerNetwork(LabBrowser browser) {
    browser.look(View.DESKTOP_DARK);
    browser.run(
        """
        const select = document.querySelector('#map-network');
        select.value = [...select.options].find((option) => option.text.includes('172.31.4.0/22')).value;
        select.dispatchEvent(new Event('change'));
        """);
    browser.await(
        "four blocks",
        PATIENCE,
        "return document.querySelectorAll('#map-blocks tbody tr').length === 4");
    browser.element("#map-blocks button[value='172.31.6.0']").click();
    browser.await(
        "the third block's cells",
        PATIENCE,
        "return document.querySelector('#map-grid td[aria-label^=\"172.31.6.255 \"]') !== null");
    browser.screenshot("dashboard-blocks.png", View.DESKTOP_DARK);
    accessible(browser, "blocks");
  }

  @Test
  void theKeyboardIsEnough() {
    try (LabBrowser browser = browser("node-a")) {
      browser.look(View.DESKTOP);
      browser.open(PAGE);
      browser.awaitText("#verdict-headline", "node-a is active", PATIENCE);
      awaitState(browser, "192.168.2.20", "r");
      browser.press(Keys.TAB);
      assertEquals("skip", browser.run("return document.activeElement.className"));
      browser.press(Keys.ENTER);
      assertEquals("#main", browser.run("return location.hash"));

      browser.tabTo("#map-grid td");
      assertEquals("192.168.2.0 never simulated", label(browser));
      browser.press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_DOWN);
      assertTrue(label(browser).startsWith("192.168.2.34 "), label(browser));
      browser.press(Keys.HOME);
      assertTrue(label(browser).startsWith("192.168.2.32 "), label(browser));
      browser.press(Keys.ARROW_UP);
      for (int i = 0; i < 20; i++) {
        browser.press(Keys.ARROW_RIGHT);
      }
      assertTrue(label(browser).startsWith("192.168.2.20 real"), label(browser));
      browser.awaitText("#map-details", "Owner", PATIENCE);
      assertTrue(
          browser.text("#map-details").contains(LAB.host("host-a").mac()),
          browser.text("#map-details"));
      // What is read anew does not take the focus away.
      awaitAnswers(browser, "map", 2);
      assertTrue(label(browser).startsWith("192.168.2.20 real"), label(browser));
      browser.press(Keys.TAB);
      assertFalse((boolean) browser.run("return document.activeElement.matches('#map-grid td')"));

      browser.tabTo("#rates-rows button");
      assertEquals("true", pressed(browser));
      browser.press(Keys.SPACE);
      assertEquals("false", pressed(browser));

      browser.tabTo("#events-pause");
      browser.press(Keys.SPACE);
      assertEquals("true", pressed(browser));
      String still = browser.text("#events");
      LabProcess attack = attack();
      browser.awaitText("#events-state", "new events", PATIENCE);
      assertEquals(still, browser.text("#events"));
      browser.press(Keys.SPACE);
      browser.awaitText("#events", "ECHO_REPLY", PATIENCE);
      attack.close();
      assertEquals(List.of(), browser.console());
    }
  }

  private static String label(LabBrowser browser) {
    return String.valueOf(browser.run("return document.activeElement.getAttribute('aria-label')"));
  }

  private static Object pressed(LabBrowser browser) {
    return browser.run("return document.activeElement.getAttribute('aria-pressed')");
  }

  @Test
  void aReadersColoursGoBeforeTheSystems() {
    try (LabBrowser browser = browser("node-a")) {
      browser.look(View.DESKTOP);
      browser.open(PAGE);
      Object light = background(browser);
      browser.look(View.DESKTOP_DARK);
      Object dark = background(browser);
      assertFalse(light.equals(dark), () -> "both " + dark);
      browser.tabTo("[data-theme-choice=light]");
      browser.press(Keys.ENTER);
      assertEquals(light, background(browser));
      browser.reload();
      assertEquals(light, background(browser));
    }
  }

  private static Object background(LabBrowser browser) {
    browser.await("its style", PATIENCE, "return document.readyState === 'complete'");
    return browser.run("return getComputedStyle(document.documentElement).backgroundColor");
  }

  @Test
  void aNodeThatGoesAwayIsNoticedAndSoIsItsReturn() {
    try (LabBrowser ofA = browser("node-a");
        LabBrowser ofB = browser("node-b")) {
      ofA.look(View.DESKTOP);
      ofB.look(View.DESKTOP_DARK);
      ofA.open(PAGE);
      ofB.open(PAGE);
      ofA.awaitText("#verdict-headline", "node-a is active", PATIENCE);
      ofB.awaitText("#verdict-headline", "node-b is the backup", PATIENCE);
      ofB.awaitText("#card-active", "192.168.2.4 is heard as active", PATIENCE);
      awaitState(ofB, DECOY, "s");
      ofB.screenshot("dashboard-backup.png", View.DESKTOP_DARK);

      a.signal("KILL");
      ofA.awaitText("#connection", "No answer since", PATIENCE);
      ofA.awaitText("#connection", "next try in", PATIENCE);
      ofA.awaitText("#verdict-headline", "does not answer", PATIENCE);
      ofA.screenshot("dashboard-gone.png", View.DESKTOP);
      accessible(ofA, "gone");
      ofB.awaitText("#verdict-headline", "node-b is active", PATIENCE);
      ofB.awaitText("#verdict-findings", "The peer 10.0.0.1 is silent", PATIENCE);
      ofB.awaitText("#takeovers", "nothing is heard of an active router", PATIENCE);
      ofB.awaitText("#events", "SYNC peer 10.0.0.1 is silent", PATIENCE);
      ofB.screenshot("dashboard-takeover.png", View.DESKTOP_DARK);

      a = LAB.host("node-a").startPitchlake(configuration("a", 1, 2));
      ofA.awaitText("#connection", "live", PATIENCE);
      ofA.awaitText("#verdict-headline", "node-a is active", PATIENCE);
      ofB.awaitText("#verdict-headline", "node-b is the backup", PATIENCE);
      // The stream of events is there again, too.
      scanner.run("ping", "-c", "1", "-w", "5", "192.168.2.90").expectSuccess();
      ofA.awaitText("#events", "ECHO_REPLY for 192.168.2.90", PATIENCE);
    }
  }

  @Test
  void withATokenThePageAsksForItAndWorksFromElsewhere() {
    a.close();
    LAB.writeRecord("token", TOKEN + "\n");
    LAB.host("node-a")
        .run(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-subj",
            "/CN=node-a",
            "-days",
            "2",
            "-keyout",
            LAB.record("node.key").toString(),
            "-out",
            LAB.record("node.pem").toString())
        .expectSuccess();
    a =
        LAB.host("node-a")
            .startPitchlake(
                configuration("a", 1, 2)
                    .replace("name web-1", "name \"%s\"".formatted(HOSTILE))
                    .replace(
                        "admin {",
                        "admin { listen 10.0.0.1:7802 token \"%s\" certificate \"%s\" key \"%s\" "
                            .formatted(
                                LAB.record("token"),
                                LAB.record("node.pem"),
                                LAB.record("node.key"))));
    try (LabBrowser browser = browser("node-b")) {
      browser.look(View.PHONE);
      browser.open("https://10.0.0.1:7802/");
      browser.awaitText("#login", "Who asks?", PATIENCE);
      browser.screenshot("dashboard-login.png", View.PHONE);
      accessible(browser, "login");
      browser.press("no-such-token-at-all", Keys.ENTER);
      browser.awaitText("#login-trouble", "does not know this token", PATIENCE);
      browser.press(TOKEN, Keys.ENTER);
      browser.awaitText("#verdict-headline", "node-a", PATIENCE);
      browser.awaitText("#connection", "live", PATIENCE);
      scanner.run("ping", "-c", "1", "-w", "20", "192.168.2.91").expectSuccess();
      browser.awaitText("#events", "ECHO_REPLY for 192.168.2.91", PATIENCE);
      textsStayTexts(browser);
      // This tab knows it still; nothing else does.
      browser.reload();
      browser.awaitText("#verdict-headline", "node-a", PATIENCE);
      assertEquals("", browser.run("return document.cookie"));
      assertEquals(0L, browser.run("return localStorage.length"));
      browser.element("#forget").click();
      browser.awaitText("#login", "Who asks?", PATIENCE);
    }
  }
}
