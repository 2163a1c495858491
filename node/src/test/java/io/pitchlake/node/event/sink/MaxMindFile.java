package io.pitchlake.node.event.sink;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Writes a small MaxMind database, format 2.0: a tree of 24-bit records over IPv6 (IPv4 below
/// `::/96`), then the data, then the metadata.
///
/// Source: the MaxMind DB File Format Specification 2.0.
final class MaxMindFile {
  private static final int EMPTY = -1;
  private static final int DATA = -2;
  private static final byte[] MARKER =
      ("\u00ab\u00cd\u00efMaxMind.com").getBytes(StandardCharsets.ISO_8859_1);

  /// Two records of each node: a node's number, [#EMPTY], or [#DATA] less an entry's number.
  private final List<int[]> nodes = new ArrayList<>();

  private final List<Map<String, Object>> entries = new ArrayList<>();

  MaxMindFile() {
    nodes.add(new int[] {EMPTY, EMPTY});
  }

  /// What is known of an IPv4 block.
  MaxMindFile with(String block, Map<String, Object> entry) {
    String[] parts = block.split("[./]");
    byte[] address = new byte[16];
    for (int i = 0; i < 4; i++) {
      address[12 + i] = (byte) Integer.parseInt(parts[i]);
    }
    int length = 96 + Integer.parseInt(parts[4]);
    int node = 0;
    for (int bit = 0; bit < length; bit++) {
      int side = address[bit / 8] >> 7 - bit % 8 & 1;
      if (bit == length - 1) {
        nodes.get(node)[side] = DATA - entries.size();
      } else {
        if (nodes.get(node)[side] < 0) {
          nodes.add(new int[] {EMPTY, EMPTY});
          nodes.get(node)[side] = nodes.size() - 1;
        }
        node = nodes.get(node)[side];
      }
    }
    entries.add(entry);
    return this;
  }

  void write(Path file) throws IOException {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    List<Integer> offsets = new ArrayList<>();
    for (Map<String, Object> entry : entries) {
      offsets.add(data.size());
      value(data, entry);
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (int[] node : nodes) {
      for (int record : node) {
        int written =
            record >= 0
                ? record
                : record == EMPTY ? nodes.size() : nodes.size() + 16 + offsets.get(DATA - record);
        whole.write(written >> 16);
        whole.write(written >> 8);
        whole.write(written);
      }
    }
    whole.writeBytes(new byte[16]);
    whole.writeBytes(data.toByteArray());
    whole.writeBytes(MARKER);
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("binary_format_major_version", 2);
    metadata.put("binary_format_minor_version", 0);
    metadata.put("build_epoch", BigInteger.valueOf(1_793_000_000));
    metadata.put("database_type", "Test");
    metadata.put("description", Map.of("en", "for a test"));
    metadata.put("ip_version", 6);
    metadata.put("languages", List.of("en"));
    metadata.put("node_count", (long) nodes.size());
    metadata.put("record_size", 24);
    value(whole, metadata);
    Files.write(file, whole.toByteArray());
  }

  private static void value(ByteArrayOutputStream out, Object value) {
    switch (value) {
      case String text -> {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        control(out, 2, bytes.length);
        out.writeBytes(bytes);
      }
      case Double number -> {
        control(out, 3, Double.BYTES);
        out.writeBytes(ByteBuffer.allocate(Double.BYTES).putDouble(number).array());
      }
      case Integer number -> {
        control(out, 5, 2);
        out.writeBytes(ByteBuffer.allocate(2).putShort((short) (int) number).array());
      }
      case Long number -> {
        control(out, 6, 4);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) (long) number).array());
      }
      case BigInteger number -> {
        extended(out, 9, Long.BYTES);
        out.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(number.longValue()).array());
      }
      case Map<?, ?> map -> {
        control(out, 7, map.size());
        map.forEach((key, inner) -> {
          value(out, key);
          value(out, inner);
        });
      }
      case List<?> list -> {
        extended(out, 11, list.size());
        list.forEach(inner -> value(out, inner));
      }
      default -> throw new IllegalArgumentException("no type for " + value);
    }
  }

  /// Types from 8 on stand in a byte of their own.
  private static void extended(ByteArrayOutputStream out, int type, int size) {
    out.write(size);
    out.write(type - 7);
  }

  /// Sizes up to 284 are enough for a test.
  private static void control(ByteArrayOutputStream out, int type, int size) {
    if (size < 29) {
      out.write(type << 5 | size);
    } else {
      out.write(type << 5 | 29);
      out.write(size - 29);
    }
  }
}
