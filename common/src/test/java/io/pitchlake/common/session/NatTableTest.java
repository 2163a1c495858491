package io.pitchlake.common.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.hash.TableHash;
import io.pitchlake.common.session.NatTable.Kind;
import io.pitchlake.common.wire.Property;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class NatTableTest {
  private static final long SECOND = 1_000_000_000L;

  private record Pairs(long client, int clientPort, long target, int maskPort) {
    FlowKey forward() {
      return new FlowKey().set(6, 0, client, clientPort, 0, 10, 80);
    }

    FlowKey reverse() {
      return new FlowKey().set(6, 7, target, 8080, 0, client, maskPort);
    }
  }

  private static NatTable table(int capacity) {
    return new NatTable(capacity, new TableHash(42), 0);
  }

  private static int add(NatTable table, Pairs pairs) {
    return table.add(Kind.SERVER, pairs.forward(), pairs.reverse());
  }

  @Test
  void itDoesWhatAListWouldDo() {
    Property.forAll(
        "a table of translated sessions does what a list would do",
        40,
        random -> {
          int capacity = 1 + random.nextInt(60);
          try (NatTable table = table(capacity)) {
            List<Pairs> list = new ArrayList<>();
            List<Integer> numbers = new ArrayList<>();
            for (int step = 0; step < 400; step++) {
              Pairs pairs = pairs(random);
              int known = list.indexOf(pairs);
              assertEquals(
                  known < 0 ? NatTable.NONE : (int) numbers.get(known),
                  table.findForward(pairs.forward()));
              assertEquals(
                  known < 0 ? NatTable.NONE : (int) numbers.get(known),
                  table.findReverse(pairs.reverse()));
              if (known >= 0 && random.nextBoolean()) {
                table.remove(numbers.remove(known));
                list.remove(known);
              } else if (known < 0 && list.size() < capacity) {
                numbers.add(add(table, pairs));
                list.add(pairs);
              }
              assertEquals(list.size(), table.size());
            }
          }
        });
  }

  private static Pairs pairs(RandomGenerator random) {
    int client = random.nextInt(8);
    int port = random.nextInt(16);
    return new Pairs(client, port, 30, port);
  }

  @Test
  void aSessionRemembersWhatItIsTold() {
    try (NatTable table = table(4)) {
      int session = add(table, new Pairs(66, 40_000, 30, 50_000));
      table.wayBack(session, 65_535, 0xfeff_0000_0066L);
      table.targetId(session, 65_535);
      table.answered(session, true);
      table.state(session, FlowState.CLOSING);
      assertEquals(Kind.SERVER, table.kind(session));
      assertEquals(FlowState.CLOSING, table.state(session));
      assertTrue(table.isAnswered(session));
      assertEquals(65_535, table.targetId(session));
      assertEquals(65_535, table.clientNetwork(session));
      assertEquals(0xfeff_0000_0066L, table.clientMac(session));
      assertEquals(6, table.protocol(session));
      assertEquals(66, table.clientLow(session));
      assertEquals(40_000, table.clientPort(session));
      assertEquals(10, table.serviceLow(session));
      assertEquals(80, table.servicePort(session));
      assertEquals(7, table.targetHigh(session));
      assertEquals(30, table.targetLow(session));
      assertEquals(8080, table.targetPort(session));
      assertEquals(66, table.maskLow(session));
      assertEquals(50_000, table.maskPort(session));
      table.answered(session, false);
      assertFalse(table.isAnswered(session));
      assertEquals(FlowState.CLOSING, table.state(session));
    }
  }

  @Test
  void silentSessionsAreForgottenByTheirState() {
    try (NatTable table = table(8)) {
      table.timeout(FlowState.OPENING, 5 * SECOND);
      table.timeout(FlowState.ESTABLISHED, 50 * SECOND);
      add(table, new Pairs(1, 1, 30, 1));
      int answered = add(table, new Pairs(2, 1, 30, 1));
      table.state(answered, FlowState.ESTABLISHED);
      assertEquals(0, table.advance(5 * SECOND));
      assertEquals(1, table.advance(6 * SECOND));
      table.touch(answered);
      assertEquals(0, table.advance(56 * SECOND));
      assertEquals(1, table.advance(57 * SECOND));
      assertEquals(0, table.size());
    }
  }

  @Test
  void aFullTableGivesUpTheUnansweredAndNobodyElse() {
    try (NatTable table = table(4)) {
      int[] sessions = new int[4];
      for (int i = 0; i < 4; i++) {
        sessions[i] = add(table, new Pairs(i, 1, 30, 1));
        if (i != 2) {
          table.state(sessions[i], FlowState.ESTABLISHED);
        }
      }
      assertEquals(sessions[2], add(table, new Pairs(9, 1, 30, 1)), "the unanswered one's place");
      assertEquals(NatTable.NONE, table.findForward(new Pairs(2, 1, 30, 1).forward()));
      assertNotEquals(NatTable.NONE, table.findReverse(new Pairs(9, 1, 30, 1).reverse()));
      table.state(sessions[2], FlowState.DATAGRAM);
      assertEquals(NatTable.NONE, add(table, new Pairs(10, 1, 30, 1)));
    }
  }
}
