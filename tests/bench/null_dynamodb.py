"""A DynamoDB that answers at once: it remembers heads, forgets everything else, and checks nothing.
Deleting a table empties it.

Runs as a process of its own, so that what is measured is the client: `python -m tests.bench.null_dynamodb`. It prints
its port, and ends with its standard input.
"""

from __future__ import annotations

import asyncio
import json
import sys
import zlib
from typing import Any

_BUFFER = 16 * 1024 * 1024
_heads: dict[str, dict[str, Any]] = {}


def _answer(target: str, body: bytes) -> bytes:
    if target.endswith("TransactWriteItems"):
        for action in json.loads(body)["TransactItems"]:
            item = action.get("Put", {}).get("Item")
            if item and item["sk"]["S"] == "H":
                _heads[item["pk"]["S"]] = item
        return b"{}"
    if target.endswith("BatchGetItem"):
        found: dict[str, list[dict[str, Any]]] = {}
        for table, request in json.loads(body)["RequestItems"].items():
            wanted = (_heads.get(key["pk"]["S"]) for key in request["Keys"])
            found[table] = [item for item in wanted if item]
        return json.dumps({"Responses": found, "UnprocessedKeys": {}}).encode()
    if target.endswith("BatchWriteItem"):
        return b'{"UnprocessedItems":{}}'
    if target.endswith("DeleteTable"):
        _heads.clear()
    return b"{}"


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            lines = (line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            headers = {name.lower(): value for name, value in lines}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            answer = _answer(headers.get("x-amz-target", ""), body)
            checksum = zlib.crc32(answer)
            writer.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\nx-amzn-requestid: bench\r\n"
                b"x-amz-crc32: %d\r\ncontent-length: %d\r\n\r\n" % (checksum, len(answer)) + answer
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionResetError):
        writer.close()


async def main() -> None:
    """Serve on any free port of the loopback interface until standard input ends."""
    server = await asyncio.start_server(_serve, "127.0.0.1", 0, limit=_BUFFER)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    async with server:
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
