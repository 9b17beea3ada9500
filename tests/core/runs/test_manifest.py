"""The manifest of a run is read back with everything that a repetition needs, or refused with what is wrong.

Modules: ``potluck.runs.manifest``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from potluck.errors import PotluckError
from potluck.runs.manifest import read_run_manifest
from potluck.runs.reproduce import recipes_of

SINGLE = {
    "run": "20261130-1",
    "recipe": {"chat": "extractive"},
    "pins": {"document": {"手冊.md": "ab"}},
    "metrics": {"f1": 0.5},
    "python": "3.11.7",
}
COMPARED = {
    **SINGLE,
    "questions": "/home/問題.jsonl",
    "limit": 7,
    "repeats": 3,
    "variants": {"k=1": {"chat": "extractive"}, "k=2": {"chat": "extractive"}},
    "pins": {"k=1": {"document": {"a": "b"}}, "k=2": {"document": {"a": "c"}}},
    "metrics": {"k=1": {"f1": {"mean": 0.25}}, "k=2": {"f1": {"mean": 0.75}}},
}


def kept(folder: Path, manifest: object) -> Path:
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def test_a_run_has_one_recipe_without_a_name(tmp_path: Path) -> None:
    found = read_run_manifest(kept(tmp_path, SINGLE))

    assert (found.run, found.recipes, found.pins) == ("20261130-1", {"": SINGLE["recipe"]}, {"": SINGLE["pins"]})
    assert (found.metrics, found.questions, found.limit, found.repeats) == ({"": {"f1": 0.5}}, None, None, 1)
    assert found.versions["python"] == "3.11.7"


def test_a_run_without_questions_has_no_measures(tmp_path: Path) -> None:
    assert read_run_manifest(kept(tmp_path, {**SINGLE, "metrics": None})).metrics == {"": {}}


def test_a_comparison_has_those_of_its_variants_with_the_questions_and_rounds(tmp_path: Path) -> None:
    found = read_run_manifest(kept(tmp_path, COMPARED))

    assert list(found.recipes) == list(found.pins) == ["k=1", "k=2"]
    assert found.metrics == {"k=1": {"f1": 0.25}, "k=2": {"f1": 0.75}}
    assert (found.questions, found.limit, found.repeats) == (Path("/home/問題.jsonl"), 7, 3)


def test_a_comparison_that_does_not_say_how_many_rounds_had_one(tmp_path: Path) -> None:
    once = {key: value for key, value in COMPARED.items() if key != "repeats"}

    assert read_run_manifest(kept(tmp_path, once)).repeats == 1


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        ([], "is not what a run has written"),
        ({}, "was written by an older potluck"),
        ({"pins": {}, "recipe": {}}, "is not what a run has written .*'run'"),
        ({**SINGLE, "pins": {"document": "ab"}}, "is not what a run has written"),
        ({**COMPARED, "metrics": {"k=1": {}}}, "is not what a run has written .*'k=2'"),
        ({**COMPARED, "repeats": "many"}, "is not what a run has written"),
    ],
)
def test_what_no_run_has_written_is_refused(tmp_path: Path, manifest: Mapping[str, Any], told: str) -> None:
    with pytest.raises(PotluckError, match=told):
        read_run_manifest(kept(tmp_path, manifest))


def test_a_file_that_is_not_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes(b"\xff\x00")
    with pytest.raises(PotluckError, match="cannot be read"):
        read_run_manifest(tmp_path)


def test_a_comparison_in_which_every_variant_failed_cannot_be_repeated(tmp_path: Path) -> None:
    folder = tmp_path / ".potluck/runs/1"
    folder.mkdir(parents=True)
    with pytest.raises(PotluckError, match="every variant failed, so there is nothing to reproduce"):
        recipes_of(kept(folder, {**COMPARED, "variants": {}, "pins": {}, "metrics": {}}))


def test_a_run_that_was_moved_is_not_repeated_with_paths_that_lead_elsewhere(tmp_path: Path) -> None:
    with pytest.raises(PotluckError, match="reproduced where it was made"):
        recipes_of(kept(tmp_path, SINGLE))
