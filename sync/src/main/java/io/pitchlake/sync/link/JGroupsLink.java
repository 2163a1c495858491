package io.pitchlake.sync.link;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.time.Clock;
import io.pitchlake.sync.SyncLink;
import io.pitchlake.sync.seal.LinkSecret;
import io.pitchlake.sync.seal.Refusals;
import io.pitchlake.sync.seal.SealedSockets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jgroups.Address;
import org.jgroups.Event;
import org.jgroups.JChannel;
import org.jgroups.MergeView;
import org.jgroups.Message;
import org.jgroups.PhysicalAddress;
import org.jgroups.Receiver;
import org.jgroups.View;
import org.jgroups.util.UUID;

/// The link over JGroups. [#open] binds and returns at once; the others are looked for beside, for
/// as long as the link is open, and found again after every partition.
///
/// [#send] is for any thread. The listener is called by whichever thread calls [#poll], one at a
/// time.
public final class JGroupsLink implements SyncLink {
  private static final long RETRY_MILLIS = 1_000;
  private static final long LONGEST_LEAVE_MILLIS = 2_000;

  private final LinkSettings settings;
  private final Listener listener;
  private final SealedSockets sockets;
  private final Refusals refusals;
  private final Inbox inbox;
  private final SealedSocketFactory factory;
  private final Thread joiner;

  /// Null until it is made, on the joining thread: JGroups takes its time.
  private volatile JChannel channel;

  /// Of the members that JGroups has told of, by what JGroups calls them.
  private final Map<Address, Lane> members = new ConcurrentHashMap<>();

  /// The same by boot.
  private final Map<Long, Lane> lanes = new ConcurrentHashMap<>();

  private volatile boolean closing;

  /// Opens the link.
  ///
  /// @param wake called by the link's threads when there is something to [#poll]; must not block
  /// @throws LinkException the address cannot be had, with what to do
  public static JGroupsLink open(
      LinkSettings settings, Listener listener, Runnable wake, Clock clock) throws LinkException {
    Inbox inbox = new Inbox(wake);
    Refusals refusals =
        new Refusals(clock, (who, why) -> inbox.put(new Inbox.News.Refused(who, why)));
    SealedSockets sockets =
        new SealedSockets(
            new LinkSecret(settings.key(), settings.cluster()),
            settings.boot(),
            settings.peers().stream()
                .map(peer -> peer.address().inet())
                .collect(Collectors.toUnmodifiableSet()),
            refusals,
            clock);
    InetSocketAddress address = new InetSocketAddress(settings.bind().inet(), settings.port());
    try {
      SealedSocketFactory factory = new SealedSocketFactory(sockets, settings.transport(), address);
      JGroupsLink link = new JGroupsLink(settings, listener, inbox, refusals, sockets, factory);
      link.joiner.start();
      return link;
    } catch (IOException e) {
      sockets.close();
      throw new LinkException(
          "the sync link cannot listen on %s port %d: %s"
              .formatted(settings.bind(), settings.port(), cause(e)),
          e);
    }
  }

  private static String cause(IOException e) {
    String said = String.valueOf(e.getMessage());
    if (said.contains("Cannot assign requested address")) {
      return "this host does not have the address; write one that 'ip address' shows, or give the"
          + " host this one";
    }
    if (said.contains("Address already in use")) {
      return "something else listens there; stop it, or write another 'port' on every node";
    }
    return said;
  }

  private JGroupsLink(
      LinkSettings settings,
      Listener listener,
      Inbox inbox,
      Refusals refusals,
      SealedSockets sockets,
      SealedSocketFactory factory) {
    this.settings = settings;
    this.listener = listener;
    this.inbox = inbox;
    this.refusals = refusals;
    this.sockets = sockets;
    this.factory = factory;
    this.joiner = Thread.ofVirtual().name("sync-join").unstarted(this::join);
  }

