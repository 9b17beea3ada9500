"""Real documents of many formats, and corrupt, encrypted and hostile ones, through ``potluck load``."""

from __future__ import annotations

import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from support.commands import potluck


def load(
    *paths: Path, options: tuple[str, ...] = ()
) -> tuple[dict[str, list[dict[str, Any]]], subprocess.CompletedProcess[str]]:
    """What ``load --json`` prints, by file name."""
    done = potluck("load", "--json", *options, "--", *map(str, paths))
    found: dict[str, list[dict[str, Any]]] = {}
    for row in json.loads(done.stdout):
        found.setdefault(Path(row["source"].partition("#")[0]).name, []).append(row)
    return found, done


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def holds(rows: list[dict[str, Any]], phrases: list[str]) -> bool:
    """Whether the phrases come out; the marks of notes, which may stand in the midst of one, aside."""
    text = squeezed(" ".join(row.get("text", "") for row in rows))
    unmarked = re.sub(r"\[\w{1,5}\]", "", text)
    return all(squeezed(phrase) in text or squeezed(phrase) in unmarked for phrase in phrases)


def expected(folder: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return rows


def test_the_phrases_of_every_format_come_out(shared_data: Path, whole_data: bool) -> None:
    wanted = expected(shared_data / "docs")

    found, _ = load(*(shared_data / "docs" / one["file"] for one in wanted))
    # The phrase of this file is what a reviewer wrote, which is read on request alone.
    commented, options = shared_data / "docs" / "testODFwithOOo3.odt", ("--loader", "office", "--set", "comments=true")
    found.update(load(commented, options=options)[0])

    missed = [one["file"] for one in wanted if not holds(found.get(one["file"], []), one["must"])]
    assert missed == []
    assert len(wanted) == (79 if whole_data else 78)


def as_expected(one: dict[str, Any], rows: list[dict[str, Any]]) -> bool:
    errors = [row["kind"] for row in rows if "error" in row]
    read = not errors and holds(rows, one["must"])
    text = " ".join(row.get("text", "") + row.get("error", "") for row in rows)
    if any(forbidden in text for forbidden in one.get("forbidden") or []):
        return False
    return {
        "error": bool(errors),
        "password": errors == ["PasswordNeeded"],
        "no_text": errors == ["NoText"],
        "text": read,
        "either": bool(errors) or read,
        "safe": bool(errors) or read,
    }[one["expect"]]


def test_bad_files_are_what_they_are_expected_to_be_and_the_run_goes_on(shared_data: Path, whole_data: bool) -> None:
    wanted = expected(shared_data / "bad")

    found, done = load(*(shared_data / "bad" / one["file"] for one in wanted))

    wrong = [one["file"] for one in wanted if not as_expected(one, found.get(one["file"], []))]
    assert wrong == []
    assert len(wanted) == (60 if whole_data else 55)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    for one in wanted:
        assert not any((shared_data / "bad" / path).exists() for path in one.get("forbidden_paths") or [])


@pytest.mark.parametrize("name", ["own_zipbomb.docx", "poc-xmlbomb.xlsx", "own_billion_laughs.enex", "own_deep.html"])
def test_a_bomb_ends_within_seconds(shared_data: Path, whole_data: bool, name: str) -> None:
    if name == "own_zipbomb.docx" and not whole_data:
        pytest.skip(f"{name} is too large for tests/data: it takes the whole sets (POTLUCK_DATA)")
    started = time.monotonic()

    load(shared_data / "bad" / name)

    assert time.monotonic() - started < 30


def test_a_password_opens_what_is_encrypted(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for one in expected(shared_data / "bad"):
        if one["expect"] != "password" or not one.get("password"):
            continue
        monkeypatch.setenv("THE_PASSWORD", one["password"])
        path = str(shared_data / "bad" / one["file"])
        done = potluck("load", path, "--json", "--set", "password=${THE_PASSWORD}")
        rows = json.loads(done.stdout)
        assert holds(rows, one["must"]), (one["file"], rows)
        assert "error" not in rows[0], one["file"]
        assert one["password"] not in done.stderr or len(one["password"]) < 5
