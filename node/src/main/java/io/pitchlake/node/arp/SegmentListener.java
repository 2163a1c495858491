package io.pitchlake.node.arp;

import io.pitchlake.common.session.AddressTable;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.Ipv6Header;
import io.pitchlake.common.wire.MldReport;
import io.pitchlake.node.engine.PacketContext;

/// What a node listens to on one port and VLAN, and when it says so: at the start and after every
/// change, [#ANNOUNCEMENTS] times (RFC 3810 section 6.1; RFC 9777 has taken its place and kept its
/// sections); on a query, within the time it asks for (section 6.2); and unasked every
/// [#REFRESH_NANOS], because a switch that has started again, or a cable that was out, is no query.
///
/// Where a querier of version 1 was heard within [#OLD_QUERIER_NANOS], all is said in its words
/// (section 8.2.1). Engine thread; only [#configure] allocates.
final class SegmentListener {
  /// How often a change is told, a second or two apart; RFC 3810 calls it robustness.
  static final int ANNOUNCEMENTS = 3;

  /// Well below the 260 s after which a querier forgets who has said nothing, and below what a pair
  /// that has lost sight of each other should have to wait.
  static final long REFRESH_NANOS = 20_000_000_000L;

  /// RFC 3810 section 9.12 with its default values.
  static final long OLD_QUERIER_NANOS = 260_000_000_000L;

  /// Queries in quick succession are answered together, even if they ask for less time: whoever
  /// asks without end must not have the node answer without end.
  static final long LEAST_GAP_NANOS = 200_000_000L;

  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final long MILLI_NANOS = 1_000_000L;

  /// Frames of version 1 in one turn: there is one for each group.
  private static final int OLD_REPORTS_PER_TURN = 16;

  /// What a group adds to the least gap where it costs a frame of its own.
  private static final long OLD_REPORT_GAP_NANOS = 1_000_000L;

  private static final long NONE = 0;

  private final ListenerPlace place;
  private final ListenerWriter writer;
  private final long[] batch = new long[MldReport.MOST_RECORDS];

  private ListenedGroups wanted;
  private GroupSet listened = new GroupSet(0);
  private GroupSet next = new GroupSet(0);

  private int announcements;
  private long updateNanos;
  private long reportNanos;
  private boolean oldQuerier;
  private long oldQuerierUntilNanos;

  private boolean reporting;
  private int reportType;
  private int reportFrom;
  private long reportedNanos;

  private long askedFor;
  private long askedForNanos;
  private long answeredNanos;
  private long chance;

  SegmentListener(ListenerPlace place, ListenerWriter writer, long nowNanos) {
    this.place = place;
    this.writer = writer;
    chance = place.mac() << 12 ^ place.vlan() ^ nowNanos | 1;
    reportNanos = nowNanos + REFRESH_NANOS;
    reportedNanos = nowNanos - LEAST_GAP_NANOS;
    answeredNanos = reportedNanos;
  }

  ListenerPlace place() {
    return place;
  }

  /// Takes over what is to be listened to; what no longer is will be left.
  void configure(ListenedGroups groups, long nowNanos) {
    wanted = groups;
    GroupSet before = listened;
    int capacity = Math.max(groups.capacity(), before.size());
    listened = new GroupSet(capacity);
    next = new GroupSet(capacity);
    for (int slot = 0; slot < before.slots(); slot++) {
      if (before.at(slot) != NONE) {
        listened.add(before.at(slot));
      }
    }
    reportFrom = 0;
    updateNanos = nowNanos;
  }

  int groups() {
    return listened.size();
  }

  /// A query has come, whole and with a good checksum (RFC 3810 sections 5.1.14 and 6.2).
  void asked(PacketContext packet) {
    Icmpv6Header query = packet.icmpv6();
    Ipv6Header ip = packet.ipv6();
    long nowNanos = packet.nowNanos();
    if (query.lengthBytes() == Icmpv6Header.LISTENER_LENGTH) {
      oldQuerier = true;
      oldQuerierUntilNanos = nowNanos + OLD_QUERIER_NANOS;
    }
    long dueNanos = nowNanos + drawn(query.maxResponseMillis() * MILLI_NANOS);
    if ((query.groupHigh() | query.groupLow()) == 0) {
      reportBy(dueNanos);
    } else if (query.groupHigh() == Icmpv6Header.LINK_GROUP_HIGH
        && ip.destinationHigh() == query.groupHigh()
        && listened.contains(query.groupLow())) {
      askedFor(query.groupLow(), dueNanos);
    }
  }

