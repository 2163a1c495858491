package io.pitchlake.node.event.sink;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/// The client's end of TLS 1.2 and 1.3, with trust and keys from PEM files. The other end must show
/// a certificate for the name it was connected by. Immutable; any thread.
final class TlsClient {
  private static final Pattern PRIVATE_KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
  private static final List<String> KEY_KINDS = List.of("RSA", "EC", "EdDSA");
  private static final char[] NO_PASSWORD = {};

  private final SSLContext context;
  private final String name;

  private TlsClient(SSLContext context, String name) {
    this.context = context;
    this.name = name;
  }

  /// @param ca certificates of whom to trust; empty: whom the Java runtime trusts
  /// @param certificate and `key`: what this end shows if it is asked, its own certificate first
  /// @param name in the other end's certificate, a host's name or an address
  /// @throws SinkException a file is not what it should be
  static TlsClient of(
      Optional<Path> ca, Optional<Path> certificate, Optional<Path> key, String name)
      throws SinkException {
    TrustManager[] trusted = ca.isPresent() ? trusting(certificates(ca.get())) : null;
    KeyManager[] shown =
        certificate.isPresent() && key.isPresent()
            ? showing(certificates(certificate.get()), privateKey(key.get()))
            : null;
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(shown, trusted, null);
      return new TlsClient(context, name);
    } catch (GeneralSecurityException e) {
      throw new SinkException("TLS cannot be set up: " + e.getMessage());
    }
  }

  /// The same trust for a client that makes its own connections.
  SSLContext context() {
    return context;
  }

  /// Shakes hands over a connection; returns when the other end is known.
  ///
  /// @param patienceMillis for each answer of the other end
  Socket over(Socket plain, int patienceMillis) throws IOException {
    plain.setSoTimeout(patienceMillis);
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket(plain, name, plain.getPort(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    plain.setSoTimeout(0);
    return socket;
  }

  private static List<Certificate> certificates(Path file) throws SinkException {
    InputStream pem =
        new ByteArrayInputStream(SinkFiles.text(file).getBytes(StandardCharsets.UTF_8));
    try {
      List<Certificate> found =
          List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(pem));
      if (!found.isEmpty()) {
        return found;
      }
    } catch (CertificateException e) {
      // Said below, in words that help.
    }
    throw new SinkException(file + " has no certificate in PEM");
  }

  /// PKCS #8 without a password (RFC 5958).
  private static PrivateKey privateKey(Path file) throws SinkException {
    Matcher pem = PRIVATE_KEY.matcher(SinkFiles.text(file));
    if (pem.find()) {
      PKCS8EncodedKeySpec encoded =
          new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1)));
      for (String kind : KEY_KINDS) {
        try {
          return KeyFactory.getInstance(kind).generatePrivate(encoded);
        } catch (GeneralSecurityException e) {
          // A key of another kind.
        }
      }
    }
    throw new SinkException(
        file
            + " has no private key in PEM, as PKCS #8 without a password ('openssl pkcs8 -topk8')");
  }

  private static TrustManager[] trusting(List<Certificate> authorities) throws SinkException {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, NO_PASSWORD);
      for (int i = 0; i < authorities.size(); i++) {
        store.setCertificateEntry("ca " + i, authorities.get(i));
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return factory.getTrustManagers();
    } catch (GeneralSecurityException | IOException e) {
      throw new SinkException("TLS cannot be set up: " + e.getMessage());
    }
  }

  private static KeyManager[] showing(List<Certificate> chain, PrivateKey key)
      throws SinkException {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, NO_PASSWORD);
      store.setKeyEntry("node", key, NO_PASSWORD, chain.toArray(Certificate[]::new));
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, NO_PASSWORD);
      return factory.getKeyManagers();
    } catch (GeneralSecurityException | IOException e) {
      throw new SinkException("TLS cannot be set up: " + e.getMessage());
    }
  }
}
