"""Workers: isolated, timed, restarted."""

import json
import sys
from typing import Any

from tests.integration.sandbox.small_cloud import FUNCTION, Small


def invoke(small: Small, logical_id: str, event: dict[str, Any]) -> tuple[str | None, Any]:
    answer = small.client("lambda").invoke(FunctionName=small[logical_id], Payload=json.dumps(event))
    return answer.get("FunctionError"), json.loads(answer["Payload"].read())


def test_function_runs_in_another_process_with_its_own_path(small: Small) -> None:
    error, answer = invoke(small, "Receive", {"hello": "日本"})
    assert error is None
    assert answer["said"] == {"hello": "日本"}
    call = small.calls("Receive")[-1]
    libraries = small.cloud.layers[small["Libraries"]] / "python"
    assert call["path"][:2] == [str(FUNCTION), str(libraries)]
    assert not any("site-packages" in path or path == str(FUNCTION.parents[3]) for path in call["path"])
    assert 0 < call["left"] <= 10_000


def test_worker_is_kept(small: Small) -> None:
    for number in range(2):
        invoke(small, "Short", {"number": number})
    assert len({call["pid"] for call in small.calls("Short")}) == 1


def test_exception_is_the_functions_error(small: Small) -> None:
    error, answer = invoke(small, "Receive", {"do": "raise"})
    assert error
    assert (answer["errorType"], answer["errorMessage"]) == ("ValueError", "as told")
    log = small.cloud.state_dir / "logs" / f"{small['Receive']}.log"
    assert "ValueError: as told" in log.read_text("utf-8")


def test_hanging_function_is_killed_at_its_timeout_and_the_next_call_works(small: Small) -> None:
    error, answer = invoke(small, "Short", {"do": "hang"})
    assert error
    assert answer["errorType"] == "Sandbox.Timedout"
    assert "Task timed out after 2.00 seconds" in answer["errorMessage"]
    assert invoke(small, "Short", {"n": 1})[0] is None


def test_dead_function_says_its_exit_code_and_the_next_call_works(small: Small) -> None:
    error, answer = invoke(small, "Receive", {"do": "exit"})
    assert error
    assert "exited with code 7" in answer["errorMessage"]
    assert invoke(small, "Receive", {"n": 1})[0] is None


def test_event_of_custom_bus_reaches_queue_and_function(small: Small) -> None:
    small.client("events").put_events(
        Entries=[
            {"Source": "kyotsu", "DetailType": kind, "Detail": json.dumps({"n": 1}), "EventBusName": "domain"}
            for kind in ("Other", "ResidentRecorded")
        ]
    )
    heard = small.message("Heard")
    assert (heard["detail-type"], heard["detail"]) == ("ResidentRecorded", {"n": 1})
    assert heard["time"].endswith("Z")
    assert "Messages" not in small.client("sqs").receive_message(QueueUrl=small["Heard"])


def test_this_process_keeps_its_own_python() -> None:
    assert "handler" not in sys.modules
