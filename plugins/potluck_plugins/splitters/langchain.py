"""Any splitter of LangChain, by its import path (MIT, https://github.com/langchain-ai/langchain).

LangChain's splitters return texts and not places; ``add_start_index`` guesses, wrongly where overlaps are counted in
tokens. Here the place of every text is found again, by its characters without the white space, which many splitters
change. A text that does not stand in the document, or stands nowhere in turn, is an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import potluck
from potluck.contracts import Context, Splitter
from potluck.documents import Chunk, Document
from potluck.errors import ContractBroken
from potluck_plugins._langchain import REQUIRES, Caller, LangChainConfig, sends_to
from potluck_plugins.splitters._shared.boundaries import is_inside
from potluck_plugins.splitters._shared.division import chunk
from potluck_plugins.splitters._shared.tables import header_at, tables

_LEFT_OUT = 200
"""Characters that a splitter may leave out between two texts (separators, headings); they go to one of the two."""


class LangChainSplitterConfig(LangChainConfig):
    """Settings of the ``langchain`` splitter."""

    @classmethod
    def check_class(cls, found: type) -> None:
        """A splitter is what has ``split_text``: some inherit from nothing else."""
        if not callable(getattr(found, "split_text", None)):
            raise ValueError(f"{found.__name__} has no 'split_text', so it is not a splitter of LangChain")


class LangChainSplitter(Splitter):
    """Cuts where a splitter of LangChain does."""

    def __init__(self, config: LangChainSplitterConfig, context: Context) -> None:
        """Make nothing yet."""
        self._config = config
        self._caller = Caller(config, context, "splitter")
        self._made: Any = None

    def identity(self) -> Mapping[str, str]:
        """The release of the package."""
        return self._caller.identity()

    def split(self, document: Document) -> Iterator[Chunk]:
        """Have the text cut, and yield the places of the pieces. Raises ``ContractBroken`` if one has none."""
        if not document.text.strip():
            return
        with self._caller.guard():
            if self._made is None:
                self._made = self._caller.cls(**self._config.all_arguments())
            texts = [getattr(piece, "page_content", piece) for piece in self._made.split_text(document.text)]
        try:
            spans = locate(document.text, texts)
        except ValueError as error:
            raise ContractBroken(f"splitter langchain: {self._config.class_}: {document.source}: {error}") from None
        held = tables(document.text, 0, len(document.text))
        for span in spans:
            yield chunk(document.text, span, header_at(held, span[0]))


def locate(text: str, pieces: Sequence[str]) -> list[tuple[int, int]]:
    """Where pieces of a text stand, in their order, all of the text among them. Raises ``ValueError``.

    Of the places that a piece may have, it gets the last one that leaves nothing out and leaves room for those that
    come after it; where that leaves much out, equal pieces are taken for a repetition of the text instead. Pieces that
    differ in white space only may have one place, which comes once.
    """
    places = [place for place, character in enumerate(text) if not character.isspace()]
    whole = "".join(text.split())
    squeezed = [short for short in ("".join(piece.split()) for piece in pieces) if short]
    starts = _starts(whole, squeezed)
    bounds = [[start, start + len(piece)] for start, piece in zip(starts, squeezed, strict=True)]
    if whole and not bounds:
        bounds = [[0, len(whole)]]
    _close_gaps(bounds, places)
    spans = (_whole(text, places[start], places[end - 1] + 1) for start, end in bounds)
    return list(dict.fromkeys(spans))


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """A span that takes no accent from its letter and no emoji apart."""
    while start and not text[start - 1].isspace() and is_inside(text, start):
        start -= 1
    while end < len(text) and not text[end].isspace() and is_inside(text, end):
        end += 1
    return start, end


def _starts(whole: str, pieces: Sequence[str]) -> list[int]:
    """Where each piece begins in a text without white space. Of two ways to place them, the one that covers more."""
    latest = _latest(whole, pieces)
    found = [_place(whole, pieces, latest, is_overlap_whole) for is_overlap_whole in (True, False)]
    gaps, starts = min(((_gaps(whole, pieces, starts), starts) for starts in found), key=lambda one: sum(one[0]))
    for number, gap in enumerate(gaps):
        if gap > _LEFT_OUT:
            where = f"before the piece {_show(pieces[number])}" if number < len(pieces) else "at the end"
            raise ValueError(f"{gap} characters left out {where}")
    return starts


def _place(whole: str, pieces: Sequence[str], latest: Sequence[int], is_overlap_whole: bool) -> list[int]:
    """A start for each piece. ``is_overlap_whole``: one that says nothing new stands among what was said before.

    Else it is the next one like it, as of two equal sentences of which the splitter leaves out what parts them.
    """
    starts: list[int] = []
    lowest, reached = 0, 0
    for piece, highest in zip(pieces, latest, strict=True):
        start = whole.rfind(piece, lowest, min(reached, highest) + len(piece))
        if start < 0:
            start = whole.find(piece, max(reached, lowest), highest + len(piece))
        elif start + len(piece) <= reached and not is_overlap_whole:
            following = whole.find(piece, reached, min(highest, reached + _LEFT_OUT) + len(piece))
            start = max(start, following)
        if start < 0:
            raise ValueError(f"the piece {_show(piece)} does not stand behind the one before it")
        starts.append(start)
        lowest, reached = start, max(reached, start + len(piece))
    return starts


def _gaps(whole: str, pieces: Sequence[str], starts: Sequence[int]) -> list[int]:
    """Characters that are left out before each piece, and at the end."""
    gaps: list[int] = []
    reached = 0
    for start, size in (*zip(starts, map(len, pieces), strict=True), (len(whole), 0)):
        gaps.append(max(0, start - reached))
        reached = max(reached, start + size)
    return gaps


def _latest(whole: str, pieces: Sequence[str]) -> list[int]:
    """The last place of each piece that leaves room for those that come after it."""
    latest: list[int] = []
    highest = len(whole)
    for piece in reversed(pieces):
        highest = whole.rfind(piece, 0, highest + len(piece))
        if highest < 0:
            why = "stands only behind those that come after it" if piece in whole else "is not in the document"
            raise ValueError(f"the piece {_show(piece)} {why}: a text that the splitter changes cannot be cited")
        latest.append(highest)
    return latest[::-1]


def _close_gaps(bounds: list[list[int]], places: Sequence[int]) -> None:
    """Add text that a splitter leaves out to a neighbouring piece: to the one without white space between."""
    reached = 0
    for number, (start, end) in enumerate(bounds):
        if start > reached:
            touches = number > 0 and places[reached] == places[reached - 1] + 1
            if touches:
                # Of the pieces that end there, the one before; all that lies between belongs to it.
                bounds[number - 1][1] = start
            else:
                bounds[number][0] = reached
        reached = max(reached, end)
    if bounds and reached < len(places):
        bounds[-1][1] = len(places)


def _show(piece: str) -> str:
    return repr(piece if len(piece) <= 40 else f"{piece[:40]}…")


@potluck.hookimpl
def potluck_splitter() -> potluck.Offer[LangChainSplitter]:
    """Offer the splitter."""
    return potluck.Offer(
        "any splitter of LangChain, by its class",
        LangChainSplitterConfig,
        LangChainSplitter,
        requires=REQUIRES,
        extra="langchain",
        sends_to=sends_to,
    )
