package io.pitchlake.node.port;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// A network namespace that lives as long as one thread: the thread has left the namespace it was
/// born in, so sockets that it opens and programs that it starts are inside. Nothing has a name,
/// and nothing is left when the test dies.
final class NetworkNamespace implements AutoCloseable {
  private static final int CLONE_NEWNET = 0x4000_0000;
  private static final MethodHandle UNSHARE =
      handle("unshare", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle GETTID = handle("gettid", FunctionDescriptor.of(JAVA_INT));

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("namespace").daemon().factory());
  private final int threadId;

  NetworkNamespace() {
    threadId =
        call(() -> {
          if (invoke(() -> (int) UNSHARE.invokeExact(CLONE_NEWNET)) != 0) {
            throw new IOException("unshare(CLONE_NEWNET) failed");
          }
          disableIpv6();
          command("ip", "link", "set", "lo", "up");
          return invoke(() -> (int) GETTID.invokeExact());
        });
  }

  private interface NativeCall {
    int run() throws Throwable;
  }

  private static int invoke(NativeCall call) throws IOException {
    try {
      return call.run();
    } catch (Throwable t) {
      throw new IOException(t);
    }
  }

  private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
  }

  /// Keeps the kernel from speaking on its own: neighbour discovery would mix with the frames of a
  /// test.
  private static void disableIpv6() throws IOException {
    for (String scope : List.of("all", "default")) {
      Path setting = Path.of("/proc/sys/net/ipv6/conf/" + scope + "/disable_ipv6");
      if (Files.exists(setting)) {
        Files.writeString(setting, "1");
      }
    }
  }

  /// Runs `body` inside, and waits for at most a minute.
  <T> T call(Callable<T> body) {
    try {
      return thread.submit(body).get(60, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Runs a command inside and returns what it printed; a failure is an error with its output.
  String run(String... command) {
    return call(() -> command(command));
  }

  /// A veth pair with `name` here and `peerName` in `peer`, both up, without ARP.
  void veth(String name, String mac, NetworkNamespace peer, String peerName, String peerMac) {
    run(
        "ip", "link", "add", name, "address", mac, "type", "veth", "peer", "name", peerName,
        "address", peerMac);
    if (peer != this) {
      run("ip", "link", "set", peerName, "netns", String.valueOf(peer.threadId));
    }
    run("ip", "link", "set", name, "up");
    peer.run("ip", "link", "set", peerName, "up");
  }

  private static String command(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    if (code != 0) {
      throw new IOException(String.join(" ", command) + " ended with " + code + ": " + output);
    }
    return output;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
