// A linked system in another cloud or on premises, in one file to copy: the five steps of file linkage.
//
//   java LinkedSystem.java send BUCKET FILE.csv          send a file, wait for its answer, print it
//   java LinkedSystem.java fetch BUCKET SYSTEM FOLDER    fetch what SYSTEM was delivered, verify and acknowledge it
//
// Environment: KYOTSU_TOKEN_URL, KYOTSU_CLIENT_ID, KYOTSU_CLIENT_SECRET, KYOTSU_ROLE_ARN, AWS_REGION.
// Java 17; AWS SDK for Java 2 (software.amazon.awssdk:s3, :sts, :url-connection-client) and Jackson on the class path.
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleWithWebIdentityCredentialsProvider;
import software.amazon.awssdk.services.sts.model.AssumeRoleWithWebIdentityRequest;

public final class LinkedSystem {
    private static final String SCOPE = "030:object_storage:Federate";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

    private final S3Client s3;

    private LinkedSystem(S3Client s3) {
        this.s3 = s3;
    }

    public static void main(String[] arguments) throws Exception {
        // Steps 3 and 4: exchange the token for temporary credentials of our role. This request is not signed.
        // The provider asks for new ones, with a new token, before they end.
        try (StsClient sts = StsClient.builder()
                        .credentialsProvider(AnonymousCredentialsProvider.create())
                        .build();
                StsAssumeRoleWithWebIdentityCredentialsProvider credentials =
                        StsAssumeRoleWithWebIdentityCredentialsProvider.builder()
                                .stsClient(sts)
                                .refreshRequest(LinkedSystem::exchange)
                                .build();
                // Step 5: the object storage. A sandbox has no host name for each bucket.
                S3Client s3 = S3Client.builder()
                        .credentialsProvider(credentials)
                        .forcePathStyle(System.getenv("AWS_ENDPOINT_URL") != null)
                        .build()) {
            LinkedSystem system = new LinkedSystem(s3);
            List<String> given = List.of(arguments);
            if (given.size() == 3 && given.get(0).equals("send")) {
                System.out.println(system.send(given.get(1), Path.of(given.get(2))));
            } else if (given.size() == 4 && given.get(0).equals("fetch")) {
                system.fetch(given.get(1), given.get(2), Path.of(given.get(3)));
            } else {
                System.err.println("send BUCKET FILE.csv | fetch BUCKET SYSTEM FOLDER");
                System.exit(2);
            }
        }
    }

    private static AssumeRoleWithWebIdentityRequest exchange() {
        return AssumeRoleWithWebIdentityRequest.builder()
                .roleArn(System.getenv("KYOTSU_ROLE_ARN"))
                .roleSessionName("file-linkage")
                .webIdentityToken(token())
                .build();
    }

    /** Steps 1 and 2: prove who we are with an assertion (client_secret_jwt, HS256), and get a token. */
    private static String token() {
        String url = System.getenv("KYOTSU_TOKEN_URL");
        try {
            Map<String, String> form = Map.of(
                    "grant_type", "client_credentials",
                    "scope", SCOPE,
                    "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                    "client_assertion", assertion(url));
            HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                    .timeout(Duration.ofSeconds(30))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(encoded(form)))
                    .build();
            HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            JsonNode body = JSON.readTree(answer.body());
            if (!body.hasNonNull("access_token")) {
                throw new IllegalStateException("no token: " + answer.statusCode() + " " + body.path("error").asText());
            }
            return body.get("access_token").asText();
        } catch (IOException | GeneralSecurityException error) {
            throw new IllegalStateException("no token", error);
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("no token", error);
        }
    }

