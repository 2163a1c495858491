package io.pitchlake.it.docker;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.junit.jupiter.Testcontainers;

/// A lab test on containers: without a Docker engine it is left out, with one line that says so.
@Tag("lab")
@ExtendWith(RequiresDocker.Condition.class)
@Testcontainers(disabledWithoutDocker = true)
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@interface RequiresDocker {

  /// Says why.
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      if (DockerClientFactory.instance().isDockerAvailable()) {
        return ConditionEvaluationResult.enabled("there is a Docker engine");
      }
      String reason = "needs a Docker engine; run: sudo deploy/test.sh";
      if (context.getTestMethod().isEmpty()) {
        System.out.println("left out: " + context.getDisplayName() + " " + reason);
      }
      return ConditionEvaluationResult.disabled(reason);
    }
  }
}
