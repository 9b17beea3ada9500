"""``potluck examples`` lists the examples, and copies one.

Modules: ``potluck.cli.examples``.
"""

from __future__ import annotations

from pathlib import Path

from support.commands import potluck, potluck_json


def test_without_a_name_each_example_has_a_line(tmp_path: Path) -> None:
    done = potluck("examples", cwd=tmp_path)

    lines = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert {"track-specification", "messages", "potluck-subtitles"} < lines.keys()
    assert lines["messages"] == "Forty labelled messages in Traditional Chinese, for a strategy"
    assert [(row["name"], row["summary"]) for row in potluck_json("examples")] == list(lines.items())
    assert list(tmp_path.iterdir()) == []


def test_a_name_is_copied_with_what_it_needs_to_a_folder_of_its_name(tmp_path: Path) -> None:
    done = potluck("examples", "langchain", cwd=tmp_path)

    assert done.stdout.splitlines() == [
        "langchain: 2 files",
        "  README.md",
        "  recipe.yaml",
        "track-specification: copied too, because langchain uses its files",
    ]
    assert potluck("plan", "track-specification/recipe.yaml", cwd=tmp_path).returncode == 0


def test_it_is_copied_to_the_folder_that_is_named(tmp_path: Path) -> None:
    assert potluck("examples", "track-specification", "--to", "規範", cwd=tmp_path).returncode == 0

    loaded = potluck("load", "規範/00001-道碴軌道施工規範-1.0.doc", cwd=tmp_path)
    assert "道碴軌道施工規範（範例）" in loaded.stdout


def test_what_serves_already_is_named(tmp_path: Path) -> None:
    potluck("examples", "track-specification", cwd=tmp_path)

    done = potluck("examples", "langchain", cwd=tmp_path)
    assert "track-specification: exists already and stays as it is; langchain uses its files" in done.stdout


def test_a_mistake_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "messages").mkdir()

    refused = potluck("examples", "messages", cwd=tmp_path)
    assert refused.returncode == 1
    assert refused.stderr == "messages exists already: nothing was copied; choose another folder with --to\n"
    nameless = potluck("examples", "--to", "messages", cwd=tmp_path)
    assert nameless.returncode == 1
    assert "--to needs the NAME of an example" in nameless.stderr
