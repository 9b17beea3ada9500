"""Samples for the loader that keeps every rule: pages, an archive and XML."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from potluck.testing import Subject
from potluck.testing.sample_writers import write_samples
from potluck.testing.samples import Sample
from potluck.testing.texts import SENTENCES
from support.broken_loaders import Shelf


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
