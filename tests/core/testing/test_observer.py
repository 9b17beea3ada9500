"""The kit of observers finds what is broken, by name: mutants of an observer that keeps every rule.

Modules: ``potluck.testing.observer``.
"""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from potluck import hookimpl
from potluck.contracts import Observer
from potluck.hookspecs import ModelCall, StageEvent
from potluck.testing import Skipped, checks
from support.kits import broken


class Counting(Observer):
    """Writes how many events there were: it keeps every rule."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.count = folder, 0

    @hookimpl
    def potluck_stage_started(self, event: StageEvent) -> None:
        self.count += 1

    @hookimpl
    def potluck_stage_failed(self, event: StageEvent, error: BaseException) -> None:
        self.count += 1

    @hookimpl
    def potluck_model_called(self, call: ModelCall) -> None:
        self.count += 1

    def close(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "count").write_text(str(self.count))


class Idle(Observer):
    """Forgets to mark its hooks."""

    def __init__(self, folder: Path) -> None:
        pass

    def potluck_stage_started(self, event: StageEvent) -> None:
        pass


class NeedsTotals(Counting):
    @hookimpl
    def potluck_stage_finished(self, event: StageEvent) -> None:
        assert event.total


class Alone(Counting):
    """Takes a lock that it never gives back."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "lock").touch(exist_ok=False)


class OneThread(Counting):
    """What it uses belongs to the thread that made it."""

    def __init__(self, folder: Path) -> None:
        import sqlite3

        super().__init__(folder)
        self.database = sqlite3.connect(":memory:")

    @hookimpl
    def potluck_model_called(self, call: ModelCall) -> None:
        self.database.execute("SELECT 1")

    def close(self) -> None:
        self.database.close()


class NeedsAnEnd(Counting):
    def close(self) -> None:
        assert self.count != 1


class Chatty(Counting):
    @hookimpl
    def potluck_stage_started(self, event: StageEvent) -> None:
        print(event.stage)


class Telling(Counting):
    @hookimpl
    def potluck_stage_failed(self, event: StageEvent, error: BaseException) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "errors").write_text(str(error), encoding="utf-8")


class Sending(Counting):
    @hookimpl
    def potluck_stage_failed(self, event: StageEvent, error: BaseException) -> None:
        try:
            socket.create_connection(("192.0.2.1", 4318), 1)
        except Exception:
            self.count += 1


MUTANTS = {
    Idle: {"hooks"},
    NeedsTotals: {"run", "again", "silent", "private", "egress", "threads"},
    Alone: {"again"},
    OneThread: {"threads"},
    NeedsAnEnd: {"broken-off"},
    Chatty: {"silent"},
    Telling: {"private"},
    Sending: {"egress"},
}


def test_an_observer_that_does_as_it_should_keeps_every_rule(tmp_path: Path) -> None:
    assert broken("observer", Counting, tmp_path) == set()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_mutant_is_caught_by_the_rule_that_it_breaks(mutant: type[Counting], tmp_path: Path) -> None:
    assert broken("observer", mutant, tmp_path) == MUTANTS[mutant]


def test_every_rule_is_broken_by_a_mutant() -> None:
    assert {check.rule for check in checks("observer")} == set().union(*MUTANTS.values())


@pytest.mark.parametrize("check", checks("observer"), ids=str)
@pytest.mark.parametrize("name", ["jsonl", "progress"])
def test_the_bundled_observers_keep_the_contract(name: str, check: object, tmp_path: Path) -> None:
    check(name, tmp_path)  # type: ignore[operator]


@pytest.mark.parametrize("check", checks("observer"), ids=str)
def test_the_tracer_keeps_the_contract_where_a_collector_is_named(check: object, tmp_path: Path) -> None:
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http")
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from threading import Thread

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            check("opentelemetry", tmp_path, {"endpoint": f"http://127.0.0.1:{server.server_port}"})  # type: ignore[operator]
        finally:
            server.shutdown()
            thread.join()


def test_an_observer_that_has_nothing_to_do_here_is_skipped_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry import trace

    if not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        pytest.skip("a tracer provider has been set in this process")
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    (check,) = (one for one in checks("observer") if one.rule == "run")

    with pytest.raises(Skipped, match="nothing says where to send spans"):
        check("opentelemetry", tmp_path)
