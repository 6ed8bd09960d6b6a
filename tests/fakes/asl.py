"""State machines run from their own files, one try of one state at a time, with faults chosen by the test.

Knows what our files use of the Amazon States Language (JSONPath): Task (`lambda:invoke`, also with a task token),
Choice by StringEquals, Retry, Catch, Succeed, Fail. Anything else stops it. It remembers every edge it went over.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Function = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""A Lambda function: takes its event and returns its payload, or raises."""
_TOKEN = ".waitForTaskToken"


class Fault(StrEnum):
    """How one try of a Task fails."""

    THROTTLED = "throttled"
    """Lambda did not run it."""
    KILLED = "killed"
    """It did not run to its end: nothing of it took effect."""
    TIMED_OUT = "timed out"
    """It took effect, and Step Functions did not hear of it."""
    CRASHED = "crashed"
    """It took effect, then the function failed."""


_ERRORS = {
    Fault.THROTTLED: "Lambda.TooManyRequestsException",
    Fault.KILLED: "Runtime.ExitError",
    Fault.TIMED_OUT: "States.Timeout",
    Fault.CRASHED: "RuntimeError",
}


class Status(StrEnum):
    """How an execution stands."""

    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


@dataclass
class Edges:
    """Which edges of a machine were gone over: (state, "next" | "retry n" | "catch n" | "choice n" | "default")."""

    seen: dict[tuple[str, str], int] = field(default_factory=dict)

    def go(self, state: str, edge: str) -> None:
        """Count an edge."""
        self.seen[state, edge] = self.seen.get((state, edge), 0) + 1