  /// A report of everything that is due sooner answers for the group, too, as it does for a second
  /// group.
  private void askedFor(long group, long dueNanos) {
    if (askedFor != NONE && askedFor != group) {
      reportBy(dueNanos);
    } else if (reportNanos - dueNanos > 0 && (askedFor == NONE || askedForNanos - dueNanos > 0)) {
      askedFor = group;
      askedForNanos = dueNanos;
    }
  }

  /// What was said in this turn nobody has heard.
  void unheard(long nowNanos) {
    announcements = Math.max(announcements, 1);
    reportBy(nowNanos + SECOND_NANOS);
  }

  void tick(AddressTable table, long nowNanos) {
    if (oldQuerier && nowNanos - oldQuerierUntilNanos >= 0) {
      oldQuerier = false;
    }
    if (nowNanos - updateNanos >= 0) {
      updateNanos = nowNanos + SECOND_NANOS;
      update(table, nowNanos);
    }
    if (askedFor != NONE
        && nowNanos - askedForNanos >= 0
        && nowNanos - answeredNanos >= LEAST_GAP_NANOS) {
      answeredNanos = nowNanos;
      batch[0] = askedFor;
      askedFor = NONE;
      say(MldReport.MODE_IS_EXCLUDE, 1);
    }
    if (!reporting && nowNanos - reportNanos >= 0) {
      beginReport(nowNanos);
    }
    if (reporting) {
      goOnReporting();
    }
  }

  private void update(AddressTable table, long nowNanos) {
    next.clear();
    wanted.collect(table, next);
    int joined = difference(next, listened);
    if (joined > 0) {
      announcements = ANNOUNCEMENTS;
      if (joined <= most()) {
        say(MldReport.CHANGE_TO_EXCLUDE, joined);
        announcements--;
        reportBy(nowNanos + SECOND_NANOS);
      } else {
        reportBy(nowNanos);
      }
    }
    // Whoever is not told because there is no room hears nothing of the group and forgets it.
    int left = Math.min(difference(listened, next), most());
    if (left > 0) {
      say(MldReport.CHANGE_TO_INCLUDE, left);
    }
    if (joined > 0 || left > 0) {
      GroupSet before = listened;
      listened = next;
      next = before;
      reportFrom = 0;
    }
  }

  /// Puts what `of` holds and `without` does not into the batch, as far as there is room, and says
  /// how many there are.
  private int difference(GroupSet of, GroupSet without) {
    int count = 0;
    for (int slot = 0; slot < of.slots(); slot++) {
      long group = of.at(slot);
      if (group != NONE && !without.contains(group)) {
        if (count < batch.length) {
          batch[count] = group;
        }
        count++;
      }
    }
    return count;
  }

  private void reportBy(long nanos) {
    if (reportNanos - nanos > 0) {
      reportNanos = nanos;
    }
    long gapNanos = LEAST_GAP_NANOS + (oldQuerier ? listened.size() * OLD_REPORT_GAP_NANOS : 0);
    if (reportNanos - reportedNanos < gapNanos) {
      reportNanos = reportedNanos + gapNanos;
    }
  }

  private void beginReport(long nowNanos) {
    reporting = true;
    reportFrom = 0;
    reportType = announcements > 0 ? MldReport.CHANGE_TO_EXCLUDE : MldReport.MODE_IS_EXCLUDE;
    announcements = Math.max(announcements - 1, 0);
    reportedNanos = nowNanos;
    reportNanos =
        nowNanos + (announcements > 0 ? SECOND_NANOS + drawn(SECOND_NANOS) : REFRESH_NANOS);
  }

  private void goOnReporting() {
    int count = 0;
    while (count < most() && reportFrom < listened.slots()) {
      long group = listened.at(reportFrom++);
      if (group != NONE) {
        batch[count++] = group;
      }
    }
    if (count > 0) {
      say(reportType, count);
    }
    reporting = reportFrom < listened.slots();
  }

  private int most() {
    return oldQuerier ? OLD_REPORTS_PER_TURN : MldReport.MOST_RECORDS;
  }

  /// Says the same of the first `count` groups of the batch.
  private void say(int recordType, int count) {
    if (!oldQuerier) {
      writer.report(place, recordType, batch, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      if (recordType == MldReport.CHANGE_TO_INCLUDE) {
        writer.oldDone(place, batch[i]);
      } else {
        writer.oldReport(place, batch[i]);
      }
    }
  }

  /// A time from 0 to less than the bound, so that not all of a segment answer at once; different
  /// for each node, because MAC addresses are (xorshift, G. Marsaglia 2003).
  private long drawn(long boundNanos) {
    chance ^= chance << 13;
    chance ^= chance >>> 7;
    chance ^= chance << 17;
    return boundNanos == 0 ? 0 : (chance >>> 1) % boundNanos;
  }
}
