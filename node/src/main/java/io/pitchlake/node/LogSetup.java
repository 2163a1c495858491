package io.pitchlake.node;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.Map;

/// Lines for people, on standard output. Set up by code, for a command that is over in a moment
/// would spend a third of it on reading a file about this; a file that is there, or named by
/// `-Dlogback.configurationFile`, goes before.
@ConfiguratorRank(ConfiguratorRank.NOMINAL - 1)
public final class LogSetup extends ContextAwareBase implements Configurator {
  private static final String PATTERN = "%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level %msg%n";

  /// Libraries that say too much.
  private static final Map<String, Level> LIBRARIES =
      Map.of(
          // It tells of every dispatch at INFO.
          "org.pcap4j", Level.WARN,
          // Who joins, leaves and is refused is told by the link itself.
          "org.jgroups", Level.OFF);

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(PATTERN);
    encoder.start();
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setName("STDOUT");
    console.setEncoder(encoder);
    console.start();
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    root.addAppender(console);
    LIBRARIES.forEach((name, level) -> context.getLogger(name).setLevel(level));
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }
}
