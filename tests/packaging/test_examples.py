"""The example plugins of the documentation, built and installed beside each other as a user would have them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from support.environments import ROOT, Environment, own_tool, wheel

pytest.importorskip("peft")

PLUGINS = ROOT / "docs" / "examples" / "plugins"
INSTALLED = {"potluck-subtitles": ("loader", "subtitles"), "potluck-ia3": ("tuner", "ia3")}
TOGETHER = """
potluck: 1
documents: meeting.vtt
splitter: sections
retriever: {k: 1}
chat: {use: transformers, model: model, max_tokens: 4}
model: model
task: classification
dataset: train.jsonl
tuner: {use: ia3, training: {max_steps: 8, learning_rate: 0.1, dtype: float32}}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, environment: Environment) -> Path:
    """Copies of the packages, which are installed together."""
    home = tmp_path_factory.mktemp("plugins")
    for package in INSTALLED:
        shutil.copytree(PLUGINS / package, home / package, ignore=shutil.ignore_patterns(".potluck", "model"))
    environment.install(*(wheel(home / package, home / "dist" / package) for package in INSTALLED))
    return home


def test_every_example_is_tried_here() -> None:
    assert {path.name for path in PLUGINS.iterdir() if path.is_dir()} == INSTALLED.keys()


def test_they_are_listed_beside_the_bundled_ones(home: Path, environment: Environment) -> None:
    listed = json.loads(environment.run("potluck", "plugins", "list", "--json", cwd=home))

    found = {(one["kind"], one["name"]): one["package"] for one in listed}
    assert {package for package in found.values() if package != "potluck"} == INSTALLED.keys()
    assert [found[offered] for offered in INSTALLED.values()] == list(INSTALLED)
    assert found["tuner", "lora"] == "potluck"


@pytest.mark.parametrize(
    "package", [pytest.param(name, marks=pytest.mark.slow if name == "potluck-ia3" else ()) for name in INSTALLED]
)
def test_they_keep_the_rules_of_their_kind(package: str, home: Path, environment: Environment) -> None:
    (command,) = re.findall("^potluck conform .*", (home / package / "README.md").read_text("utf-8"), re.MULTILINE)

    printed = environment.run(*command.split(), cwd=home / package)

    assert re.search(r"(\d+) of \1 rules are kept", printed)


@pytest.mark.slow
def test_the_loaders_own_tests_pass(home: Path, environment: Environment) -> None:
    assert " passed" in environment.run("pytest", cwd=home / "potluck-subtitles")


@pytest.mark.slow
def test_the_tuners_own_tests_pass(home: Path, environment: Environment) -> None:
    assert " passed" in environment.run("pytest", cwd=home / "potluck-ia3")


def test_an_answer_is_cited_by_the_time_at_which_it_was_said(home: Path, environment: Environment) -> None:
    example = home / "potluck-subtitles" / "example"

    loaded = environment.run("potluck", "load", "meeting.srt", cwd=example)
    asked = environment.run("potluck", "ask", "recipe.yaml", "第三號道岔的螺栓什麼時候要換？", cwd=example)

    assert "第三號道岔的螺栓下週五以前要更換。" in loaded
    assert "[1] meeting.srt 00:01:12" in asked


@pytest.mark.slow
def test_a_recipe_names_both(home: Path, environment: Environment) -> None:
    example = home / "potluck-ia3" / "example"
    environment.run("python", "make_model.py", cwd=example)
    shutil.copy(home / "potluck-subtitles" / "example" / "meeting.vtt", example)
    (example / "both.yaml").write_text(TOGETHER, encoding="utf-8")

    tuned = environment.run("potluck", "tune", "both.yaml", cwd=example)
    asking = ["potluck", "ask", "both.yaml", "Who speaks?", "--json"]
    asked = _last_object(environment.run(*asking, cwd=example))
    frozen = _last_object(environment.run(*asking, "--set", "chat.adapter=null", cwd=example))

    assert "192 parameters trained" in tuned
    assert asked["retrieved"][0]["source"] == "meeting.vtt"
    assert asked["answer"] != frozen["answer"]


@pytest.mark.slow
def test_the_tuners_example_runs(home: Path, environment: Environment) -> None:
    example = home / "potluck-ia3" / "example"
    environment.run("python", "make_model.py", cwd=example)

    printed = environment.run("potluck", "evaluate", "recipe.yaml", cwd=example)

    measured = re.search(r"accuracy +([\d.]+)", printed)
    assert measured
    assert float(measured[1]) > 0.6


@pytest.mark.slow
@pytest.mark.parametrize("package", INSTALLED)
def test_they_have_types(package: str, home: Path, environment: Environment) -> None:
    pytest.importorskip("mypy")
    own_tool("mypy", *environment.types, folder=home / package)


def test_the_tuner_has_fewer_than_a_hundred_lines() -> None:
    code = PLUGINS / "potluck-ia3" / "src" / "potluck_ia3" / "__init__.py"

    assert len(code.read_text(encoding="utf-8").splitlines()) < 100


def _last_object(printed: str) -> dict[str, Any]:
    """The JSON in what a command printed, behind its progress."""
    found: dict[str, Any] = json.loads(printed[printed.index("\n{") if not printed.startswith("{") else 0 :])
    return found
