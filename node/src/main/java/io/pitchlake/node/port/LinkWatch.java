package io.pitchlake.node.port;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.pitchlake.common.time.ThreadEnd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;

/// Knows whether interfaces have a link: a thread waits for the kernel to tell of a change (a
/// netlink socket) and asks then what has changed; what it has learnt may be read by any thread.
///
/// It asks every 20 ms in any case: the kernel holds messages about links that go back, up to a
/// second, when there have been others just before.
public final class LinkWatch implements Carrier, AutoCloseable {
  private static final long ASK_NANOS = 20_000_000;
  private static final int NETLINK_ROUTE = 0;
  private static final int RTMGRP_LINK = 1;
  private static final int IFF_UP = 1;
  private static final int NAME_BYTES = 16;
  private static final long SIOCGIFFLAGS = 0x8913;
  private static final long SIOCETHTOOL = 0x8946;
  private static final int ETHTOOL_GLINK = 0x0a;
  private static final int MESSAGE_BYTES = 16_384;

  private final List<String> names;
  private final AtomicIntegerArray up;
  private final Libc libc = new Libc();
  private final Arena arena = Arena.ofShared();
  private final MemorySegment message = arena.allocate(MESSAGE_BYTES, 8);
  private final MemorySegment poll = arena.allocate(8, 8);
  private final int news;
  private final int questions;
  private final Thread thread;
  private volatile boolean closing;

  private LinkWatch(List<String> names) {
    this.names = List.copyOf(names);
    this.up = new AtomicIntegerArray(names.size());
    this.questions = libc.socket(Libc.AF_UNIX, Libc.SOCK_DGRAM, 0);
    this.news = libc.socket(Libc.AF_NETLINK, Libc.SOCK_RAW, NETLINK_ROUTE);
    MemorySegment address = libc.scratch();
    address.set(JAVA_SHORT, 0, (short) Libc.AF_NETLINK);
    address.set(JAVA_INT, 8, RTMGRP_LINK);
    libc.bind(news, address.address(), 12);
    poll.set(JAVA_INT, 0, news);
    poll.set(JAVA_SHORT, 4, (short) Libc.POLLIN);
    ask();
    thread = Thread.ofPlatform().daemon().name("links").unstarted(this::watch);
  }

  /// Watches the interfaces of these names in the calling thread's network namespace. Where the
  /// kernel does not tell, a link counts as up.
  public static LinkWatch on(List<String> names) {
    LinkWatch watch = new LinkWatch(names);
    watch.thread.start();
    return watch;
  }

  @Override
  public boolean isUp(int port) {
    return up.getAcquire(port) != 0;
  }

  private void watch() {
    while (!closing) {
      if (libc.poll(poll.address(), 1, ASK_NANOS) > 0) {
        // What it says is asked for below, of all that are watched.
        libc.recv(news, message.address(), MESSAGE_BYTES, Libc.MSG_DONTWAIT);
      }
      ask();
    }
  }

  private void ask() {
    for (int i = 0; i < names.size(); i++) {
      up.setRelease(i, hasLink(names.get(i)) ? 1 : 0);
    }
  }

  private boolean hasLink(String name) {
    MemorySegment request = libc.scratch();
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    MemorySegment.copy(bytes, 0, request, JAVA_BYTE, 0, Math.min(bytes.length, NAME_BYTES - 1));
    if (libc.ioctl(questions, SIOCGIFFLAGS, request.address()) < 0) {
      return true; // its port notices when it has gone
    }
    if ((request.get(JAVA_SHORT, NAME_BYTES) & IFF_UP) == 0) {
      return false;
    }
    MemorySegment link = request.asSlice(128, 8);
    link.set(JAVA_INT, 0, ETHTOOL_GLINK);
    Native.putLong(request.address() + NAME_BYTES, link.address());
    return libc.ioctl(questions, SIOCETHTOOL, request.address()) < 0 || link.get(JAVA_INT, 4) != 0;
  }

  @Override
  public void close() {
    closing = true;
    ThreadEnd.await(thread);
    libc.close(news);
    libc.close(questions);
    libc.close();
    arena.close();
  }
}
