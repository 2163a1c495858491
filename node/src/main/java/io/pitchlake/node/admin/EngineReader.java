package io.pitchlake.node.admin;

import io.pitchlake.node.Inside;
import io.pitchlake.node.Node;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/// Asks one engine, from a worker: hands over a piece of work and waits for what comes of it. The
/// engine does the piece between two turns' frames and goes on; so a piece must be small, however
/// large what is asked for. A worker that waits has one piece at the engine. Pieces that nobody
/// waits for any more are few, too: the engine's queue is for others as well.
final class EngineReader {
  private static final long PATIENCE_MILLIS = 1000;
  private static final int MOST_PENDING = 8;

  private final Node node;
  private final AtomicInteger pending = new AtomicInteger();

  EngineReader(Node node) {
    this.node = node;
  }

  Node node() {
    return node;
  }

  /// What `look` has found inside the engine.
  ///
  /// @param look runs on the engine's thread: no words, no waiting, nothing that grows
  /// @throws Refusal the engine does not answer in time
  <T> T ask(Function<Inside, T> look) throws Refusal {
    if (pending.get() >= MOST_PENDING) {
      throw Refusal.hangs();
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    pending.incrementAndGet();
    boolean taken =
        node.whenTurning(() -> {
          pending.decrementAndGet();
          try {
            answer.complete(look.apply(node.inside()));
          } catch (RuntimeException e) {
            // A mistake in what an operator is shown must not end the engine.
            answer.completeExceptionally(e);
          }
        });
    if (!taken) {
      pending.decrementAndGet();
      throw Refusal.hangs();
    }
    try {
      return answer.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw Refusal.hangs();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Refusal.hangs();
    }
  }
}
