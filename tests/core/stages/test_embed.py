"""Each text of the chunks is embedded at most once, in batches that are kept at once, and none is cut in silence.

Modules: ``potluck.stages.embed``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from potluck import hookimpl
from potluck.contracts import Embedder, Vectors
from potluck.documents import Chunk, Document
from potluck.errors import RemoteError, TextsRefused, WindowExceeded
from potluck.hookspecs import StageEvent
from potluck.ledger import Amount, Entry
from potluck.observation.observers import Observers
from potluck.observation.stage import stage
from potluck.stages.embed import account_left_out, embed_chunks
from potluck.workspace.catalogue import Catalogue, Load, StoredChunk


class Choosy(Embedder):
    """A token a character. Refuses some texts, and fails at one."""

    dimensions, batch_size = 2, 2

    def __init__(
        self,
        *refused: str,
        window: int | None = None,
        fit: Literal["error", "pool", "cut"] = "error",
        fails_on: str = "",
    ) -> None:
        self.refused, self.window, self.fit, self.fails_on = refused, window, fit, fails_on
        self.asked: list[list[str]] = []

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.asked.append(list(texts))
        if self.fails_on in texts:
            raise RemoteError("the service is gone")
        if set(self.refused) & set(texts):
            raise TextsRefused("answered 400")
        return np.array([[1, 0] if "道" in text else [0, 1] for text in texts], np.float32)

    embed_queries = embed_passages


class Desk:
    """Chunks in a catalogue, a line each, and what embedding them gives."""

    def __init__(self, folder: Path) -> None:
        self.catalogue = Catalogue(folder / "catalogue.sqlite")
        self.entry = Entry("embed", "texts")
        self.done: list[int] = []
        self.observers = Observers()
        self.observers.register(self)

    @hookimpl
    def potluck_stage_progressed(self, event: StageEvent) -> None:
        self.done.append(event.done)

    def chunks(self, name: str, *texts: str) -> list[StoredChunk]:
        text, spans = "\n".join(texts), []
        for one in texts:
            start = spans[-1].end + 1 if spans else 0
            spans.append(Chunk(start, start + len(one), one))
        self.catalogue.add_load(Load(name, name, "content"), "loader", [Document(name, text)])
        self.catalogue.add_chunks(self.catalogue.document_ids(name)[0], name, "splitter", spans)
        return self.catalogue.chunks(name, "splitter")

    def embed(self, chunks: Sequence[StoredChunk], embedder: Embedder, skip: bool = False) -> int:
        self.entry = Entry("embed", "texts")
        with stage(self.observers, "embed", "texts") as running:
            return embed_chunks(chunks, embedder, "f", self.catalogue, self.entry, running, skip)

    def missing(self, chunks: Sequence[StoredChunk]) -> int:
        return len(self.catalogue.missing_vectors("f", [chunk.text for chunk in chunks]))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    with closing(made.catalogue):
        yield made


def test_texts_are_embedded_once_those_of_one_length_together(desk: Desk) -> None:
    chunks = desk.chunks("規範.txt", "道碴厚三十", "rail", "道碴", "rail", "a")
    embedder = Choosy()

    assert desk.embed(chunks, embedder) == 4
    assert embedder.asked == [["a", "道碴"], ["rail", "道碴厚三十"]]
    assert desk.catalogue.vectors("f", [chunk.text for chunk in chunks])[:, 0].tolist() == [1, 0, 1, 0, 0]
    assert desk.done == [2, 4]
    assert desk.entry == Entry("embed", "texts", Amount(5, 16), Amount(4, 12, 12), deduplicated=Amount(1, 4))


def test_what_has_a_vector_is_not_asked_for_again_and_its_tokens_are_not_counted(desk: Desk) -> None:
    desk.embed(desk.chunks("a.txt", "道碴", "rail"), Choosy())
    embedder = Choosy()
    chunks = desk.chunks("b.txt", "rail", "weld")

    assert (desk.embed(chunks, embedder), embedder.asked) == (1, [["weld"]])
    assert desk.entry.went_out == Amount(2, 8, None)
    assert desk.embed(chunks, embedder) == 0
    assert desk.embed([], embedder) == 0
    assert len(embedder.asked) == 1


def test_each_batch_is_kept_at_once_so_that_an_interruption_costs_no_more(desk: Desk) -> None:
    chunks = desk.chunks("a.txt", "a", "bb", "ccc", "dddd", "道碴厚三十")
    with pytest.raises(RemoteError):
        desk.embed(chunks, Choosy(fails_on="dddd"))
    assert desk.missing(chunks) == 3
    embedder = Choosy()

    assert desk.embed(chunks, embedder) == 3
    assert embedder.asked == [["ccc", "dddd"], ["道碴厚三十"]]


def test_texts_without_a_vector_are_named_with_their_places_and_the_others_are_kept(desk: Desk) -> None:
    chunks = desk.chunks("規範.txt", "道碴", "壞 的", "rail")

    with pytest.raises(TextsRefused) as raised:
        desk.embed(chunks, Choosy("壞 的"))

    assert str(raised.value).splitlines() == [
        "the embedder gives no vector for 1 of the texts; those of the others are kept:",
        "  規範.txt, characters 3 to 6 ('壞 的'): answered 400",
        "Change the document there, or consent in the embedder's settings: 'on_error: skip' leaves such texts out, "
        "and the ledger counts them",
    ]
    assert desk.missing(chunks) == 2


@pytest.mark.parametrize(("count", "more"), [(5, []), (7, ["  and 2 more"])])
def test_five_texts_without_a_vector_are_named(desk: Desk, count: int, more: list[str]) -> None:
    names = [f"壞{number}" for number in range(count)]
    embedder = Choosy(*names)
    embedder.batch_size = count

    with pytest.raises(TextsRefused) as raised:
        desk.embed(desk.chunks("a.txt", *names), embedder)

    lines = str(raised.value).splitlines()
    assert len([line for line in lines if line.startswith("  a.txt")]) == 5
    assert [line for line in lines if line.startswith("  and")] == more


def test_with_consent_texts_without_a_vector_are_left_out_and_not_asked_for_again(desk: Desk) -> None:
    chunks = desk.chunks("a.txt", "道碴", "壞的", "rail")
    embedder = Choosy("壞的")

    assert desk.embed(chunks, embedder, skip=True) == 2
    assert desk.catalogue.refused_texts("f") == {chunks[1].text: "answered 400"}
    assert (desk.entry.dropped, desk.entry.went_out) == (Amount(tokens=2), Amount(3, 8, 6))
    count = len(embedder.asked)
    assert desk.embed(chunks, embedder, skip=True) == 0
    assert len(embedder.asked) == count
    assert desk.embed(chunks, Choosy()) == 1
    assert desk.catalogue.refused_texts("f") == {}


def test_texts_that_were_left_out_are_counted_and_five_of_them_named(desk: Desk) -> None:
    names = [f"壞{number}" for number in range(6)]
    chunks = desk.chunks("a.txt", "道碴", *names, "壞0")
    left_out = {chunk.text: "answered 400" for chunk in chunks[1:]}
    entry = Entry("embed", "texts")

    account_left_out(entry, chunks, left_out, desk.catalogue)

    assert (entry.came_in, entry.deduplicated) == (Amount(8, 16), Amount(1, 2))
    assert (entry.dropped, entry.went_out) == (Amount(6, 12), Amount(1, 2))
    (note,) = entry.notes
    assert note.startswith("on_error: skip: no vector for a.txt, characters 21 to 23 ('壞0'): answered 400; a.txt, ")
    assert note.endswith("('壞4'): answered 400; and 1 more")


def test_where_nothing_was_left_out_nothing_is_counted(desk: Desk) -> None:
    entry = Entry("embed", "texts")
    account_left_out(entry, desk.chunks("a.txt", "道碴"), {"another text": "answered 400"}, desk.catalogue)

    assert entry == Entry("embed", "texts")


@pytest.mark.parametrize(("exact", "estimated"), [(True, ""), (False, " (estimated, never too low)")])
def test_texts_beyond_the_window_are_refused_before_anything_is_asked_the_longest_first(
    desk: Desk, exact: bool, estimated: str
) -> None:
    embedder = Choosy(window=3)
    embedder.exact_token_counts = exact

    with pytest.raises(WindowExceeded) as raised:
        desk.embed(desk.chunks("規範.txt", "道碴厚", "rail", "道碴厚三十"), embedder)

    assert embedder.asked == []
    first, *named, last = str(raised.value).splitlines()
    assert first == (
        "2 of the chunks to embed are longer than the 3 tokens that the embedder reads; the rest of each would never "
        f"be found{estimated}:"
    )
    assert named == ["  規範.txt, characters 9 to 14: 5 tokens", "  規範.txt, characters 4 to 8: 4 tokens"]
    assert last.startswith("Make the splitter's chunks smaller")


def test_of_many_that_are_too_long_five_are_named(desk: Desk) -> None:
    with pytest.raises(WindowExceeded, match="  and 2 more"):
        desk.embed(desk.chunks("a.txt", *(f"長長長{number}" for number in range(7))), Choosy(window=3))
    with pytest.raises(WindowExceeded, match="1 of the chunks to embed is longer"):
        desk.embed(desk.chunks("b.txt", "rail"), Choosy(window=3))


def test_with_consent_the_ends_are_cut_and_counted(desk: Desk) -> None:
    embedder = Choosy(window=3, fit="cut")

    assert desk.embed(desk.chunks("a.txt", "道碴厚", "rail", "道碴厚三十"), embedder) == 3
    assert desk.entry.cut == Amount(2, 3, 3)
    assert desk.entry.notes == ["fit: cut: 2 texts were cut to 3 tokens; the characters are an estimate"]


def test_with_consent_long_texts_are_embedded_in_pieces(desk: Desk) -> None:
    embedder = Choosy(window=3, fit="pool")

    assert desk.embed(desk.chunks("a.txt", "道碴", "道碴厚三十"), embedder) == 2
    assert embedder.asked == [["道碴"], ["道碴厚", "三十"]]
    assert desk.entry.notes == ["fit: pool: 1 text of more than 3 tokens embedded in pieces"]
    assert desk.entry.cut == Amount()
