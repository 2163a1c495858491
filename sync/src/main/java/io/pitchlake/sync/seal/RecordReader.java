package io.pitchlake.sync.seal;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.spec.SecretKeySpec;

/// What the other end has written, record by record as [RecordWriter] makes them. A record that was
/// altered, left out, repeated or moved ends the connection; nothing of it is seen. One thread.
final class RecordReader extends InputStream {
  private final InputStream raw;
  private final RecordCipher cipher;
  private final byte[] record =
      new byte[RecordWriter.HEADER_BYTES + RecordWriter.PAYLOAD_BYTES + RecordCipher.TAG_BYTES];
  private final ByteBuffer header = ByteBuffer.wrap(record);
  private final byte[] plain = new byte[RecordWriter.PAYLOAD_BYTES];
  private int at;
  private int end;
  private boolean broken;

  /// @param raw buffered
  RecordReader(InputStream raw, SecretKeySpec key) {
    this.raw = raw;
    this.cipher = RecordCipher.opening(key);
  }

  @Override
  public int read() throws IOException {
    return fill() ? plain[at++] & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int take = Math.min(length, end - at);
    System.arraycopy(plain, at, into, offset, take);
    at += take;
    return take;
  }

  @Override
  public int available() {
    return end - at;
  }

  /// Makes sure that there is something to read. False at the end, which stands between records.
  private boolean fill() throws IOException {
    while (at == end) {
      if (broken) {
        throw new SocketException("this connection was tampered with");
      }
      int got = raw.readNBytes(record, 0, RecordWriter.HEADER_BYTES);
      if (got == 0) {
        return false;
      }
      int length = got < RecordWriter.HEADER_BYTES ? 0 : header.getInt(0);
      if (length < RecordCipher.TAG_BYTES
          || length > RecordWriter.PAYLOAD_BYTES + RecordCipher.TAG_BYTES) {
        throw brokenBy("a length that no record has");
      }
      if (raw.readNBytes(record, RecordWriter.HEADER_BYTES, length) < length) {
        throw new EOFException("the connection ended within a record");
      }
      open(length);
    }
    return true;
  }

  private void open(int length) throws SocketException {
    try {
      at = 0;
      end = 0;
      end =
          cipher.next(
              record,
              RecordWriter.HEADER_BYTES,
              record,
              RecordWriter.HEADER_BYTES,
              length,
              plain,
              0);
    } catch (GeneralSecurityException e) {
      throw brokenBy("a record that was altered, repeated or moved");
    }
  }

  private SocketException brokenBy(String what) {
    broken = true;
    return new SocketException("this connection was tampered with: " + what);
  }

  @Override
  public void close() throws IOException {
    raw.close();
  }
}
