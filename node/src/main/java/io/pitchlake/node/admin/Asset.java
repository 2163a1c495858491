package io.pitchlake.node.admin;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A file of the dashboard, as a browser gets it.
final class Asset {
  private final String contentType;
  private final byte[] bytes;
  private final String etag;

  Asset(String contentType, byte[] bytes) {
    this.contentType = contentType;
    this.bytes = bytes;
    this.etag = '"' + digest(bytes) + '"';
  }

  String contentType() {
    return contentType;
  }

  /// Its content, which nobody may change.
  byte[] bytes() {
    return bytes;
  }

  /// A name for this content (RFC 9110, 8.8.3), quotes included.
  String etag() {
    return etag;
  }

  /// Whether who sends this `If-None-Match` has the content already; false without the header.
  boolean isKnownTo(String ifNoneMatch) {
    return ifNoneMatch != null && ifNoneMatch.contains(etag);
  }

  private static String digest(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
