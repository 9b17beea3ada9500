"""The rules of damaged and malicious files, and of traces, find what is broken by name, and draw their lines.

Modules: ``potluck.testing.loader_safety``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from potluck.documents import Document, Source
from potluck.errors import MissingDependency, UnreadableDocument
from potluck.loading import worker
from potluck.testing import Skipped, Subject, Violation, checks, isolated_reading, loader_safety
from potluck.testing.samples import Sample
from support import broken_loaders as broken
from support.broken_loaders import Shelf
from support.given_loader import SAMPLE, TEXT, Given, Made, check, document, failing
from support.kits import rules_of
from support.shelf_samples import subject as shelf_subject

MUTANTS = {
    broken.LetsErrorsOut: "only-document-errors",
    broken.Exits: "only-document-errors",
    broken.Crashes: "only-document-errors",
    broken.Waits: "ends-in-time",
    broken.InflatesAll: "ends-in-time",
    broken.TellsThePath: "reason-without-path",
    broken.TellsTheName: "reason-without-path",
    broken.SaysNothing: "reason-without-path",
    broken.ReplacesInSilence: "no-silent-loss",
    broken.SkipsDamagedParts: "no-silent-loss",
    broken.ReadsWhatThereIs: "no-silent-loss",
    broken.Follows: "reads-only-its-file",
    broken.WritesBeside: "leaves-no-trace",
    broken.WritesWhereItStands: "leaves-no-trace",
    broken.LeavesACopy: "leaves-no-trace",
    broken.Touches: "leaves-no-trace",
    broken.Unpacks: "leaves-no-trace",
    broken.KeepsOpen: "lets-go",
    broken.ClosesAtTheEndOnly: "lets-go",
    broken.CallsHome: "sends-nothing",
    broken.FetchesDefinitions: "sends-nothing",
    broken.CountsItsInstances: "identity-is-text",
}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.__name__)
def test_a_mutant_is_caught_by_the_rule_that_it_breaks(
    mutant: type[Shelf], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolated_reading, "SECONDS", 1.0 if mutant is broken.Waits else worker.SECONDS)
    (check,) = (one for one in checks("loader") if one.rule == MUTANTS[mutant])
    with pytest.raises(Violation, match=f"^{check.rule}: "):
        check.on(shelf_subject(mutant, tmp_path))


def test_every_rule_of_the_module_has_a_mutant() -> None:
    assert set(MUTANTS.values()) == rules_of(loader_safety)


@pytest.mark.parametrize(
    ("rule", "made", "reason"),
    [
        ("reads-only-its-file", document(), "no sample is XML"),
    ],
)
def test_a_rule_that_no_sample_tries_does_not_apply(rule: str, made: Made, reason: str, tmp_path: Path) -> None:
    with pytest.raises(Skipped, match=reason):
        check(rule, tmp_path, made, Sample("notes.abc", b"\xff\xfe\x00" + bytes(range(256))))


@pytest.mark.parametrize(
    ("rule", "error", "message"),
    [
        ("only-document-errors", UnreadableDocument("it is damaged"), None),
        ("only-document-errors", MissingDependency("pip install it"), None),
        ("only-document-errors", ValueError("bad"), "ValueError: bad"),
        ("only-document-errors", SystemExit(3), "SystemExit: 3"),
        ("ends-in-time", UnreadableDocument("it is damaged"), None),
        ("ends-in-time", RecursionError("too deep"), "RecursionError: too deep"),
        ("ends-in-time", MemoryError("too much"), "MemoryError: too much"),
        ("reason-without-path", UnreadableDocument("it is damaged"), None),
        ("reason-without-path", UnreadableDocument("  "), "UnreadableDocument says nothing"),
        ("reason-without-path", UnreadableDocument("notes.abc is damaged"), "it names the file: notes.abc is damaged"),
    ],
)
def test_of_files_that_cannot_be_read_only_what_is_said_for_people_may_come(
    rule: str, error: BaseException, message: str | None, tmp_path: Path
) -> None:
    if message is None:
        check(rule, tmp_path, failing(error))
        return
    with pytest.raises(Violation) as raised:
        check(rule, tmp_path, failing(error))

    assert message in str(raised.value)


def test_a_reason_with_the_path_breaks_the_rule(tmp_path: Path) -> None:
    def made(source: Source) -> list[Any]:
        raise UnreadableDocument(f"{source.path.parent} holds a damaged file")

    with pytest.raises(Violation, match=r"holds a damaged file"):
        check("reason-without-path", tmp_path, made)


def test_damage_that_takes_text_away_is_a_loss_or_an_error(tmp_path: Path) -> None:
    whole = Sample("notes.abc", b"ABC1" + SAMPLE.content + b"END", SAMPLE.must)

    def reading(silent: bool, losses: tuple[str, ...] = ()) -> Made:
        def made(source: Source) -> list[Any]:
            content = source.path.read_bytes()
            if content == whole.content:
                return [Document(source.name, TEXT)]
            if silent or losses:
                return [Document(source.name, "1.1", losses=losses)]
            raise UnreadableDocument("it is damaged")

        return made

    check("no-silent-loss", tmp_path / "error", reading(silent=False), whole)
    check("no-silent-loss", tmp_path / "losses", reading(silent=True, losses=("the end is missing",)), whole)
    with pytest.raises(Violation, match="this is lost in silence"):
        check("no-silent-loss", tmp_path / "silent", reading(silent=True), whole)


@pytest.mark.parametrize(
    ("identity", "message"),
    [({"a": "b"}, None), ({}, None), ({"a": 1}, r"it is \{'a': 1\}"), ({1: "a"}, r"it is \{1: 'a'\}")],
)
def test_an_identity_is_made_of_texts(identity: Any, message: str | None, tmp_path: Path) -> None:
    class Named(Given):
        def identity(self) -> Any:
            return identity

    (one,) = (one for one in checks("loader") if one.rule == "identity-is-text")
    subject = Subject(lambda own: Named(document()), tmp_path, samples=(SAMPLE,))
    if message is None:
        one.on(subject)
        return
    with pytest.raises(Violation, match=message):
        one.on(subject)


def test_a_plugin_that_says_where_it_sends_may_send(tmp_path: Path) -> None:
    (one,) = (one for one in checks("loader") if one.rule == "sends-nothing")
    with pytest.raises(Skipped, match=r"it says that it sends to ocr\.example"):
        one.on(Subject(lambda own: Given(document()), tmp_path, samples=(SAMPLE,), sends_to="ocr.example"))
