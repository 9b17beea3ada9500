"""The wheel holds the examples, and ``potluck examples`` copies them without a checkout."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

from potluck.bundled_examples import list_examples
from support.environments import ROOT, Environment


def test_the_wheel_holds_every_example_and_stays_small(potluck_wheel: Path) -> None:
    with ZipFile(potluck_wheel) as wheel:
        held = {one.filename: one.compress_size for one in wheel.infolist() if "/example_files/" in one.filename}

    for one in list_examples():
        assert [name for name in held if f"/{one.name}/README.md" in name], one.name
    assert not [name for name in held if "cache" in name or ".potluck" in name or name.endswith(".pyc")]
    assert sum(held.values()) < 500_000


def test_an_installed_potluck_copies_an_example(environment: Environment, tmp_path: Path) -> None:
    environment.run("potluck", "examples", "track-specification", cwd=tmp_path)

    example = ROOT / "docs" / "examples" / "track-specification"
    for path in (one for one in example.iterdir() if one.is_file()):
        assert (tmp_path / "track-specification" / path.name).read_bytes() == path.read_bytes()
