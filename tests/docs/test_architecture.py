"""The architecture page follows what really is called, and every call between packages goes down."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import FrameType

import pytest

import potluck
from potluck import Recipe
from potluck.comparison.compare import Plan
from support import tuning
from support.fake_plugins import visible
from support.planted import install_planted, plant

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/explanation/architecture.md").read_text(encoding="utf-8")
CORE = Path(potluck.__file__).parent
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
LAYERS: Sequence[str] = CONTRACTS[0]["layers"]
HEIGHT = {name.strip(): -place for place, layer in enumerate(LAYERS) for name in layer.split("|")}
FOR_PLUGINS = frozenset(
    [
        "amounts",
        "contracts",
        "documents",
        "egress",
        "errors",
        "file_hashes",
        "hookspecs",
        "installation",
        "language",
        "models",
        "overlap",
        "reporting",
        "suggestions",
        "testing",
        "tuning",
        "version",
        "visible",
    ]
)
"""What bundled plugins may import of the core."""

home, model, one_thread = tuning.home, tuning.model, tuning.one_thread


def steps(way: str) -> list[str]:
    """The functions of a table of the page."""
    _, _, rest = PAGE.partition(f"<!-- way: {way} -->")
    table = rest.strip().split("\n\n")[0]
    return re.findall(r"^\| `([\w.]+)` \|", table, re.MULTILINE)


CALLS_WHAT_IT_WAS_HANDED = {
    "plugins.make": "what a plugin offers, which may be a class of the core's own",
    "reporting.Stage.tell": "the audience of a stage",
    "reporting.run_stage": "the audience of a stage",
    "evaluation.workload.report_answer": "who asked to hear of each answer",
}


@dataclass
class Calls:
    """What was called of the core: the ``listed`` functions, one call after another, and calls between packages."""

    listed: frozenset[str]
    order: list[str] = field(default_factory=list)
    between: set[tuple[str, str]] = field(default_factory=set)

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and (called := name_of(frame)) is not None:
            if called in self.listed:
                self.order.append(called)
            caller = name_of(frame.f_back) if frame.f_back is not None else None
            if caller is not None and package(caller) != package(called):
                self.between.add((caller, called))

    def climbs(self) -> set[tuple[str, str]]:
        """Calls of a package that stands above.

        A function made within another one was handed down to be called, or calls one that was handed to it, as a
        decorator's does; so does what is named in ``CALLS_WHAT_IT_WAS_HANDED``.
        """
        named = {(a, b) for a, b in self.between if "<" not in a + b and a not in CALLS_WHAT_IT_WAS_HANDED}
        return {(a, b) for a, b in named if HEIGHT.get(package(b), 0) > HEIGHT.get(package(a), 0)}


def name_of(frame: FrameType) -> str | None:
    """``module.Class.function`` of a frame, without ``potluck``; None outside of the core."""
    return name_of_code(frame.f_code.co_filename, frame.f_code.co_qualname)


@cache
def name_of_code(file: str, function: str) -> str | None:
    """The same of a function: it is asked for at each of hundreds of thousands of calls."""
    path = Path(file)
    if not path.is_relative_to(CORE):
        return None
    module = ".".join(path.relative_to(CORE).with_suffix("").parts)
    return f"{module}.{function}"


def package(name: str) -> str:
    return name.split(".")[0]


@contextmanager
def followed(listed: Sequence[str]) -> Iterator[Calls]:
    calls = Calls(frozenset(listed))
    before = sys.getprofile()
    sys.setprofile(calls)
    try:
        yield calls
    finally:
        sys.setprofile(before)


def compare(folder: Path) -> None:
    with Recipe.load(folder / "recipe.yaml") as recipe:
        recipe.compare(Plan(swaps=["retriever.k=1,2"]))


def check(way: str, run: Callable[[], object]) -> None:
    listed = steps(way)
    with followed(listed) as calls:
        run()
    assert len(listed) > 12
    assert [step for step in listed if step not in calls.order] == [], "every step of the page is called"
    called = iter(calls.order)
    assert [step for step in listed if step not in called] == [], "in this order"
    assert calls.climbs() == set(), "no package calls one above it"


def test_the_way_of_a_question_is_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, 7)
    with visible(install_planted(tmp_path / "site"), monkeypatch):
        check("compare", lambda: compare(tmp_path))


def test_the_way_of_a_training_example_is_as_the_page_says(home: Path) -> None:
    pytest.importorskip("torch")
    with tuning.recipe(home) as recipe:
        check("tune", recipe.tune)


def test_the_page_names_files_that_exist() -> None:
    _, _, table = PAGE.partition("## Where to go")
    table, _, _ = table.partition("## Decisions")
    for name in re.findall(r"`([\w/.]+)`", table):
        assert any((root / name).exists() for root in (ROOT, CORE, ROOT / "docs")), name


def test_plugins_may_import_nothing_of_the_core_but_what_is_public() -> None:
    (forbidden,) = (one["forbidden_modules"] for one in CONTRACTS if one.get("source_modules") == ["potluck_plugins"])

    assert len(forbidden) == len(set(forbidden))
    modules = {path.stem for path in CORE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert {one.removeprefix("potluck.") for one in forbidden} == modules - FOR_PLUGINS - {"__init__", "__main__"}
