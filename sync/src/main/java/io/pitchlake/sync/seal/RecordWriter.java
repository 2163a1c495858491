package io.pitchlake.sync.seal;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.concurrent.locks.ReentrantLock;
import javax.crypto.spec.SecretKeySpec;

/// What this end writes, as records: a length of 4 bytes, big endian, and as many bytes, of which
/// the last 16 are the tag. Any thread; what one call writes stays together.
final class RecordWriter extends OutputStream {
  static final int HEADER_BYTES = 4;

  /// The most that one record carries.
  static final int PAYLOAD_BYTES = 64 * 1024;

  private static final long NOT_WRITING = 0;

  private final OutputStream raw;
  private final RecordCipher cipher;
  private final ReentrantLock lock = new ReentrantLock();
  private final byte[] record = new byte[HEADER_BYTES + PAYLOAD_BYTES + RecordCipher.TAG_BYTES];
  private final ByteBuffer header = ByteBuffer.wrap(record);
  private volatile long writingSinceNanos = NOT_WRITING;

  RecordWriter(OutputStream raw, SecretKeySpec key) {
    this.raw = raw;
    this.cipher = RecordCipher.sealing(key);
  }

  /// How long the other end has taken nothing of what is being written; 0 when nothing is.
  long stalledNanos(long nowNanos) {
    long since = writingSinceNanos;
    return since == NOT_WRITING ? 0 : nowNanos - since;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int at, int length) throws IOException {
    lock.lock();
    try {
      for (int done = 0; done < length; done += PAYLOAD_BYTES) {
        writeRecord(bytes, at + done, Math.min(PAYLOAD_BYTES, length - done));
      }
    } finally {
      lock.unlock();
    }
  }

  private void writeRecord(byte[] bytes, int at, int length) throws IOException {
    header.putInt(0, length + RecordCipher.TAG_BYTES);
    int sealed;
    try {
      sealed = cipher.next(record, HEADER_BYTES, bytes, at, length, record, HEADER_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM seals whatever it is given", e);
    }
    writingSinceNanos = Math.max(System.nanoTime(), NOT_WRITING + 1);
    try {
      raw.write(record, 0, HEADER_BYTES + sealed);
    } finally {
      writingSinceNanos = NOT_WRITING;
    }
  }

  @Override
  public void close() throws IOException {
    raw.close();
  }
}