def edges_of(definition: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every edge a machine has."""
    for name, state in definition["States"].items():
        if state["Type"] == "Task":
            yield name, "next"
        for kind in ("Retry", "Catch", "Choices"):
            edge = {"Retry": "retry", "Catch": "catch", "Choices": "choice"}[kind]
            yield from ((name, f"{edge} {number}") for number, _ in enumerate(state.get(kind, [])))
        if "Default" in state:
            yield name, "default"


@dataclass
class Execution:
    """One execution. It moves when it is told to."""

    name: str
    definition: Mapping[str, Any]
    functions: Mapping[str, Function]
    data: dict[str, Any]
    edges: Edges = field(default_factory=Edges)
    state: str = ""
    """Where it stands; a test may begin anywhere."""
    status: Status = Status.RUNNING
    error: str = ""
    token: str | None = None
    """Of the wait it stands in."""
    path: list[str] = field(default_factory=list)
    """States entered, in order."""
    tried: int = 0
    """Tries of Tasks."""
    _retried: dict[int, int] = field(default_factory=dict)
    _tries: int = 0
    _entered: int = 0
    _clock: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self._enter(self.state or self.definition["StartAt"])

    @property
    def runnable(self) -> bool:
        """Whether it has something to do by itself."""
        return self.status is Status.RUNNING and self.token is None

    def step(self, fault: Fault | None = None) -> None:
        """Try the state it stands in once."""
        if not self.runnable:
            raise AssertionError(f"{self.name} is {self.status}, or waits")
        state = self.definition["States"][self.state]
        match state["Type"]:
            case "Task":
                self._task(state, fault)
            case "Choice":
                self._choose(state)
            case "Succeed":
                self.status = Status.SUCCEEDED
            case "Fail":
                self.status, self.error = Status.FAILED, state["Error"]
            case other:
                raise NotImplementedError(other)

    def succeed(self, token: str, output: Mapping[str, Any]) -> bool:
        """`SendTaskSuccess`: tell whether somebody waited with this token."""
        if self.token != token or self.status is not Status.RUNNING:
            return False
        self._done(self.definition["States"][self.state], dict(output))
        return True

    def time_out(self) -> None:
        """Let the wait it stands in time out."""
        if self.token is None:
            raise AssertionError(f"{self.name} does not wait")
        self._failed(self.definition["States"][self.state], "States.Timeout")

    def _enter(self, name: str) -> None:
        self.state, self.token, self._retried, self._tries = name, None, {}, 0
        self._entered = next(self._clock)
        self.path.append(name)

    def _task(self, state: Mapping[str, Any], fault: Fault | None) -> None:
        assert state["Resource"].removesuffix(_TOKEN) == "arn:aws:states:::lambda:invoke"
        waits = state["Resource"].endswith(_TOKEN)
        self._tries += 1
        self.tried += 1
        token = f"{self.name}:{self._entered}:{self._tries}" if waits else None
        # The token is good from the moment the function is called, also if the function answers it itself.
        self.token = token
        if fault in (Fault.THROTTLED, Fault.KILLED):
            return self._failed(state, _ERRORS[fault])
        function = self.functions[state["Parameters"]["FunctionName"].strip("${}")]
        try:
            payload = function(self._resolved(state["Parameters"]["Payload"], token))
        except Exception as error:  # noqa: BLE001 - as Lambda does: the error is the name of its class
            return self._failed(state, type(error).__name__)
        if self.token != token:
            return None  # the function itself told this machine
        if fault is not None:
            # A wait itself times out when nobody tells it anything (`time_out`); here only its function did.
            return self._failed(state, "Sandbox.Timedout" if waits else _ERRORS[fault])
        if not waits:
            self._done(state, {"Payload": dict(payload)})
        return None

    def _resolved(self, value: Any, token: str | None) -> Any:
        if not isinstance(value, Mapping):
            return value
        found = {}
        for key, each in value.items():
            if key.endswith(".$"):
                found[key.removesuffix(".$")] = self._path(each, token)
            else:
                found[key] = self._resolved(each, token)
        return found

    def _path(self, path: str, token: str | None) -> Any:
        match path:
            case "$$.Task.Token":
                return token
            case "$$.State.EnteredTime":
                return f"2026-01-01T00:00:{self._entered:09d}Z"
            case "$$.State.RetryCount":
                return self._tries - 1
            case "$$.Execution.Name":
                return self.name
            case _:
                return _at(self.data, path)

    def _done(self, state: Mapping[str, Any], output: dict[str, Any]) -> None:
        selected = {key.removesuffix(".$"): _at(output, path) for key, path in state["ResultSelector"].items()}
        self.data[state["ResultPath"].removeprefix("$.")] = selected
        self.edges.go(self.state, "next")
        self._enter(state["Next"])

    def _failed(self, state: Mapping[str, Any], error: str) -> None:
        for number, retry in enumerate(state.get("Retry", [])):
            if not _matches(error, retry["ErrorEquals"]):
                continue
            if self._retried.get(number, 0) < retry["MaxAttempts"]:
                self._retried[number] = self._retried.get(number, 0) + 1
                self.edges.go(self.state, f"retry {number}")
                self.token = None
                return
            break
        for number, caught in enumerate(state.get("Catch", [])):
            if _matches(error, caught["ErrorEquals"]):
                assert caught["ResultPath"] is None
                self.edges.go(self.state, f"catch {number}")
                self._enter(caught["Next"])
                return
        self.status, self.error = Status.FAILED, error

    def _choose(self, state: Mapping[str, Any]) -> None:
        for number, choice in enumerate(state["Choices"]):
            if _at(self.data, choice["Variable"]) == choice["StringEquals"]:
                self.edges.go(self.state, f"choice {number}")
                return self._enter(choice["Next"])
        self.edges.go(self.state, "default")
        return self._enter(state["Default"])


def _matches(error: str, names: list[str]) -> bool:
    if error in names or "States.ALL" in names:
        return True
    return "States.TaskFailed" in names and error != "States.Timeout"


def _at(value: Mapping[str, Any], path: str) -> Any:
    found: Any = value
    for part in path.removeprefix("$.").split("."):
        found = found[part]
    return found
