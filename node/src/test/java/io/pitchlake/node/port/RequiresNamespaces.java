package io.pitchlake.node.port;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Marks tests that make network namespaces, which takes Linux, root and iproute2. Elsewhere they
/// are left out, and the report says why.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(RequiresNamespaces.Condition.class)
@interface RequiresNamespaces {

  /// Looks at the operating system, the user and the `ip` command.
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      if (!System.getProperty("os.name").equals("Linux")) {
        return ConditionEvaluationResult.disabled("needs Linux network namespaces");
      }
      if (!System.getProperty("user.name").equals("root")) {
        return ConditionEvaluationResult.disabled("needs root to make network namespaces");
      }
      if (!Files.isExecutable(Path.of("/sbin/ip"))
          && !Files.isExecutable(Path.of("/usr/sbin/ip"))) {
        return ConditionEvaluationResult.disabled("needs the command ip (apt install iproute2)");
      }
      return ConditionEvaluationResult.enabled("Linux, root and ip are there");
    }
  }
}
