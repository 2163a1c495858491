package io.pitchlake.node.drill;

import io.pitchlake.node.drill.Lane.Stretch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Moments in the order in which they came, on the clock of the drill.
final class Times {
  private long[] nanos = new long[1 << 10];
  private int count;

  void add(long moment) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * count);
    }
    nanos[count++] = moment;
  }

  int count() {
    return count;
  }

  long get(int index) {
    return nanos[index];
  }

  /// How many are within a stretch.
  int countIn(Stretch stretch) {
    return firstFrom(stretch.toNanos()) - firstFrom(stretch.fromNanos());
  }

  /// The place of the first one that is not before `moment`.
  int firstFrom(long moment) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (nanos[middle] - moment < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /// The stretches within which no two neighbours are further apart than `pauseNanos`.
  List<Stretch> spans(Stretch stretch, long pauseNanos) {
    List<Stretch> spans = new ArrayList<>();
    for (int i = firstFrom(stretch.fromNanos()); i < count && stretch.has(nanos[i]); i++) {
      boolean goesOn = !spans.isEmpty() && nanos[i] - spans.getLast().toNanos() <= pauseNanos;
      long from = goesOn ? spans.removeLast().fromNanos() : nanos[i];
      spans.add(new Stretch(from, nanos[i]));
    }
    return spans;
  }
}
