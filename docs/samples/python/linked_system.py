"""A linked system in another cloud or on premises, in one file to copy: the five steps of file linkage.

    python linked_system.py send BUCKET FILE.csv          send a file, wait for its answer, print it
    python linked_system.py fetch BUCKET SYSTEM FOLDER    fetch what SYSTEM was delivered, verify and acknowledge it

Environment: KYOTSU_TOKEN_URL, KYOTSU_CLIENT_ID, KYOTSU_CLIENT_SECRET, KYOTSU_ROLE_ARN, AWS_REGION.
"""

import csv
import hashlib
import json
import os
import sys
import time
import urllib.parse
import urllib.request
import uuid
from pathlib import Path

import boto3
import botocore.session
from botocore import UNSIGNED
from botocore.config import Config
from botocore.credentials import RefreshableCredentials
from joserfc import jwt
from joserfc.jwk import OctKey

SCOPE = "030:object_storage:Federate"


def token() -> str:
    """Steps 1 and 2: prove who we are with an assertion (client_secret_jwt, HS256), and get a token."""
    url, client_id = os.environ["KYOTSU_TOKEN_URL"], os.environ["KYOTSU_CLIENT_ID"]
    now = int(time.time())
    # `jti` counts once: never send an assertion again, make a new one for every attempt.
    claims = {"iss": client_id, "sub": client_id, "aud": url, "jti": uuid.uuid4().hex, "iat": now, "exp": now + 60}
    assertion = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(os.environ["KYOTSU_CLIENT_SECRET"]))
    form = {
        "grant_type": "client_credentials",
        "scope": SCOPE,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion,
    }
    with urllib.request.urlopen(url, urllib.parse.urlencode(form).encode(), timeout=30) as answer:  # noqa: S310
        return str(json.load(answer)["access_token"])


def credentials() -> dict[str, str]:
    """Steps 3 and 4: exchange the token for temporary credentials of our role. This request is not signed."""
    sts = boto3.client("sts", config=Config(signature_version=UNSIGNED))
    given = sts.assume_role_with_web_identity(
        RoleArn=os.environ["KYOTSU_ROLE_ARN"], RoleSessionName="file-linkage", WebIdentityToken=token()
    )["Credentials"]
    return {
        "access_key": given["AccessKeyId"],
        "secret_key": given["SecretAccessKey"],
        "token": given["SessionToken"],
        "expiry_time": given["Expiration"].isoformat(),
    }


def storage():
    """Step 5: a client of the object storage, whose credentials are renewed before they end."""
    session = botocore.session.get_session()
    session._credentials = RefreshableCredentials.create_from_metadata(
        metadata=credentials(), refresh_using=credentials, method="kyotsu"
    )
    return boto3.Session(botocore_session=session).client("s3")


def send(s3, bucket: str, path: Path) -> dict:
    """Send a file and return its answer."""
    body = path.read_bytes()
    interface, branch = path.name.split("_")[:2]
    with path.open(encoding="utf-8", newline="") as text:
        rows = sum(1 for _ in csv.reader(text)) - 1  # without the header
    sent = s3.put_object(
        Bucket=bucket,
        Key=f"outbox/{interface}-{branch}/{path.name}",
        Body=body,
        Metadata={"row-count": str(rows), "sha256": hashlib.sha256(body).hexdigest()},
    )
    key = f"answers/{path.stem}.json"
    for _ in range(600):
        # Asked by listing: an object that is not there yet looks like one that we may not read.
        if s3.list_objects_v2(Bucket=bucket, Prefix=key).get("KeyCount"):
            answer = json.load(s3.get_object(Bucket=bucket, Key=key)["Body"])
            if answer["version_id"] == sent["VersionId"]:  # and not that of an earlier file of this name
                return answer
        time.sleep(1)
    sys.exit(f"{path.name}: no answer yet")


def fetch(s3, bucket: str, system: str, folder: Path) -> None:
    """Fetch, verify and acknowledge every part that was not acknowledged yet; print a line for each."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"deliveries/{system}/")
    keys = {found["Key"] for page in pages for found in page.get("Contents", [])}
    for key in sorted(keys):
        stem = key.removesuffix(".csv")
        # The manifest is written after its part: without it, the part is not offered yet.
        if stem == key or f"{stem}.json" not in keys:
            continue
        ack = f"{stem}.ack.json"
        if ack in keys and read(s3, bucket, ack)["state"] != "FETCHED":
            continue
        manifest = read(s3, bucket, f"{stem}.json")
        target = folder / Path(key).name
        download(s3, bucket, key, manifest, target)
        for state in ("FETCHED", "ACKNOWLEDGED"):  # the second one when it is safe with you, e.g. in your database
            said = {"state": state, "sha256": manifest["sha256"]}
            s3.put_object(Bucket=bucket, Key=ack, Body=json.dumps(said).encode())
        print(json.dumps({"delivery_id": manifest["delivery_id"], "file": str(target), "rows": manifest["rows"]}))


def download(s3, bucket: str, key: str, manifest: dict, target: Path) -> None:
    """Put a part into a file, which has its name only when it is whole and verified."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = target.with_name(f".{target.name}.part")
    s3.download_file(bucket, key, str(unfinished))
    unfinished.chmod(0o600)
    with unfinished.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    with unfinished.open(encoding="utf-8", newline="") as text:
        rows = sum(1 for _ in csv.reader(text)) - 1
    if (digest, rows) != (manifest["sha256"], manifest["rows"]):
        sys.exit(f"{key}: not what its manifest tells")
    unfinished.replace(target)


def read(s3, bucket: str, key: str) -> dict:
    """Return an object that holds JSON."""
    return json.load(s3.get_object(Bucket=bucket, Key=key)["Body"])


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["send", bucket, file]:
            print(json.dumps(send(storage(), bucket, Path(file)), ensure_ascii=False))
        case ["fetch", bucket, system, folder]:
            fetch(storage(), bucket, system, Path(folder))
        case _:
            sys.exit(__doc__)
