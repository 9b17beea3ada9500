"""The plan of a task that trains nothing: its examples, and who gets them.

Modules: ``potluck.tasks.plan``, ``potluck.cli.plan``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from potluck import recipe as recipes
from potluck.cli import potluck
from potluck.cli.outputs import output_schema
from potluck.errors import PotluckError
from potluck.results.stages import TaskPlanResult
from potluck.tasks.plan import plan_task
from support.commands import invoke

REMOTE = "chat: {use: openai, model: m, base_url: 'http://collector.invalid:8000/v1'}\n"
LOCAL = "chat: extractive\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    rows = [{"text": "紅色的蘋果", "label": "fruit"}, {"text": "a sky", "label": "weather"}, {"text": "b", "label": ""}]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (tmp_path / "考題.jsonl").write_text(lines, encoding="utf-8")
    return tmp_path


def write(home: Path, text: str) -> Path:
    path = home / "recipe.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def plan_of(home: Path, text: str) -> TaskPlanResult:
    return plan_task(recipes.loads(text, home / "recipe.yaml", []))


def test_examples_are_counted_as_they_are_evaluated(home: Path) -> None:
    assert plan_of(home, "task: classification\nquestions: 考題.jsonl\n" + LOCAL).examples == 2
    assert plan_of(home, "task: classification\n" + LOCAL).examples is None


def test_examples_that_cannot_be_evaluated_are_told(home: Path) -> None:
    with pytest.raises(PotluckError, match="there is no field 'txt'"):
        plan_of(home, "task: generation\nprompt: '{txt}'\nquestions: 考題.jsonl\n" + LOCAL)


def test_the_host_of_the_chat_model_is_named(home: Path) -> None:
    assert list(plan_of(home, "task: generation\n" + REMOTE).leaves_the_machine) == ["chat"]


def test_the_command_says_that_nothing_is_trained_and_what_leaves(home: Path) -> None:
    path = write(home, "task: classification\nquestions: 考題.jsonl\n" + LOCAL)
    done = invoke(potluck, "plan", str(path))

    assert done.exit_code == 0, done.output
    assert done.stdout == "examples: 2\nnothing is trained\nleaves the machine: nothing\n"

    done = invoke(potluck, "plan", str(write(home, "task: generation\n" + REMOTE)))
    assert done.exit_code == 0, done.output
    assert "examples" not in done.stdout
    assert "leaves the machine: the chat's texts go to " in done.stdout


def test_the_json_of_the_command_is_what_its_schema_describes(home: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    path = write(home, "task: classification\nquestions: 考題.jsonl\n" + LOCAL)
    done = invoke(potluck, "plan", str(path), "--json")

    found = json.loads(done.stdout)
    jsonschema.validate(found, output_schema("plan"))
    assert found == {
        "examples": 2,
        "trainable_parameters": 0,
        "problems": [],
        "leaves_the_machine": {},
        "comparison": None,
    }
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**found, "trainable_parameters": 1}, output_schema("plan"))
