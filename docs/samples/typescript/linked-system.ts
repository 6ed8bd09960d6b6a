// A linked system in another cloud or on premises, in one file to copy: the five steps of file linkage.
//
//   node linked-system.js send BUCKET FILE.csv          send a file, wait for its answer, print it
//   node linked-system.js fetch BUCKET SYSTEM FOLDER    fetch what SYSTEM was delivered, verify and acknowledge it
//
// Environment: KYOTSU_TOKEN_URL, KYOTSU_CLIENT_ID, KYOTSU_CLIENT_SECRET, KYOTSU_ROLE_ARN, AWS_REGION;
// AWS_ENDPOINT_URL for a sandbox.
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { AssumeRoleWithWebIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { SignJWT } from "jose";

type Answer = { status: string; version_id: string };
type Manifest = { delivery_id: string; rows: number; sha256: string };
type Acknowledgement = { state: string; sha256?: string };

const SCOPE = "030:object_storage:Federate";

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

// Steps 1 and 2: prove who we are with an assertion (client_secret_jwt, HS256), and get a token.
async function token(): Promise<string> {
  const [url, clientId] = [setting("KYOTSU_TOKEN_URL"), setting("KYOTSU_CLIENT_ID")];
  // `jti` counts once: never send an assertion again, make a new one for every attempt.
  const assertion = await new SignJWT()
    .setProtectedHeader({ alg: "HS256" })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(url)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime("60s")
    .sign(new TextEncoder().encode(setting("KYOTSU_CLIENT_SECRET")));
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    scope: SCOPE,
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: assertion,
  });
  const answer = await fetch(url, { method: "POST", body: form, signal: AbortSignal.timeout(30_000) });
  const body = (await answer.json()) as { access_token?: string; error?: string };
  if (!body.access_token) throw new Error(`no token: ${answer.status} ${body.error ?? ""}`);
  return body.access_token;
}

// Steps 3 and 4: exchange the token for temporary credentials of our role. The SDK asks again before they end.
async function credentials() {
  const sts = new STSClient({});
  const { Credentials: given } = await sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: setting("KYOTSU_ROLE_ARN"),
      RoleSessionName: "file-linkage",
      WebIdentityToken: await token(),
    }),
  );
  if (!given?.AccessKeyId || !given.SecretAccessKey) throw new Error("no credentials");
  return {
    accessKeyId: given.AccessKeyId,
    secretAccessKey: given.SecretAccessKey,
    sessionToken: given.SessionToken,
    expiration: given.Expiration,
  };
}

// Step 5: the object storage. A sandbox has no host name for each bucket, so there the bucket stands in the path.
const s3 = new S3Client({ credentials, forcePathStyle: Boolean(process.env.AWS_ENDPOINT_URL) });

async function send(Bucket: string, path: string): Promise<Answer> {
  const name = basename(path);
  const [interfaceId, branch] = name.split("_");
  const Body = await readFile(path); // for files of many hundred MB: Upload of @aws-sdk/lib-storage, in parts
  const sent = await s3.send(
    new PutObjectCommand({
      Bucket,
      Key: `outbox/${interfaceId}-${branch}/${name}`,
      Body,
      Metadata: { "row-count": String(countRows(Body.toString("utf8"))), sha256: sha256(Body) },
    }),
  );
  const key = `answers/${name.replace(/\.csv$/i, ".json")}`;
  for (let attempt = 0; attempt < 600; attempt++) {
    // Asked by listing: an object that is not there yet looks like one that we may not read.
    if ((await keysBelow(Bucket, key)).has(key)) {
      const answer = await readJson<Answer>(Bucket, key);
      if (answer.version_id === sent.VersionId) return answer; // and not that of an earlier file of this name
    }
    await wait(1000);
  }
  throw new Error(`${name}: no answer yet`);
}

async function fetchDeliveries(Bucket: string, system: string, folder: string): Promise<void> {
  const keys = await keysBelow(Bucket, `deliveries/${system}/`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const key of [...keys].sort()) {
    const stem = key.replace(/\.csv$/, "");
    // The manifest is written after its part: without it, the part is not offered yet.
    if (stem === key || !keys.has(`${stem}.json`)) continue;
    const ack = `${stem}.ack.json`;
    if (keys.has(ack) && (await readJson<Acknowledgement>(Bucket, ack)).state !== "FETCHED") continue;
    const manifest = await readJson<Manifest>(Bucket, `${stem}.json`);
    const content = await read(Bucket, key);
    if (sha256(content) !== manifest.sha256 || countRows(content.toString("utf8")) !== manifest.rows) {
      throw new Error(`${key}: not what its manifest tells`);
    }
    // It has its name only when it is whole and verified.
    const target = join(folder, basename(key));
    await writeFile(`${target}.part`, content, { mode: 0o600 });
    await rename(`${target}.part`, target);
    for (const state of ["FETCHED", "ACKNOWLEDGED"]) {
      // The second one when it is safe with you, e.g. in your database.
      const said: Acknowledgement = { state, sha256: manifest.sha256 };
      await s3.send(new PutObjectCommand({ Bucket, Key: ack, Body: JSON.stringify(said) }));
    }
    console.log(JSON.stringify({ delivery_id: manifest.delivery_id, file: target, rows: manifest.rows }));
  }
}

async function keysBelow(Bucket: string, Prefix: string): Promise<Set<string>> {
  const keys = new Set<string>();
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.send(new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken }));
    for (const { Key } of page.Contents ?? []) if (Key) keys.add(Key);
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken);
  return keys;
}

async function read(Bucket: string, Key: string): Promise<Buffer> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  if (!Body) throw new Error(`${Key}: empty`);
  return Buffer.from(await Body.transformToByteArray());
}

async function readJson<T>(Bucket: string, Key: string): Promise<T> {
  return JSON.parse((await read(Bucket, Key)).toString("utf8")) as T;
}

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

// Records of a CSV file without its header. Line ends between quotes belong to a value.
function countRows(text: string): number {
  const lines = text.replace(/"[^"]*"/g, "").split(/\r?\n/);
  return lines.filter((line) => line !== "").length - 1;
}

const [command, bucket, ...rest] = process.argv.slice(2);
if (command === "send" && bucket && rest.length === 1) {
  console.log(JSON.stringify(await send(bucket, rest[0]!)));
} else if (command === "fetch" && bucket && rest.length === 2) {
  await fetchDeliveries(bucket, rest[0]!, rest[1]!);
} else {
  console.error("send BUCKET FILE.csv | fetch BUCKET SYSTEM FOLDER");
  process.exitCode = 2;
}
