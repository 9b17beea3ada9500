"""What a list and a look at a run say of it, of damaged and older ones too.

Modules: ``potluck.runs.kept``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from potluck.errors import RunNotFound, RunUnreadable
from potluck.runs.kept import flat_settings, kept_run, report_of, run_detail

RUN: dict[str, Any] = {
    "run": "20261130-080000-abcd",
    "command": "run",
    "started": "2026-11-30T08:00:00Z",
    "seconds": 2.5,
    "potluck": "0.1.0",
    "recipe": {"name": "規範", "splitter": {"use": "sections", "max_size": 600}, "stop": []},
    "metric": "f1",
    "metrics": {"recall@1": 0.25, "f1": 0.5, "mrr": None, "questions": 4},
}
COMPARED: dict[str, Any] = {
    **RUN,
    "command": "compare",
    "metric": "mrr",
    "variants": {"k=1": {"retriever": {"k": 1}}, "k=2": {"retriever": {"k": 2}}},
    "metrics": {"k=1": {"f1": {"mean": 0.25}, "mrr": {"mean": 0.1}}, "k=2": {"mrr": {"mean": 0.2}}},
}


def keep(folder: Path, manifest: object) -> Path:
    made = folder / ".potluck" / "runs" / "20261130-080000-abcd"
    made.mkdir(parents=True)
    (made / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return made


def test_of_a_run_the_list_says_what_when_of_which_recipe_how_good_how_long_and_how_large(tmp_path: Path) -> None:
    folder = keep(tmp_path, RUN)
    (folder / "sub").mkdir()
    (folder / "sub" / "more").write_bytes(b"x" * 1000)

    found = kept_run(folder)

    assert (found.run, found.command, found.started, found.recipe) == (folder.name, "run", RUN["started"], "規範")
    assert (found.measure, found.values, found.seconds) == ("f1", {"": 0.5}, 2.5)
    assert found.bytes == 1000 + (folder / "manifest.json").stat().st_size
    assert (found.folder, found.problem) == (str(folder), "")


def test_of_a_comparison_the_measure_that_it_was_about_is_told_for_each_variant(tmp_path: Path) -> None:
    found = kept_run(keep(tmp_path, COMPARED))

    assert (found.measure, found.values) == ("mrr", {"k=1": 0.1, "k=2": 0.2})


@pytest.mark.parametrize("metrics", [None, {}, {"f1": None}])
def test_what_was_not_measured_has_no_measure(tmp_path: Path, metrics: object) -> None:
    found = kept_run(keep(tmp_path, {**RUN, "metrics": metrics}))

    assert (found.measure, found.values) == (None, {})


def test_of_a_run_of_an_older_potluck_which_named_none_no_measure_is_told(tmp_path: Path) -> None:
    found = kept_run(keep(tmp_path, {key: value for key, value in RUN.items() if key != "metric"}))

    assert (found.measure, found.values) == (None, {})


@pytest.mark.parametrize("manifest", [[], 3, {**RUN, "metrics": 3}, {**RUN, "seconds": "long"}, {**RUN, "recipe": 1}])
def test_a_damaged_run_is_listed_with_what_is_wrong_and_cannot_be_looked_at(tmp_path: Path, manifest: object) -> None:
    folder = keep(tmp_path, manifest)

    found = kept_run(folder)

    assert (found.run, found.command, found.measure) == (folder.name, "", None)
    assert f"{folder}/manifest.json is not what a run has written" in found.problem
    with pytest.raises(RunUnreadable, match="is not what a run has written"):
        run_detail(folder)


def test_a_look_at_a_run_shows_all_settings_as_they_are_set(tmp_path: Path) -> None:
    folder = keep(tmp_path, RUN)
    found = run_detail(folder)

    assert found.settings == {"": {"name": "規範", "splitter.use": "sections", "splitter.max_size": 600, "stop": []}}
    assert found.measures == {"": RUN["metrics"]}
    assert found.versions["potluck"] == "0.1.0"
    assert found.report is None
    (folder / "report.html").write_text("")
    assert run_detail(folder).report == str(folder / "report.html")


def test_a_look_at_a_comparison_shows_every_variant(tmp_path: Path) -> None:
    found = run_detail(keep(tmp_path, COMPARED))

    assert found.settings == {"k=1": {"retriever.k": 1}, "k=2": {"retriever.k": 2}}
    assert found.measures == {"k=1": {"f1": 0.25, "mrr": 0.1}, "k=2": {"mrr": 0.2}}


def test_keys_are_joined_by_dots_and_an_empty_mapping_is_a_value() -> None:
    assert dict(flat_settings({"a": {"b": {"c": 1}, "d": {}}, "e": [{"f": 2}]})) == {
        "a.b.c": 1,
        "a.d": {},
        "e": [{"f": 2}],
    }


def test_a_report_that_is_not_there_is_told_with_what_is(tmp_path: Path) -> None:
    folder = keep(tmp_path, RUN)
    with pytest.raises(RunNotFound, match=r"abcd has no report.html; there are: manifest.json$"):
        report_of(folder)
    (folder / "report.html").write_text("")
    assert report_of(folder) == folder / "report.html"
