package io.pitchlake.it.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Decides for [RequiresRoot].
final class RootCondition implements ExecutionCondition {
  private static final Path SELF = Path.of("/proc/self");

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (isRoot()) {
      return ConditionEvaluationResult.enabled("root on Linux");
    }
    String reason = "needs root on Linux for network namespaces; run: sudo deploy/test.sh";
    if (context.getTestMethod().isEmpty()) {
      System.out.println("left out: " + context.getDisplayName() + " " + reason);
    }
    return ConditionEvaluationResult.disabled(reason);
  }

  private static boolean isRoot() {
    try {
      return Files.isDirectory(SELF) && (int) Files.getAttribute(SELF, "unix:uid") == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
