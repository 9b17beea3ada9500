"""``potluck conform``: the same rules from the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from potluck.errors import PotluckError
from potluck.testing import Outcome, Subject, Violation, checks, conform
from potluck.testing.kit import Check


def test_a_bundled_plugin_keeps_every_rule() -> None:
    outcomes = conform("splitter", "recursive", {"chunk_size": 80, "chunk_overlap": 10})
    assert outcomes == [Outcome(check.rule, kept=True) for check in checks("splitter")]


def test_the_command_lists_the_rules_and_takes_settings_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text("chunk_size: 80\nchunk_overlap: 10\n", encoding="utf-8")
    words = ["conform", "splitter", "recursive", "--config", "settings.yaml", "--json"]
    done = subprocess.run([sys.executable, "-m", "potluck", *words], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0
    assert [row["rule"] for row in json.loads(done.stdout)] == [check.rule for check in checks("splitter")]


def test_settings_that_the_plugin_does_not_take_are_an_error_and_no_broken_rule() -> None:
    with pytest.raises(PotluckError, match="does not take these settings"):
        conform("splitter", "recursive", {"chunk_sise": 80})


def test_a_kind_without_a_kit_is_said_with_those_that_have_one() -> None:
    with pytest.raises(PotluckError, match="there are: embedder, splitter, store"):
        checks("loader")


def test_what_a_plugin_raises_is_a_violation_that_names_the_rule(tmp_path: Path) -> None:
    def run(subject: Subject) -> None:
        raise ZeroDivisionError("no such thing")

    check = Check("splitter", "some-rule", "It works.", run)
    with pytest.raises(Violation, match="some-rule: ZeroDivisionError: no such thing"):
        check.on(Subject(lambda folder: None, tmp_path))
