"""``potluck lock``: what is pinned, and that a run of other things is refused.

Modules: ``potluck.cli.lock``.
"""

from __future__ import annotations

import json
from pathlib import Path

from support.commands import potluck, potluck_json


def test_a_lock_refuses_a_run_of_other_things(planted_home: Path) -> None:
    assert potluck("lock", "recipe.yaml").returncode == 0
    assert potluck("run", "recipe.yaml").returncode == 0
    assert potluck("lock", "recipe.yaml", "--check").returncode == 0
    (planted_home / "b" / "item999.txt").write_text("About key-200. value new", encoding="utf-8")

    done = potluck("run", "recipe.yaml")

    assert done.returncode == 1
    assert "document b/item999.txt is new" in done.stderr
    assert "potluck lock recipe.yaml" in done.stderr
    assert potluck("lock", "recipe.yaml", "--check").returncode == 1
    assert potluck("lock", "recipe.yaml").returncode == 0
    assert potluck("run", "recipe.yaml").returncode == 0


def test_a_lock_of_one_recipe_leaves_others_in_the_folder_alone(planted_home: Path) -> None:
    other = planted_home / "other.yaml"
    other.write_text("documents: b/*.txt\nembedder: keys\nchat: reader\n", encoding="utf-8")
    assert potluck("lock", "recipe.yaml").returncode == 0
    assert potluck("run", "other.yaml").returncode == 0
    assert potluck("lock", "other.yaml").returncode == 0

    held = json.loads((planted_home / "potluck.lock").read_text(encoding="utf-8"))

    assert list(held["recipes"]) == ["other.yaml", "recipe.yaml"]
    assert held["recipes"]["recipe.yaml"]["plugin"]["embedder keys"] == "potluck-planted 1.0"


def test_check_writes_nothing_and_counts_what_is_not_as_pinned(planted_home: Path) -> None:
    written = potluck("lock", "recipe.yaml").stdout
    path = planted_home / "potluck.lock"
    assert written.endswith(f"wrote {path}\n")
    assert potluck("lock", "recipe.yaml", "--check").stdout == "as pinned\n"
    held = path.read_bytes()
    for number, told in ((1, "1 thing is"), (2, "2 things are")):
        (planted_home / "b" / f"新文件{number}.txt").write_text("About key-200. value new", encoding="utf-8")
        done = potluck("lock", "recipe.yaml", "--check")
        assert done.returncode == 1
        assert done.stdout.splitlines()[0] == "document b/新文件1.txt is new"
        assert done.stdout.splitlines()[-1] == f"{told} not as pinned"
    assert path.read_bytes() == held

    found = potluck_json("lock", "recipe.yaml", "--check", status=1)
    assert (found["file"], len(found["differences"])) == (None, 2)
    found = potluck_json("lock", "recipe.yaml")
    assert (found["file"], len(found["differences"])) == (str(path), 2)
    assert path.read_bytes() != held
