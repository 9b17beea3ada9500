"""The samples of the data sets: each has its licence, each is part of its set, and none stands in unnoticed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from support.samples import SAMPLES, data_folder

README = (SAMPLES / "README.md").read_text(encoding="utf-8")
LICENCES = {
    "Apache-2.0": "NOTICE-Apache-2.0.txt",
    "BSD-3-Clause": "BSD-3-Clause-pypdf.txt",
    "MIT": "MIT.txt",
    "CC0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC BY-SA 3.0": "https://creativecommons.org/licenses/by-sa/3.0/",
}
"""What ``expected.json`` calls a licence, and the file or the address with its words."""


def test_every_folder_is_in_the_readme() -> None:
    folders = {path.name for path in SAMPLES.iterdir() if path.is_dir()} - {"licences"}

    assert set(re.findall(r"^\| `(\w+)/` \|", README, re.MULTILINE)) == folders


@pytest.mark.parametrize("folder", ["docs", "bad"])
def test_every_file_has_an_origin_and_a_licence_whose_words_are_here(folder: str) -> None:
    rows = json.loads((SAMPLES / folder / "expected.json").read_text(encoding="utf-8"))

    assert {row["file"] for row in rows} == {path.name for path in (SAMPLES / folder).iterdir()} - {"expected.json"}
    for row in rows:
        words = LICENCES[row["licence"]]
        assert words in README if words.startswith("https:") else (SAMPLES / "licences" / words).is_file()
        upstream = re.match(r"([\w.-]+/[\w.-]+):", row["origin"])
        assert upstream[1] in README if upstream else row["origin"].startswith("own file")


def test_the_samples_are_small() -> None:
    assert sum(path.stat().st_size for path in SAMPLES.rglob("*") if path.is_file()) < 3_000_000


def test_a_sample_is_a_part_of_its_set(shared_data: Path) -> None:
    for path in SAMPLES.rglob("*"):
        name = path.relative_to(SAMPLES)
        if path.is_dir() or name.parts[0] in ("licences", "scorer", "README.md"):
            continue
        whole = (shared_data / name).read_bytes()
        if path.suffix == ".jsonl":
            assert set(path.read_bytes().splitlines()) <= set(whole.splitlines()), name
        elif path.name == "expected.json":
            assert all(row in json.loads(whole) for row in json.loads(path.read_bytes())), name
        else:
            assert path.read_bytes() == whole, name


def test_a_folder_of_data_that_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("POTLUCK_DATA", str(tmp_path / "nowhere"))

    with pytest.raises(NotADirectoryError, match=r"POTLUCK_DATA is not a folder: .*nowhere"):
        data_folder()


def test_the_folder_that_is_named_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("POTLUCK_DATA", str(tmp_path))

    assert data_folder() == tmp_path


@pytest.mark.parametrize("beside", [True, False])
def test_the_folder_beside_the_repository_comes_before_the_samples(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, beside: bool
) -> None:
    monkeypatch.delenv("POTLUCK_DATA", raising=False)
    folder = tmp_path / "shared" / "data"
    monkeypatch.setattr("support.samples.BESIDE", folder)
    if beside:
        folder.mkdir(parents=True)

    assert data_folder() == (folder if beside else SAMPLES)
