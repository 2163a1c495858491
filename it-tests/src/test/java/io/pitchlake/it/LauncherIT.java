package io.pitchlake.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.it.lab.BesideOthers;
import io.pitchlake.it.lab.NetnsLab;
import io.pitchlake.it.lab.Outcome;
import io.pitchlake.it.lab.RequiresRoot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The packaged program as a user starts it.
@RequiresRoot
@BesideOthers
class LauncherIT {
  @RegisterExtension static final NetnsLab LAB = NetnsLab.segment().withHost("node-a");

  @Test
  void saysItsVersionAndNothingElse() {
    Outcome version = LAB.host("node-a").pitchlake("version").expectSuccess();
    assertTrue(version.stdout().startsWith("pitchlake 0."), version::toString);
    assertEquals("", version.stderr(), "a JVM warning must not reach the user");
  }

  @Test
  void aCommandThatDoesNotExistIsRefusedInWords() {
    Outcome refused = LAB.host("node-a").pitchlake("fly").expectExit(2);
    assertTrue(refused.stderr().contains("fly"), refused::toString);
    assertTrue(!refused.stderr().contains("\tat "), refused::toString);
  }
}
