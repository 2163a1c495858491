package io.pitchlake.sync.link;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.sync.SyncLink;
import java.net.InetSocketAddress;
import java.util.List;
import org.jgroups.JChannel;
import org.jgroups.protocols.FD_ALL3;
import org.jgroups.protocols.FRAG4;
import org.jgroups.protocols.MERGE3;
import org.jgroups.protocols.MFC;
import org.jgroups.protocols.PING;
import org.jgroups.protocols.TCP;
import org.jgroups.protocols.TCPPING;
import org.jgroups.protocols.TP;
import org.jgroups.protocols.UDP;
import org.jgroups.protocols.UFC;
import org.jgroups.protocols.UNICAST3;
import org.jgroups.protocols.VERIFY_SUSPECT2;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.protocols.pbcast.NAKACK2;
import org.jgroups.protocols.pbcast.STABLE;
import org.jgroups.stack.Protocol;
import org.jgroups.util.SocketFactory;

/// The protocols of JGroups that carry the link, bottom first.
///
/// What is not there: state transfer (the replication protocol has snapshots of its own, in
/// pieces), FD_SOCK2 (its ports 7900 and up would stand beside the sealed ones, and a TCP
/// connection that ends tells the same), diagnostics.
final class Stack {
  /// A peer is suspected when nothing has been heard of it for this long. Generous, as nothing is
  /// decided by it but to whom frames go.
  private static final long SILENT_MILLIS = 1_500;

  private static final long HEARTBEAT_MILLIS = 250;

  /// Whoever is suspected, by silence or by an end of its connection, is asked first.
  private static final long ASKED_MILLIS = 200;

  /// Sides of a split look for each other in this rhythm.
  private static final long MERGE_LEAST_MILLIS = 300;

  private static final long MERGE_MOST_MILLIS = 1_000;

  /// How long a node that starts waits for an answer before it is a cluster of its own. Nobody
  /// waits for that, and merging takes longer.
  private static final long JOIN_MILLIS = 1_000;

  private static final long LEAVE_MILLIS = 500;

  /// How many bytes may be on their way to a peer.
  private static final int CREDIT_BYTES = 4 * 1024 * 1024;

  /// Messages that wait for one connection; flow control lets no more come than these hold.
  private static final int SEND_QUEUE = 512;

  private static final int CONNECT_MILLIS = 500;

  /// Where datagrams for all nodes go: a group of this site's own choice (RFC 2365), or of the link
  /// (RFC 4291, transient), and no further than the link.
  private static final IpAddress GROUP = IpAddress.parse("239.255.78.0");

  private static final IpAddress GROUP6 = IpAddress.parse("ff12::504c:4e00");
  private static final int HOPS = 1;
  private static final int FRAGMENT_BYTES = 60_000;

  /// What one bundle may hold: a whole frame and its headers.
  private static final int BUNDLE_BYTES = SyncLink.MAX_FRAME_BYTES + 1_024;

  private static final int LONGEST_MESSAGE_BYTES = 2 * BUNDLE_BYTES;

  private Stack() {}

  /// A channel that has these protocols and is not connected yet.
  static JChannel channel(LinkSettings settings, SocketFactory sockets) throws Exception {
    JChannel channel = new JChannel(of(settings, sockets));
    channel.getProtocolStack().getTransport().getDiagnosticsHandler().setEnabled(false);
    return channel;
  }

  private static List<Protocol> of(LinkSettings settings, SocketFactory sockets) {
    return List.of(
        switch (settings.transport()) {
          case TCP -> connections(settings, sockets);
          case UDP -> datagrams(settings, sockets);
        },
        switch (settings.transport()) {
          case TCP -> new TCPPING().initialHosts(addresses(settings)).portRange(0);
          case UDP -> new PING();
        },
        new MERGE3()
            .setMinInterval(MERGE_LEAST_MILLIS)
            .setMaxInterval(MERGE_MOST_MILLIS)
            .setCheckInterval(MERGE_MOST_MILLIS),
        new FD_ALL3().setTimeout(SILENT_MILLIS).setInterval(HEARTBEAT_MILLIS),
        new VERIFY_SUSPECT2().setTimeout(ASKED_MILLIS),
        new NAKACK2().useMcastXmit(false),
        new UNICAST3(),
        new STABLE(),
        gms(),
        new UFC().setMaxCredits(CREDIT_BYTES).setMinThreshold(0.4),
        new MFC().setMaxCredits(CREDIT_BYTES).setMinThreshold(0.4),
        new FRAG4().setFragSize(FRAGMENT_BYTES));
  }

  private static List<InetSocketAddress> addresses(LinkSettings settings) {
    return settings.peers().stream()
        .map(peer -> new InetSocketAddress(peer.address().inet(), peer.port()))
        .toList();
  }

  private static TP datagrams(LinkSettings settings, SocketFactory sockets) {
    UDP udp = new UDP();
    udp.setSocketFactory(sockets);
    udp.setBindAddress(settings.bind().inet()).setBindPort(settings.port()).setPortRange(0);
    udp.setBundlerType("per-destination");
    return udp.setMulticastAddress((settings.bind().isIpv4() ? GROUP : GROUP6).inet())
        .setMulticastPort(settings.port())
        .setIpTTL(HOPS);
  }

  private static TP connections(LinkSettings settings, SocketFactory sockets) {
    TCP tcp = new TCP();
    tcp.setSocketFactory(sockets);
    tcp.setBindAddress(settings.bind().inet()).setBindPort(settings.port()).setPortRange(0);
    tcp.setBundlerType("per-destination");
    tcp.setClientBindAddr(settings.bind().inet())
        .setSockConnTimeout(CONNECT_MILLIS)
        .setMaxLength(LONGEST_MESSAGE_BYTES)
        .tcpNodelay(true)
        .enableSuspectEvents(true)
        .logDetails(false);
    tcp.nonBlockingSends(true).maxSendQueue(SEND_QUEUE).setBufferedOutputStreamSize(BUNDLE_BYTES);
    return tcp;
  }

  private static GMS gms() {
    return new GMS()
        .setJoinTimeout(JOIN_MILLIS)
        .setLeaveTimeout(LEAVE_MILLIS)
        .printLocalAddress(false);
  }
}
