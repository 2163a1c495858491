package io.pitchlake.node.arp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Who may be a DHCP server, and for how long.
class LeaseSearchesTest {
  private static final long START = 7_000_000_000L;

  private final LeaseSearches searches = new LeaseSearches();

  @BeforeEach
  void thereAreTwoNetworks() {
    searches.configure(2);
  }

  @Test
  void nobodyIsSuspectedWhileNoClientLooks() {
    assertFalse(searches.isSuspected(0, 1, 100, START));
    searches.add(0, START);
    assertFalse(searches.isSuspected(1, 1, 100, START), "another network");
    assertFalse(searches.isSuspected(0, 1, 100, START + LeaseSearches.WINDOW_NANOS));
  }

  @Test
  void aStationIsSuspectedOfAsManyAddressesAsClientsHaveLooked() {
    searches.add(0, START);
    assertTrue(searches.isSuspected(0, 1, 100, START));
    assertTrue(searches.isSuspected(0, 1, 100, START + 1), "the same again");
    assertFalse(searches.isSuspected(0, 1, 101, START + 1));
    assertTrue(searches.isSuspected(0, 2, 101, START + 1), "another station");
    searches.add(0, START + 2);
    assertTrue(searches.isSuspected(0, 1, 101, START + 2));
    assertFalse(searches.isSuspected(0, 1, 102, START + 2));
  }

  @Test
  void aWindowThatHasEndedLeavesNothing() {
    searches.add(0, START);
    searches.add(0, START);
    assertTrue(searches.isSuspected(0, 1, 100, START));
    long later = START + LeaseSearches.WINDOW_NANOS;
    searches.add(0, later);
    assertTrue(searches.isSuspected(0, 1, 200, later));
    assertFalse(searches.isSuspected(0, 1, 201, later));
  }

  @Test
  void whereThereAreMoreStationsThanRoomTheOldestIsForgotten() {
    searches.add(0, START);
    int stations = 5 * LeaseSearches.CAPACITY;
    int suspected = 0;
    for (int mac = 1; mac <= stations; mac++) {
      suspected += searches.isSuspected(0, mac, 100, START) ? 1 : 0;
    }
    assertEquals(stations, suspected);
    assertFalse(searches.isSuspected(0, stations, 101, START), "the latest is known");
    assertTrue(searches.isSuspected(0, 1, 101, START), "the first is not");
  }
}
