package io.pitchlake.it.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// A node's API over HTTPS, as an operator on this machine reaches it.
final class NodeApi {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final HttpClient client;
  private final URI root;

  private NodeApi(HttpClient client, URI root) {
    this.client = client;
    this.root = root;
  }

  /// @param certificate PEM; the only one that is trusted
  static NodeApi of(InetSocketAddress address, String certificate)
      throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry(
        "node",
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new ByteArrayInputStream(certificate.getBytes(StandardCharsets.US_ASCII))));
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return new NodeApi(
        HttpClient.newBuilder().sslContext(context).connectTimeout(PATIENCE).build(),
        URI.create(
            "https://%s:%d".formatted(address.getAddress().getHostAddress(), address.getPort())));
  }

  private HttpResponse<String> ask(String path, String token)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(root.resolve(path))
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + token)
            .build(),
        BodyHandlers.ofString());
  }

  /// The status of an answer.
  int status(String path, String token) throws IOException, InterruptedException {
    return ask(path, token).statusCode();
  }

  /// An answer that must be good.
  String get(String path, String token) throws IOException, InterruptedException {
    HttpResponse<String> answer = ask(path, token);
    assertEquals(200, answer.statusCode(), () -> path + ": " + answer.body());
    return answer.body();
  }
}
