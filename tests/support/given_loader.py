"""A loader that gives what a function makes of a source, to try rules of the kit with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from potluck.contracts import Loader
from potluck.documents import Document, Source
from potluck.testing import Subject, checks
from potluck.testing.samples import Sample

TEXT = "1.1 軌道 Track\nThe gauge is measured.\n1.2 道碴 Ballast\nIt is washed."


SAMPLE = Sample("notes.abc", TEXT.encode(), ("軌道 Track", "It is washed."))


Made = Callable[[Source], list[Any]]


class Given(Loader):
    """Gives what a function makes of a source."""

    def __init__(self, made: Made) -> None:
        self.made = made

    def load(self, source: Source) -> Iterator[Document]:
        yield from self.made(source)


def check(rule: str, folder: Path, made: Made, *samples: Sample, claims: tuple[str, ...] = ("abc",)) -> None:
    (one,) = (one for one in checks("loader") if one.rule == rule)
    one.on(Subject(lambda own: Given(made), folder, samples=samples or (SAMPLE,), claims=claims))


def document(text: str = TEXT, **more: Any) -> Made:
    return lambda source: [Document(source.name, text, **more)]


def failing(error: BaseException) -> Made:
    def made(source: Source) -> list[Any]:
        if source.path.read_bytes() == SAMPLE.content:
            return [Document(source.name, TEXT)]
        raise error

    return made
