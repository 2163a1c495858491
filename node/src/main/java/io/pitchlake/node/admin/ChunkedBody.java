package io.pitchlake.node.admin;

import java.io.IOException;
import java.io.InputStream;

/// The body of an answer that comes in chunks (RFC 9112 section 7.1): the bytes without what stands
/// between them. Its end is the last chunk's; a stream that ends before that throws.
final class ChunkedBody extends InputStream {
  private static final int LONGEST_LINE = 256;

  private final InputStream in;
  private int left;
  private boolean began;
  private boolean ended;

  /// @param in behind the head of the answer; closed with this
  ChunkedBody(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (left == 0 && !ended) {
      begin();
    }
    if (ended) {
      return -1;
    }
    int got = in.read(into, offset, Math.min(length, left));
    if (got < 0) {
      throw new IOException("the answer was cut short");
    }
    left -= got;
    return got;
  }

  /// What can be read without waiting.
  @Override
  public int available() throws IOException {
    return Math.min(left, in.available());
  }

  private void begin() throws IOException {
    if (began) {
      line();
    }
    began = true;
    String size = line().split(";", 2)[0].strip();
    if (!size.matches("[0-9a-fA-F]{1,7}")) {
      throw new IOException("'%s' is no length of a chunk".formatted(size));
    }
    left = Integer.parseInt(size, 16);
    ended = left == 0;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0 || line.length() > LONGEST_LINE) {
        throw new IOException("the answer was cut short");
      }
      line.append((char) c);
    }
    return line.toString().strip();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
