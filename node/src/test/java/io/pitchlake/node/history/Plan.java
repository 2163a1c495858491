package io.pitchlake.node.history;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// What a history is like, all of it drawn from its seed.
///
/// @param members nodes, two or three
/// @param priorities one for each
/// @param advertMillis the adverts' interval
/// @param preempt whether a higher priority takes over from a lower one
/// @param preemptDelayMillis how long it waits before it does
/// @param ipv6 whether the network has both families
/// @param server whether there is a server to balance for
/// @param lan what can go wrong on the LAN
/// @param sync whether nodes talk beside the LAN, and what can go wrong there
/// @param trunk whether the LAN has two switches
/// @param realSeconds `tarpitrealto`
/// @param trapSeconds `tarpittrapto`
/// @param checkSeconds `tarpitcheckto`
/// @param probeGapMillis `tarpitprobegap`
/// @param sweepRate `tarpitsweeprate`
/// @param max6 `tarpitmax6`
/// @param lastsMillis how long things go wrong
/// @param stepMillis mean time between two steps
/// @param askMillis mean time between two questions for the virtual addresses
/// @param decoyMacs whether each decoy has a MAC of its own
record Plan(
    int members,
    List<Integer> priorities,
    int advertMillis,
    boolean preempt,
    int preemptDelayMillis,
    boolean ipv6,
    boolean server,
    Lan lan,
    Sync sync,
    boolean trunk,
    int realSeconds,
    int trapSeconds,
    int checkSeconds,
    int probeGapMillis,
    int sweepRate,
    int max6,
    int lastsMillis,
    int stepMillis,
    int askMillis,
    boolean decoyMacs) {

  /// What can go wrong on the LAN.
  enum Lan {
    NOTHING,
    /// Frames are lost, late, doubled, out of order.
    LOSSY,
    /// Wires are cut, in one direction or both, and switches are parted.
    CUT,
    EVERYTHING;

    boolean isLossy() {
      return this == LOSSY || this == EVERYTHING;
    }

    boolean isCut() {
      return this == CUT || this == EVERYTHING;
    }
  }

  /// How nodes talk beside the LAN.
  enum Sync {
    /// Not at all: the election is VRRP alone.
    NONE,
    /// Always.
    SOUND,
    /// On wires that fail as those of the LAN do.
    FAULTY
  }

  static Plan draw(RandomGenerator random) {
    int members = random.nextInt(5) < 3 ? 2 : 3;
    boolean equals = random.nextInt(8) == 0;
    List<Integer> priorities = new ArrayList<>();
    for (int i = 0; i < members; i++) {
      priorities.add(equals ? 200 : 254 - i * (1 + random.nextInt(60)));
    }
    int advertMillis = new int[] {100, 100, 100, 50, 20}[random.nextInt(5)];
    boolean preempt = random.nextInt(4) > 0;
    // A long history lets timeouts of addresses pass, a short one is full of faults.
    boolean isLong = random.nextInt(8) == 0;
    return new Plan(
        members,
        priorities,
        advertMillis,
        preempt,
        preempt && random.nextInt(4) == 0 ? random.nextInt(1000) : 0,
        random.nextInt(3) > 0,
        random.nextInt(5) < 2,
        Lan.values()[new int[] {0, 0, 0, 1, 1, 2, 2, 3}[random.nextInt(8)]],
        Sync.values()[random.nextInt(3)],
        random.nextBoolean(),
        10 + random.nextInt(10),
        10 + random.nextInt(10),
        1 + random.nextInt(2),
        20 + random.nextInt(180),
        random.nextInt(3) == 0 ? 50 : 0,
        1 + random.nextInt(6),
        isLong ? 20_000 + random.nextInt(10_000) : 3000 + random.nextInt(4000),
        isLong ? 500 : 120,
        Math.max(8, advertMillis / 5),
        random.nextInt(3) == 0);
  }

  long advertNanos() {
    return advertMillis * 1_000_000L;
  }

  private static final String SERVER =
      """
      server 1 { ipaddr 192.168.2.10 port 80 dsr enable targets 1,2 scheduler rr }
      target 1 { ipaddr 192.168.2.30 arp 1,3 aliascheck off }
      target 2 { ipaddr 192.168.2.31 arp 1,3 aliascheck off }
      register servers 1 enable servers 1 register targets 1,2 enable targets 1,2
      """;

  /// The file of one node.
  String configuration(int member) {
    int last = lastByte(member);
    return (server ? SERVER : "")
        + """
        interface 1 { name eth0 }
        network 1 { addr 192.168.2.0 mask 26 real 192.168.2.%1$d virt 192.168.2.5 %2$s
                    tarpit enable decoymac %13$s interface 1 }
        vrrp 1 { vrid 50 network 1 priority %3$d advert %4$dms preempt %5$s preemptdelay %6$dms }
        register networks 1 enable networks 1
        set sessions 1024 set addresses 1024 set tarpitstations 64 set persistence 1024
        set natsessions 1024 set fragments 64 set tarpitholdto 10 set tarpitlograte 60000 set tarpitlogtotal 10000
        set tarpitrealto %7$d set tarpittrapto %8$d set tarpitcheckto %9$d set tarpitprobegap %10$d
        set tarpitsweeprate %11$d set tarpitmax6 %12$d
        """
            .formatted(
                last,
                ipv6
                    ? "addr6 2001:db8:1:: mask6 64 real6 2001:db8:1::%d virt6 2001:db8:1::5"
                        .formatted(last)
                    : "",
                priorities.get(member),
                advertMillis,
                preempt ? "on" : "off",
                preemptDelayMillis,
                realSeconds,
                trapSeconds,
                checkSeconds,
                probeGapMillis,
                sweepRate,
                max6,
                decoyMacs ? "vendor" : "virtual");
  }

  /// The last byte of a node's own addresses.
  static int lastByte(int member) {
    return member == 0 ? 4 : 5 + member;
  }
}
