// A linked system written with another SDK: sends a file (in parts if told so), waits for its answer, and prints it.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  waitUntilObjectExists,
} from "@aws-sdk/client-s3";

const [bucket, path, parts] = process.argv.slice(2);
const name = basename(path);
const [id, branch] = name.split("_");
const target = { Bucket: bucket, Key: `outbox/${id}-${branch}/${name}` };
const answer = { Bucket: bucket, Key: `answers/${name.replace(/\.csv$/, ".json")}` };
const client = new S3Client({ forcePathStyle: true });
const body = readFileSync(path);

if (parts === "multipart") {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(target));
  const size = 5 * 1024 * 1024;
  const Parts = [];
  for (let start = 0; start < body.length; start += size) {
    const PartNumber = Parts.length + 1;
    const Body = body.subarray(start, start + size);
    const { ETag } = await client.send(new UploadPartCommand({ ...target, UploadId, PartNumber, Body }));
    Parts.push({ ETag, PartNumber });
  }
  await client.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }));
} else {
  await client.send(new PutObjectCommand({ ...target, Body: body }));
}
await waitUntilObjectExists({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, answer);
const { Body } = await client.send(new GetObjectCommand(answer));
console.log(await Body.transformToString());
