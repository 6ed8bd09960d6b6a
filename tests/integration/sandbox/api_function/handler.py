"""The function behind the APIs of the sandbox's own tests: answers as its request's body says, else tells its event."""

import json
import threading
from typing import Any


def handler(event: dict[str, Any], _context: Any) -> Any:
    """Return the JSON in the body as the result; without one, the event itself as the answer's body."""
    wanted = json.loads(event["body"]) if (event["body"] or "").startswith('{"result"') else None
    if event["resource"] == "/slow":
        threading.Event().wait()
    if wanted is None:
        return {"statusCode": 200, "body": json.dumps(event)}
    if wanted["result"] == "raise":
        raise ValueError("as told")
    if wanted["result"] == "much":
        return {"statusCode": 200, "body": "x" * (6 * 1024 * 1024)}
    return wanted["result"]
