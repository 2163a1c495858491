package io.pitchlake.node.port;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/// Waits for input on several ports at once: one poll(2) over all their descriptors, so that a
/// frame on any of them ends the wait.
///
/// A port without descriptors ([Port#inputDescriptors]) is waited for by itself; where there is one
/// beside others, the ports take turns and each has its part of the time. Engine thread.
public final class PortsWait {
  private static final int ENTRY_BYTES = 8;

  private final List<Port> ports;

  /// The port behind each entry of the poll, null where there is none; empty when the ports cannot
  /// be polled together.
  private final Port[] owners;

  private final Libc libc;
  private final long poll;

  private PortsWait(List<Port> ports, List<Port> owners, List<Integer> descriptors) {
    this.ports = List.copyOf(ports);
    this.owners = owners.toArray(Port[]::new);
    if (owners.isEmpty()) {
      libc = null;
      poll = 0;
      return;
    }
    // As long as the process: a node waits until its end.
    Arena arena = Arena.global();
    libc = new Libc();
    poll = arena.allocate((long) descriptors.size() * ENTRY_BYTES, ENTRY_BYTES).address();
    for (int i = 0; i < descriptors.size(); i++) {
      Native.putInt(poll + (long) i * ENTRY_BYTES, descriptors.get(i));
      Native.putShort(poll + (long) i * ENTRY_BYTES + 4, Libc.POLLIN);
    }
  }

  /// Ready to wait for these ports, which stay open as long as it is used.
  public static PortsWait on(List<Port> ports) {
    return on(ports, new int[0]);
  }

  /// As [#on(List)], and for what else poll(2) says is readable, as far as the ports can be waited
  /// for together.
  public static PortsWait on(List<Port> ports, int[] others) {
    List<Port> owners = new ArrayList<>();
    List<Integer> descriptors = new ArrayList<>();
    for (int other : others) {
      owners.add(null);
      descriptors.add(other);
    }
    for (Port port : ports) {
      int[] own = port.inputDescriptors();
      if (own.length == 0 || ports.size() + others.length == 1) {
        return new PortsWait(ports, List.of(), List.of());
      }
      for (int descriptor : own) {
        owners.add(port);
        descriptors.add(descriptor);
      }
    }
    return new PortsWait(ports, owners, descriptors);
  }

  /// Waits until input is there on any of the ports or about `timeoutNanos` have passed.
  public void await(long timeoutNanos) {
    if (owners.length == 0) {
      for (Port port : ports) {
        port.awaitInput(timeoutNanos / ports.size());
      }
      return;
    }
    if (libc.poll(poll, owners.length, timeoutNanos) <= 0) {
      return;
    }
    for (int i = 0; i < owners.length; i++) {
      if (owners[i] != null
          && (Native.getShort(poll + (long) i * ENTRY_BYTES + 6) & Libc.POLLERR) != 0) {
        // Ends at once, for the error is there, and takes it.
        owners[i].awaitInput(0);
      }
    }
  }
}
