"""The kit of loaders finds what is broken, by name: each mutant breaks one rule of a loader that keeps them all.

Modules: ``potluck.contracts.loader``, ``potluck.testing.kit``, ``potluck.testing.loader``, ``potluck.testing.quiet``,
``potluck.testing.isolated_reading``, ``potluck.testing.samples``.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from potluck.loading import worker
from potluck.testing import Subject, Violation, checks, isolated_reading
from potluck.testing.sample_writers import write_samples
from potluck.testing.samples import Sample
from potluck.testing.texts import SENTENCES
from support import broken_loaders as broken
from support.broken_loaders import Shelf

MUTANTS = {
    broken.LosesTheLastLine: "reads-its-samples",
    broken.GivesNone: "gives-documents",
    broken.GivesDicts: "gives-documents",
    broken.SaysFalseAsALoss: "gives-documents",
    broken.NamesTheFile: "named-after-the-source",
    broken.NamesPartsItsOwnWay: "named-after-the-source",
    broken.CountsBytes: "sections-lie-in-the-text",
    broken.OffByOne: "sections-lie-in-the-text",
    broken.NestsSections: "sections-lie-in-the-text",
    broken.CountsPagesFromZero: "pages-lie-in-the-text",
    broken.PagesReachBehindTheEnd: "pages-lie-in-the-text",
    broken.KeepsTheTime: "metadata-is-json",
    broken.SaysNaN: "metadata-is-json",
    broken.KeepsMarks: "clean-text",
    broken.KeepsNul: "clean-text",
    broken.KeepsReturns: "clean-text",
    broken.DoublesLines: "line-ends",
    broken.JoinsLines: "line-ends",
    broken.Garbles: "encodings",
    broken.TripsOverTheMark: "encodings",
    broken.Remembers: "repeatable",
    broken.StaysBroken: "repeatable",
    broken.GoesByTheName: "only-bytes-matter",
    broken.KeepsTheFilesTime: "only-bytes-matter",
    broken.ReadsOneAtATime: "interleaved",
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


def paged() -> Sample:
    """The kit's own text, on two pages."""
    (plain,) = write_samples(["txt"])
    return Sample("notes.txt", plain.content.replace(b"1.4", b"\f1.4"), SENTENCES)


def packed() -> Sample:
    """An archive of two texts, the first of which is compressed."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("一.txt", "\n".join(f"{number} {text}" for number, text in enumerate(SENTENCES * 20)))
        archive.writestr("two.txt", "The second part.")
    return Sample("shelf.zip", made.getvalue(), (*SENTENCES, "The second part."))


SAMPLES = (paged(), packed(), *write_samples(["xml"]))


def subject(kind: type[Shelf], folder: Path) -> Subject:
    return Subject(lambda own: kind(), folder, samples=SAMPLES)


@pytest.mark.parametrize("check", checks("loader"), ids=str)
def test_a_loader_that_keeps_the_contract_passes(check: Any, tmp_path: Path) -> None:
    check.on(subject(Shelf, tmp_path))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.__name__)
def test_a_mutant_is_caught_by_the_rule_that_it_breaks(
    mutant: type[Shelf], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolated_reading, "SECONDS", 1.0 if mutant is broken.Waits else worker.SECONDS)
    (check,) = (one for one in checks("loader") if one.rule == MUTANTS[mutant])
    with pytest.raises(Violation, match=f"^{check.rule}: "):
        check.on(subject(mutant, tmp_path))


def test_every_rule_has_a_mutant() -> None:
    assert set(MUTANTS.values()) == {check.rule for check in checks("loader")}
