"""The page about observers: its code is run, and its log is what the observer really writes."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from potluck import Recipe, hookimpl
from potluck.hookspecs import StageEvent
from potluck.observation.observers import Observers
from potluck.reporting import run_stage
from support.fake_plugins import install, visible

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "observe.md").read_text(encoding="utf-8")


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the first example, as the current folder."""
    home = tmp_path / "example"
    source = ROOT / "docs" / "examples" / "track-specification"
    shutil.copytree(source, home, ignore=shutil.ignore_patterns(".potluck"))
    monkeypatch.chdir(home)
    return home


def test_the_observers_of_the_page_work_and_its_log_has_the_keys_that_are_written(
    example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    code, program, _ = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    found = re.search(r'entry-points\."(.*?)"\]\n(\S+) = "(\S+)"', PAGE)
    assert found is not None
    group, name, module = found.groups()
    with visible(install(tmp_path / "site", "potluck-slow", {group: {name: module}}, {module: code}), monkeypatch):
        with Recipe.load("recipe.yaml", [f"observers=[{name}, jsonl]"]) as opened:
            opened.index()
        assert re.search(r"^embed took [\d.]+ s for 80 texts$", capfd.readouterr().err, re.MULTILINE)

        exec(program, {})
        assert capfd.readouterr().out == "2 calls of models\n"

    written = (example / ".potluck" / "observers" / "events.jsonl").read_text(encoding="utf-8")
    check_log([json.loads(line) for line in written.splitlines()])


def test_who_watches_is_told_of_the_slow_work_of_a_plugin() -> None:
    told: list[tuple[str, str, float]] = []
    notices: list[str] = []

    class Watch:
        @hookimpl
        def potluck_stage_finished(self, event: StageEvent) -> None:
            told.append((event.stage, event.model, event.done))

        @hookimpl
        def potluck_stage_progressed(self, event: StageEvent) -> None:
            notices.extend([event.notice] if event.notice else [])

    *_, program = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    observers = Observers()
    observers.register(Watch())
    with run_stage(observers, StageEvent("index")):
        exec(program, {})

    assert told == [("download model", "小模型", 3), ("index", "", 0)]
    assert notices == ["the service asks to wait 20 s"]


def check_log(events: list[dict[str, object]]) -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    embedding = [event for event in events if event["stage_id"] == 3]

    def form(event: dict[str, object]) -> list[tuple[str, str]]:
        return [(key, type(value).__name__) for key, value in event.items()]

    wanted = {event["event"]: form(event) for event in map(json.loads, shown.splitlines())}
    assert {event["event"]: form(event) for event in embedding} == wanted
    assert {event["total"] for event in embedding if "total" in event} == {80}