  /// Becomes a member, of a cluster of its own if nobody else is there; JGroups merges them later.
  private void join() {
    while (!closing) {
      try {
        if (channel == null) {
          channel = newChannel();
        }
        channel.connect(settings.cluster());
        return;
      } catch (Exception e) {
        try {
          TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }

  private JChannel newChannel() throws Exception {
    JChannel made = Stack.channel(settings, factory);
    long rest = ThreadLocalRandom.current().nextLong();
    made.addAddressGenerator(() -> new UUID(settings.boot(), rest));
    // Given, or JGroups asks the resolver for the host's.
    made.setName(settings.bind() + ":" + settings.port());
    made.setDiscardOwnMessages(true);
    made.setReceiver(new FromJGroups());
    return made;
  }

  @Override
  public boolean send(Peer to, ByteBuffer frame) {
    if (frame.remaining() > MAX_FRAME_BYTES) {
      throw new IllegalArgumentException("a frame of " + frame.remaining() + " bytes");
    }
    Lane lane = lanes.get(to.boot());
    return lane == null || lane.offer(frame);
  }

  @Override
  public boolean isReliable() {
    return true;
  }

  /// Has the listener called with what has come, at most so often, and says how often that was.
  public int poll(int most) {
    return inbox.drainTo(listener, most);
  }

  /// Frames that were dropped because nobody polled.
  public long framesDropped() {
    return inbox.dropped();
  }

  /// How often somebody was turned away.
  public long refused() {
    return refusals.count();
  }

  /// Leaves the cluster, in order if that is possible within two seconds. The listener hears
  /// nothing any more.
  @Override
  public void close() {
    closing = true;
    inbox.close();
    joiner.interrupt();
    lanes.values().forEach(Lane::close);
    Thread leaving = Thread.ofVirtual().name("sync-leave").start(this::leave);
    try {
      leaving.join(LONGEST_LEAVE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    sockets.close();
  }

  private void leave() {
    try {
      joiner.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (channel != null) {
      channel.close();
    }
  }

  private String nameOf(Address member) {
    Object physical = channel.down(new Event(Event.GET_PHYSICAL_ADDRESS, member));
    return physical instanceof PhysicalAddress at
        ? named(IpAddress.of(at.getIpAddress()), at.getPort())
        : String.valueOf(member);
  }

  private String named(IpAddress address, int port) {
    if (port == settings.port()) {
      return address.toString();
    }
    return (address.isIpv4() ? address.toString() : "[" + address + "]") + ":" + port;
  }

  /// What JGroups calls, on its threads: views one after the other, frames beside them.
  private final class FromJGroups implements Receiver {
    @Override
    public void receive(Message message) {
      Lane lane = members.get(message.getSrc());
      if (lane != null && message.hasArray()) {
        inbox.putFrame(
            new Inbox.News.Frame(
                lane.peer(), message.getArray(), message.getOffset(), message.getLength()));
      }
    }

    @Override
    public synchronized void viewAccepted(View view) {
      Set<Address> present = new HashSet<>(view.getMembers());
      present.remove(channel.getAddress());
      Set<Address> strangers = view instanceof MergeView merge ? otherSides(merge) : Set.of();
      Map<Address, Lane> before = new HashMap<>(members);
      before.forEach((member, lane) -> {
        // Who was on another side of a split has long lost this node, though not the reverse.
        if (!present.contains(member) || strangers.contains(member)) {
          leave(member, lane);
        }
      });
      present.stream().filter(member -> !members.containsKey(member)).forEach(this::join);
    }

    private Set<Address> otherSides(MergeView merge) {
      return merge.getSubgroups().stream()
          .filter(side -> !side.containsMember(channel.getAddress()))
          .flatMap(side -> side.getMembers().stream())
          .collect(Collectors.toSet());
    }

    private void join(Address member) {
      Peer peer = new Peer(((UUID) member).getMostSignificantBits(), nameOf(member));
      Lane lane = new Lane(channel, member, peer);
      members.put(member, lane);
      lanes.put(peer.boot(), lane);
      inbox.put(new Inbox.News.Joined(peer));
    }

    private void leave(Address member, Lane lane) {
      members.remove(member);
      lanes.remove(lane.peer().boot(), lane);
      lane.close();
      inbox.put(new Inbox.News.Left(lane.peer()));
    }
  }
}
