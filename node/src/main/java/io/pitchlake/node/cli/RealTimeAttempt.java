package io.pitchlake.node.cli;

import io.pitchlake.common.time.ThreadEnd;
import io.pitchlake.node.engine.RealTime;
import io.pitchlake.node.port.ThreadPriority;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/// Has a thread scheduled in real time for a moment, as an engine's is: why it was refused, empty
/// where it was not.
final class RealTimeAttempt implements Supplier<Optional<String>> {
  @Override
  public Optional<String> get() {
    AtomicReference<Optional<String>> refusal = new AtomicReference<>(Optional.empty());
    Thread thread =
        Thread.ofPlatform()
            .name("attempt")
            .start(() -> {
              try (ThreadPriority priority = new ThreadPriority()) {
                if (!priority.realTime(RealTime.PRIORITY)) {
                  refusal.set(Optional.of(priority.refusal()));
                }
              }
            });
    ThreadEnd.await(thread);
    return refusal.get();
  }
}
