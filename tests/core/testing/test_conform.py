"""``potluck conform``: the same rules from the command line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from potluck.errors import PotluckError
from potluck.testing import Outcome, Subject, Violation, checks, conform
from potluck.testing.kit import Check
from support.commands import potluck


def test_a_bundled_plugin_keeps_every_rule() -> None:
    outcomes = conform("splitter", "recursive", {"chunk_size": 80, "chunk_overlap": 10})
    assert outcomes == [Outcome(check.rule, kept=True) for check in checks("splitter")]


def run(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return potluck("conform", *words, cwd=cwd)


def test_a_loader_is_tried_on_samples_that_the_kit_writes_and_leaves_nothing_behind(tmp_path: Path) -> None:
    done = run("loader", "text", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "kept     reads-its-samples" in done.stdout
    applied = len(checks("loader")) - done.stdout.count("skipped  ")
    assert f"\n{applied} of {applied} rules are kept; " in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_loader_is_tried_on_the_files_of_its_author(tmp_path: Path) -> None:
    (tmp_path / "規範.log").write_text("道碴厚度不得小於三十公分。", encoding="utf-8")
    must = {"規範.log": ["厚度不得小於", "no such words"]}
    (tmp_path / "expected.json").write_text(json.dumps(must), encoding="utf-8")

    done = run("loader", "text", "--samples", str(tmp_path), cwd=tmp_path)

    assert done.returncode == 1
    assert "BROKEN   reads-its-samples: of 規範.log this does not come out: ['no such words']" in done.stdout
    assert "kept     encodings" in done.stdout


def test_extensions_without_a_sample_are_said(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("the log", encoding="utf-8")
    found = {one.rule: one for one in conform("loader", "text", samples={tmp_path / "a.log": ["the log"]})}

    reads = found["reads-its-samples"]
    assert reads.kept
    assert reads.skipped
    assert reads.why == "there is no sample of .rst, .text, .txt; the others are read"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (None, "expected.json: cannot be read"),
        ("[", "expected.json: Expecting value"),
        ("[]", "expected.json: expected an object"),
        ("{}", "no file among the samples"),
        ('{"a.txt": []}', "a.txt: say with a list of phrases"),
        ('{"a.txt": "text"}', "a.txt: say with a list of phrases"),
        ('{"gone.txt": ["text"]}', "gone.txt: the sample cannot be read"),
    ],
)
def test_samples_that_say_nothing_are_an_error_and_no_broken_rule(tmp_path: Path, said: str | None, why: str) -> None:
    (tmp_path / "a.txt").write_text("text", encoding="utf-8")
    if said is not None:
        (tmp_path / "expected.json").write_text(said, encoding="utf-8")
    with pytest.raises(PotluckError, match=why):
        conform("loader", "text", samples=tmp_path)


def test_a_loader_of_formats_that_nobody_can_write_by_hand_asks_for_samples() -> None:
    with pytest.raises(PotluckError, match=r"'pdf' claims no file type .* bring some with --samples DIR"):
        conform("loader", "pdf")


def test_samples_are_for_loaders(tmp_path: Path) -> None:
    with pytest.raises(PotluckError, match="samples are for loaders"):
        checks("splitter", samples=tmp_path)


def test_settings_that_the_plugin_does_not_take_are_an_error_and_no_broken_rule() -> None:
    told = (
        r"does not take these settings: unknown key 'chunk_sise' \(did you mean 'chunk_size'\?\)\. It has: chunk_size, "
    )
    with pytest.raises(PotluckError, match=told):
        conform("splitter", "recursive", {"chunk_sise": 80})
    with pytest.raises(PotluckError, match="chunk_size: expected a whole number, got 'x'"):
        conform("splitter", "recursive", {"chunk_size": "x"})


def test_a_kind_without_a_kit_is_said_with_those_that_have_one() -> None:
    with pytest.raises(PotluckError, match=r"there is no conformance kit for a cook; there are: .*splitter"):
        checks("cook")  # type: ignore[arg-type]


def test_what_a_plugin_raises_is_a_violation_that_names_the_rule(tmp_path: Path) -> None:
    def run(subject: Subject) -> None:
        raise ZeroDivisionError("no such thing")

    check = Check("splitter", "some-rule", "It works.", run)
    with pytest.raises(Violation, match="some-rule: ZeroDivisionError: no such thing"):
        check.on(Subject(lambda folder: None, tmp_path))
