package io.pitchlake.sync.seal;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.net.IpAddress;
import java.net.InetAddress;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private static final InetAddress PEER = IpAddress.parse("10.0.0.2").inet();

  private static InetAddress stranger(int number) {
    return IpAddress.parse("10.1.0." + number).inet();
  }

  @Test
  void strangersShareTheirPlacesAndPeersHaveTheirOwn() {
    Admission admission = new Admission(Set.of(PEER));
    for (int i = 0; i < Admission.STRANGERS; i++) {
      assertTrue(admission.enter(stranger(i)));
    }
    assertFalse(admission.enter(stranger(99)));
    for (int i = 0; i < Admission.PER_PEER; i++) {
      assertTrue(admission.enter(PEER));
    }
    assertFalse(admission.enter(PEER));
    admission.leave(stranger(0));
    admission.leave(PEER);
    assertTrue(admission.enter(stranger(99)));
    assertTrue(admission.enter(PEER));
    assertFalse(admission.enter(PEER));
  }
}
