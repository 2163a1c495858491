package io.pitchlake.it;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.EvaluationResult;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The import directions of the design's layout, held on the classes that are built.
///
/// A rule may find no class to check while its package is still to come; so every package must
/// first have its place in the lists below ([#everyPackageHasItsPlace]), and every kind of rule is
/// shown to bite on the classes in [io.pitchlake.it.wrong].
class ArchitectureTest {
  private static final List<String> MODULES =
      List.of("vrrp", "arp", "ping", "health", "master", "tarpit", "slb", "tnat", "nat", "rt");

  private static final List<String> LOWER_COMMON =
      List.of("wire", "net", "time", "hash", "metric", "pcap", "text");

  private static final List<String> PLACES =
      Stream.of(
              Stream.of("common.session..", "common.config..", "sync.."),
              LOWER_COMMON.stream().map(name -> "common." + name + ".."),
              Stream.of("node", "node.port..", "node.engine..", "node.admin..", "node.cli.."),
              Stream.of("node.event..", "node.drill..", "node.doctor.."),
              MODULES.stream().map(name -> "node." + name + ".."))
          .flatMap(names -> names)
          .map(name -> "io.pitchlake." + name)
          .toList();

  /// What is shipped: neither test classes nor the test-jar of common.
  private static final JavaClasses SHIPPED =
      new ClassFileImporter()
          .withImportOption(location -> !isTest(location))
          .importPackages("io.pitchlake");

  private static boolean isTest(Location location) {
    return location.contains("/test-classes/") || location.contains("-tests.jar");
  }

  @Test
  void everyPackageHasItsPlace() {
    assertTrue(SHIPPED.size() > 10, "expected the shipped classes, found " + SHIPPED.size());
    hold(
        classes()
            .should()
            .resideInAnyPackage(PLACES.toArray(String[]::new))
            .because("each package has its place in the layout, and in this test's lists"));
  }

  @Test
  void commonKnowsTheJdkAndSlf4jAlone() {
    hold(
        classes()
            .that()
            .resideInAPackage("io.pitchlake.common..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..", "javax.crypto..", "org.slf4j..", "io.pitchlake.common.."));
  }

  @Test
  void syncDoesNotKnowNode() {
    hold(
        noClasses()
            .that()
            .resideInAPackage("io.pitchlake.sync..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.pitchlake.node.."));
  }

  /// The protocol can do without JGroups, as in simulations, and so can the sealed sockets.
  @Test
  void nobodyInSyncKnowsTheLinkOverJGroups() {
    hold(
        noClasses()
            .that()
            .resideInAPackage("io.pitchlake.sync..")
            .and()
            .resideOutsideOfPackage("io.pitchlake.sync.link..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.pitchlake.sync.link.."));
  }

  @Test
  void lowerPackagesOfCommonDoNotKnowSessionOrConfig() {
    hold(
        noClasses()
            .that()
            .resideInAnyPackage(packages("common", LOWER_COMMON))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.pitchlake.common.session..", "io.pitchlake.common.config.."));
  }

  @Test
  void packagesOfCommonFormNoCircle() {
    hold(slices().matching("io.pitchlake.common.(*)..").should().beFreeOfCycles());
  }

  @Test
  void portAndEngineKnowNoModuleAndNoSurface() {
    hold(
        noClasses()
            .that()
            .resideInAnyPackage("io.pitchlake.node.port..", "io.pitchlake.node.engine..")
            .should()
            .dependOnClassesThat(
                resideInAnyPackage(packages("node", MODULES))
                    .or(
                        resideInAnyPackage(
                            "io.pitchlake.node",
                            "io.pitchlake.node.admin..",
                            "io.pitchlake.node.cli.."))));
  }

  static List<String> modules() {
    return MODULES;
  }

  @ParameterizedTest
  @MethodSource("modules")
  void modulesNeverImportEachOther(String module) {
    hold(modulesApart("io.pitchlake.node", module));
  }

  private static ArchRule modulesApart(String root, String module) {
    String[] others =
        MODULES.stream()
            .filter(other -> !other.equals(module))
            .map(other -> root + "." + other + "..")
            .toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage(root + "." + module + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(others)
        .because("modules meet only through the narrow interfaces of node.engine");
  }

  /// Where each library of another's may be used: `library package -> our packages`.
  record Fence(String library, List<String> places) {
    Fence(String library, String... places) {
      this(library, List.of(places));
    }

    ArchRule rule() {
      return noClasses()
          .that(resideOutsideOfPackages(places.toArray(String[]::new)))
          .should()
          .dependOnClassesThat()
          .resideInAPackage(library)
          .because(library + " stays in " + String.join(" and ", places));
    }
  }

  static Stream<Fence> fences() {
    return Stream.of(
        new Fence("org.pcap4j..", "io.pitchlake.node.port.."),
        new Fence("com.sun.jna..", "io.pitchlake.node.port.."),
        new Fence("io.netty..", "io.pitchlake.node.admin..", "io.pitchlake.node.health.."),
        new Fence("org.jgroups..", "io.pitchlake.sync.link.."),
        new Fence("io.micrometer..", "io.pitchlake.node.admin.."),
        new Fence("org.jline..", "io.pitchlake.node.cli.."),
        new Fence("com.maxmind..", "io.pitchlake.node.event.."),
        new Fence("picocli..", "io.pitchlake.node", "io.pitchlake.node.cli.."));
  }

  @ParameterizedTest
  @MethodSource("fences")
  void librariesStayBehindTheirFence(Fence fence) {
    hold(fence.rule());
  }

  @Test
  void theRulesBite() {
    JavaClasses wrong = new ClassFileImporter().importPackages("io.pitchlake.it.wrong");
    assertBites(modulesApart("io.pitchlake.it.wrong", "arp"), wrong);
    assertBites(new Fence("org.slf4j..", "io.pitchlake.elsewhere..").rule(), wrong);
    assertBites(slices().matching("io.pitchlake.it.wrong.(*)..").should().beFreeOfCycles(), wrong);
    assertBites(
        classes().should().onlyDependOnClassesThat(not(resideInAnyPackage("org.slf4j.."))), wrong);
  }

  private static void assertBites(ArchRule rule, JavaClasses wrong) {
    EvaluationResult result = rule.evaluate(wrong);
    assertTrue(result.hasViolation(), () -> "expected a violation of: " + rule.getDescription());
  }

  private static String[] packages(String parent, List<String> names) {
    return names.stream()
        .map(name -> "io.pitchlake." + parent + "." + name + "..")
        .toArray(String[]::new);
  }

  private static void hold(ArchRule rule) {
    rule.allowEmptyShould(true).check(SHIPPED);
  }
}
