package io.pitchlake.node.admin;

import static io.pitchlake.node.admin.Column.number;
import static io.pitchlake.node.admin.Column.text;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.node.Node;
import io.pitchlake.node.engine.Trace;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/// Has the engines note what becomes of the next frames, for a few seconds at most. One operator at
/// a time: the last who asks takes it over.
final class Tracing {
  private static final int MOST_FRAMES = 1000;
  private static final long LONGEST_SECONDS = 10;
  private static final long LOOK_MILLIS = 20;

  static final Shape SHAPE =
      Shape.table(
          "frames",
          number("micros", "since the first one"),
          text("port", "the interface it came by"),
          text("from", "its sender"),
          text("to", "whom it was for"),
          text("what", "in words"),
          number("bytes", "its length"),
          text("from_mac", "its sender's"),
          text("to_mac", "whom it was for"),
          text("module", "which ended its way; those before it let it pass"),
          text("verdict", "consumed, forwarded or dropped"),
          text("reason", "why it was dropped"));

  private final Operated operated;
  private final List<EngineReader> engines;

  Tracing(Operated operated, List<EngineReader> engines) {
    this.operated = operated;
    this.engines = engines;
  }

  Page trace(Request request) throws Refusal {
    int frames = (int) request.number("frames", 20, 1, MOST_FRAMES);
    long seconds = request.number("seconds", 5, 1, LONGEST_SECONDS);
    IpAddress only = request.address("address").orElse(null);
    List<Trace> traces = engines.stream().map(engine -> new Trace(frames, only)).toList();
    try {
      for (int i = 0; i < engines.size(); i++) {
        use(engines.get(i), traces.get(i));
      }
      await(traces, seconds);
    } finally {
      for (EngineReader engine : engines) {
        use(engine, null);
      }
    }
    Page page = new Page(SHAPE);
    for (int i = 0; i < engines.size(); i++) {
      rows(page, operated.nodes().get(i), traces.get(i));
    }
    return page;
  }

  private static void use(EngineReader engine, Trace trace) throws Refusal {
    var _ =
        engine.ask(inside -> {
          inside.trace(trace);
          return true;
        });
  }

  private static void await(List<Trace> traces, long seconds) throws Refusal {
    long untilNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (traces.stream().noneMatch(Trace::isFull) && System.nanoTime() - untilNanos < 0) {
      try {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw Refusal.hangs();
      }
    }
  }

  private static void rows(Page page, Node node, Trace trace) {
    List<String> chain = node.configuration().modules();
    int count = trace.count();
    for (int row = 0; row < count; row++) {
      int module = trace.module(row);
      page.row(
          "frames",
          (trace.nanos(row) - trace.nanos(0)) / 1000,
          node.ports().get(trace.port(row)).name(),
          trace.source(row).toString(),
          trace.destination(row).toString(),
          trace.what(row),
          (long) trace.lengthBytes(row),
          new MacAddress(trace.sourceMac(row)).toString(),
          new MacAddress(trace.destinationMac(row)).toString(),
          module < chain.size() ? chain.get(module) : "nobody",
          trace.reason(row) == null ? lower(trace.verdict(row)) : "dropped",
          trace.reason(row) == null ? null : trace.reason(row).meaning());
    }
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