    /** `jti` counts once: never send an assertion again, make a new one for every attempt. */
    private static String assertion(String audience) throws IOException, GeneralSecurityException {
        String client = System.getenv("KYOTSU_CLIENT_ID");
        long now = Instant.now().getEpochSecond();
        Map<String, Object> claims = Map.of(
                "iss", client, "sub", client, "aud", audience,
                "jti", UUID.randomUUID().toString(), "iat", now, "exp", now + 60);
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        String content = base64.encodeToString(JSON.writeValueAsBytes(Map.of("alg", "HS256", "typ", "JWT")))
                + "." + base64.encodeToString(JSON.writeValueAsBytes(claims));
        Mac hmac = Mac.getInstance("HmacSHA256");
        byte[] secret = System.getenv("KYOTSU_CLIENT_SECRET").getBytes(StandardCharsets.UTF_8);
        hmac.init(new SecretKeySpec(secret, "HmacSHA256"));
        return content + "." + base64.encodeToString(hmac.doFinal(content.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String encoded(Map<String, String> form) {
        return form.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    private JsonNode send(String bucket, Path path) throws Exception {
        String name = path.getFileName().toString();
        String[] parts = name.split("_");
        byte[] body = Files.readAllBytes(path); // for files of many hundred MB: S3TransferManager, in parts
        Map<String, String> metadata =
                Map.of("row-count", String.valueOf(countRows(body)), "sha256", sha256(body));
        PutObjectResponse sent = s3.putObject(
                request -> request.bucket(bucket)
                        .key("outbox/" + parts[0] + "-" + parts[1] + "/" + name)
                        .metadata(metadata),
                RequestBody.fromBytes(body));
        String key = "answers/" + name.replaceFirst("(?i)\\.csv$", ".json");
        for (int attempt = 0; attempt < 600; attempt++) {
            // Asked by listing: an object that is not there yet looks like one that we may not read.
            if (keysBelow(bucket, key).contains(key)) {
                JsonNode answer = JSON.readTree(read(bucket, key));
                // And not that of an earlier file of this name.
                if (answer.get("version_id").asText().equals(sent.versionId())) {
                    return answer;
                }
            }
            Thread.sleep(1000);
        }
        throw new IllegalStateException(name + ": no answer yet");
    }

    private void fetch(String bucket, String system, Path folder) throws Exception {
        TreeSet<String> keys = keysBelow(bucket, "deliveries/" + system + "/");
        Files.createDirectories(folder);
        for (String key : keys) {
            String stem = key.replaceFirst("\\.csv$", "");
            String acknowledgement = stem + ".ack.json";
            // The manifest is written after its part: without it, the part is not offered yet.
            if (stem.equals(key) || !keys.contains(stem + ".json")) {
                continue;
            }
            if (keys.contains(acknowledgement)
                    && !JSON.readTree(read(bucket, acknowledgement)).get("state").asText().equals("FETCHED")) {
                continue;
            }
            JsonNode manifest = JSON.readTree(read(bucket, stem + ".json"));
            String expected = manifest.get("sha256").asText();
            byte[] content = read(bucket, key);
            if (!sha256(content).equals(expected) || countRows(content) != manifest.get("rows").asLong()) {
                throw new IllegalStateException(key + ": not what its manifest tells");
            }
            // It has its name only when it is whole and verified. Let nobody but its owner read the folder.
            Path target = folder.resolve(key.substring(key.lastIndexOf('/') + 1));
            Path unfinished = folder.resolve(target.getFileName() + ".part");
            Files.write(unfinished, content);
            Files.move(unfinished, target, StandardCopyOption.REPLACE_EXISTING);
            // The second one when it is safe with you, e.g. in your database.
            for (String state : List.of("FETCHED", "ACKNOWLEDGED")) {
                byte[] said = JSON.writeValueAsBytes(Map.of("state", state, "sha256", expected));
                s3.putObject(request -> request.bucket(bucket).key(acknowledgement), RequestBody.fromBytes(said));
            }
            System.out.println(manifest.get("delivery_id").asText() + " " + target);
        }
    }

    private TreeSet<String> keysBelow(String bucket, String prefix) {
        return s3.listObjectsV2Paginator(request -> request.bucket(bucket).prefix(prefix)).contents().stream()
                .map(S3Object::key)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private byte[] read(String bucket, String key) {
        return s3.getObjectAsBytes(request -> request.bucket(bucket).key(key)).asByteArray();
    }

    private static String sha256(byte[] content) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }

    /** Records of a CSV file without its header. Line ends between quotes belong to a value. */
    private static long countRows(byte[] csv) {
        return new String(csv, StandardCharsets.UTF_8)
                .replaceAll("\"[^\"]*\"", "")
                .lines()
                .filter(line -> !line.isEmpty())
                .count() - 1;
    }
}
