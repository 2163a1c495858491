package io.pitchlake.sync.seal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class RecordCipherTest {
  private static final SecretKeySpec KEY = new SecretKeySpec(new byte[32], "AES");
  private static final byte[] HEADER = {1, 2, 3, 4};
  private static final byte[] TEXT = {5, 6, 7};

  private static byte[] seal(RecordCipher cipher) throws GeneralSecurityException {
    byte[] out = new byte[TEXT.length + RecordCipher.TAG_BYTES];
    assertEquals(out.length, cipher.next(HEADER, HEADER.length, TEXT, 0, TEXT.length, out, 0));
    return out;
  }

  @Test
  void anyOtherProgramOpensIt() throws GeneralSecurityException {
    RecordCipher sealing = RecordCipher.sealing(KEY);
    byte[] first = seal(sealing);
    byte[] second = seal(sealing);
    assertFalse(Arrays.equals(first, second));
    Cipher other = Cipher.getInstance("AES/GCM/NoPadding");
    byte[] nonce = new byte[12];
    nonce[11] = 1;
    other.init(Cipher.DECRYPT_MODE, KEY, new GCMParameterSpec(128, nonce));
    other.updateAAD(HEADER);
    assertArrayEquals(TEXT, other.doFinal(second));
  }

  @Test
  void aKeyGivesWayToItsSuccessorAtBothEnds() throws GeneralSecurityException {
    RecordCipher sealing = RecordCipher.sealing(KEY);
    RecordCipher opening = RecordCipher.opening(KEY);
    byte[] text = new byte[TEXT.length];
    byte[] sealed = new byte[0];
    for (long i = 0; i <= RecordCipher.RECORDS_PER_KEY; i++) {
      sealed = seal(sealing);
      opening.next(HEADER, HEADER.length, sealed, 0, sealed.length, text, 0);
    }
    assertArrayEquals(TEXT, text);
    // Under the first key the last of them is nothing.
    Cipher first = Cipher.getInstance("AES/GCM/NoPadding");
    byte[] nonce = new byte[12];
    nonce[9] = (byte) (RecordCipher.RECORDS_PER_KEY >>> 16);
    first.init(Cipher.DECRYPT_MODE, KEY, new GCMParameterSpec(128, nonce));
    first.updateAAD(HEADER);
    byte[] last = sealed;
    assertThrows(GeneralSecurityException.class, () -> first.doFinal(last));
  }

  @Test
  void aHeaderIsPartOfWhatIsSealed() throws GeneralSecurityException {
    byte[] sealed = seal(RecordCipher.sealing(KEY));
    byte[] other = {1, 2, 3, 5};
    assertThrows(
        GeneralSecurityException.class,
        () ->
            RecordCipher.opening(KEY)
                .next(other, other.length, sealed, 0, sealed.length, new byte[3], 0));
  }
}
