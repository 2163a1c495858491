package io.pitchlake.node.admin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The word that a client over HTTP must know. Kept and compared as its SHA-256, in constant time:
/// how long a refusal takes tells nothing of how much of a guess was right.
final class AdminToken {
  private static final Logger LOG = LoggerFactory.getLogger("pitchlake");

  /// Fewer characters are guessed too soon, even at a bounded rate.
  static final int SHORTEST = 16;

  private static final int LONGEST = 1024;
  private static final String SCHEME = "Bearer ";

  private final byte[] digest;

  AdminToken(String word) {
    digest = digest(word);
  }

  /// The token in a file: its only line.
  ///
  /// @throws AdminException there is none
  static AdminToken read(Path file) throws AdminException {
    try {
      if (Files.size(file) > LONGEST) {
        throw wrong(file, "is larger than a token");
      }
      String word = Files.readString(file).strip();
      if (word.length() < SHORTEST || !word.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
        throw wrong(
            file, "has no token: one word of at least %d visible characters".formatted(SHORTEST));
      }
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
      if (permissions.contains(PosixFilePermission.OTHERS_READ)) {
        LOG.warn(
            "the token {} can be read by every user of this host ({}); chmod 640 it",
            file,
            PosixFilePermissions.toString(permissions));
      }
      return new AdminToken(word);
    } catch (IOException e) {
      throw wrong(file, "cannot be read");
    }
  }

  private static AdminException wrong(Path file, String what) {
    return new AdminException(
        AdminException.Reason.FILE,
        "the token %s %s; make one with 'head -c 32 /dev/urandom | base64 > FILE'"
            .formatted(file, what));
  }

  /// Whether an `Authorization` header has it; false without a header.
  boolean isIn(String authorization) {
    return authorization != null
        && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        && MessageDigest.isEqual(digest, digest(authorization.substring(SCHEME.length()).strip()));
  }

  private static byte[] digest(String word) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(word.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
