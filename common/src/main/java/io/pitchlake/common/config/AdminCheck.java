package io.pitchlake.common.config;

import io.pitchlake.common.config.Configuration.Admin;
import io.pitchlake.common.config.Configuration.AdminListen;
import io.pitchlake.common.config.Configuration.AdminSocket;

/// What whoever listens to an operator over the network needs: a token, and TLS to carry it.
final class AdminCheck {
  private final Draft draft;
  private final Problems problems;

  AdminCheck(Draft draft, Problems problems) {
    this.draft = draft;
    this.problems = problems;
  }

  Admin check() {
    draft.only(SectionKind.ADMIN).ifPresent(this::section);
    return draft.only(SectionKind.ADMIN).map(AdminCheck::admin).orElse(Admin.DEFAULT);
  }

  private static Admin admin(Section section) {
    return new Admin(
        section.value(Grammar.ADMIN_SOCKET).orElseGet(AdminSocket.Auto::new),
        section.value(Grammar.ADMIN_LISTEN).orElseGet(AdminListen.Auto::new),
        section.value(Grammar.TOKEN),
        section.value(Grammar.CERTIFICATE),
        section.value(Grammar.TLS_KEY),
        section.value(Grammar.CONNECTIONS).orElse(Admin.DEFAULT_CONNECTIONS),
        section.value(Grammar.RATE).orElse(Admin.DEFAULT_RATE));
  }

  private void section(Section section) {
    together(section, Grammar.CERTIFICATE, Grammar.TLS_KEY);
    together(section, Grammar.TLS_KEY, Grammar.CERTIFICATE);
    section
        .placed(Grammar.ADMIN_LISTEN)
        .forEach(listen -> {
          if (listen.value() instanceof AdminListen.At(var address, int _)
              && !address.isLoopback()) {
            fromOutside(section, listen.at(), Grammar.TOKEN, "head -c 32 /dev/urandom | base64");
            fromOutside(section, listen.at(), Grammar.CERTIFICATE, "openssl req -x509 ...");
          }
          if (listen.value() instanceof AdminListen.Off && section.has(Grammar.TOKEN)) {
            problems.warning(
                section.at(Grammar.TOKEN),
                "token",
                "has no effect, as nobody comes over HTTP",
                "write 'listen ADDRESS:PORT', or take it out");
          }
        });
  }

  private void together(Section section, Field<?> one, Field<?> other) {
    if (section.has(one) && !section.has(other)) {
      problems.error(
          section.at(one),
          one.word(),
          "stands without '%s'".formatted(other.word()),
          "write '%s FILE' with it".formatted(other.word()));
    }
  }

  /// Whoever can be reached from other machines is reached by strangers, too.
  private void fromOutside(Section section, Token at, Field<?> field, String made) {
    if (!section.has(field)) {
      problems.error(
          at,
          "can be reached from other machines, and needs '%s'".formatted(field.word()),
          "write '%s FILE' (%s), or listen at 127.0.0.1".formatted(field.word(), made));
    }
  }
}
