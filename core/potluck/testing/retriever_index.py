"""The rules of retrievers that keep an index of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from potluck.contracts import IndexedRetriever, Ranking
from potluck.testing.kit import Skipped, Subject, need, rule
from potluck.testing.retrieval import QUESTIONS, KitCorpus, kit_corpus, use_corpus
from potluck.testing.retriever import fill_index, need_same, open_retriever, retrieve_all


def _open_indexed(subject: Subject, passages: KitCorpus, folder: str = "own") -> Any:
    """A fresh retriever, open, with its index as it stands. Raises ``Skipped`` for one that has none."""
    with use_corpus(passages):
        retriever = subject.make(folder)
        retriever.open(passages)
    if not isinstance(retriever, IndexedRetriever):
        retriever.close()
        raise Skipped("it has no index of its own")
    return retriever


def _find_anew(subject: Subject, passages: KitCorpus) -> list[Ranking]:
    """The rankings over some passages with an index that was made of them at once."""
    with open_retriever(subject, passages, f"right-{len(passages.ids)}") as retriever:
        return retrieve_all(retriever, QUESTIONS)


def _shrunk_corpus() -> tuple[KitCorpus, set[str]]:
    """The corpus without every third passage, and those."""
    gone = set(sorted(kit_corpus().ids)[::3])
    return kit_corpus().without(gone), gone


@rule("retriever", "its-index-begins-empty")
def check_begins(subject: Subject) -> None:
    """In a new folder its index holds nothing, and no question fails."""
    retriever = _open_indexed(subject, KitCorpus({}, {}))
    need(retriever.ids() == set(), f"it holds {sorted(retriever.ids())[:3]}")
    retrieve_all(retriever, QUESTIONS)
    retriever.close()


@rule("retriever", "its-index-holds-what-it-is-told")
def check_holds(subject: Subject) -> None:
    """After a commit its index holds all that was added and nothing that was deleted; an unknown id is ignored."""
    passages, (few, gone) = kit_corpus(), _shrunk_corpus()
    retriever = _open_indexed(subject, passages)
    fill_index(retriever, passages)
    need(retriever.ids() == passages.ids, f"of {len(passages.ids)} passages it holds {len(retriever.ids())}")
    retriever.delete([*sorted(gone), "nobody"])
    retriever.commit()
    need(retriever.ids() == few.ids, "it holds others after some were deleted")
    retriever.add([])
    retriever.delete([])
    retriever.commit()
    need(retriever.ids() == few.ids, "it holds others after nothing was added and nothing deleted")
    retriever.close()


@rule("retriever", "its-index-opens-again")
def check_reopens(subject: Subject) -> None:
    """Another instance has everything that was committed, and finds the same."""
    passages = kit_corpus()
    retriever = _open_indexed(subject, passages)
    fill_index(retriever, passages)
    retriever.close()
    again = _open_indexed(subject, passages)
    need(again.ids() == passages.ids, f"opened again it holds {len(again.ids())} of {len(passages.ids)} passages")
    need_same(_find_anew(subject, passages), retrieve_all(again, QUESTIONS), "opened again")
    again.close()


@rule("retriever", "its-index-forgets-how-it-came")
def check_history(subject: Subject) -> None:
    """Rankings depend on the passages that it holds, not on their order or on those that were deleted."""
    passages, (few, gone) = kit_corpus(), _shrunk_corpus()
    retriever = _open_indexed(subject, passages)
    for one in sorted(passages.ids, reverse=True):
        retriever.add([passages.passage(one)])
    retriever.commit()
    retriever.delete(sorted(gone))
    retriever.commit()
    retriever.close()
    with open_retriever(subject, few) as shrunk:
        need_same(
            _find_anew(subject, few),
            retrieve_all(shrunk, QUESTIONS),
            "after passages came in another order and others went",
        )
    retriever = _open_indexed(subject, passages)
    fill_index(retriever, passages)
    retriever.close()
    with open_retriever(subject, passages) as grown:
        need_same(_find_anew(subject, passages), retrieve_all(grown, QUESTIONS), "after the passages had come back")


@rule("retriever", "its-index-is-as-committed")
def check_uncommitted(subject: Subject) -> None:
    """Left before a commit, its index opens as it was, or lacks some passages, and can be filled again."""
    passages, (few, _) = kit_corpus(), _shrunk_corpus()
    left = _open_indexed(subject, few)
    fill_index(left, few)
    left.delete(sorted(few.ids)[:2])
    left.add([passages.passage(one) for one in sorted(passages.ids - few.ids)])
    again = _open_indexed(subject, passages)
    need(again.ids() <= few.ids, "it holds what was added and never committed")
    fill_index(again, passages)
    again.close()
    left.close()
    with open_retriever(subject, passages) as filled:
        need_same(_find_anew(subject, passages), retrieve_all(filled, QUESTIONS), "filled after it was left")


@rule("retriever", "its-readers-are-not-disturbed")
def check_readers(subject: Subject) -> None:
    """One that is open finds the same while another commits."""
    passages, (few, _) = kit_corpus(), _shrunk_corpus()
    writer = _open_indexed(subject, passages)
    fill_index(writer, passages)
    writer.close()
    reader = _open_indexed(subject, passages)
    need(reader.ids() == passages.ids, f"opened again it holds {len(reader.ids())} of {len(passages.ids)} passages")
    writer = _open_indexed(subject, few)
    fill_index(writer, few)
    writer.close()
    need_same(_find_anew(subject, passages), retrieve_all(reader, QUESTIONS), "while another one commits")
    reader.close()


@rule("retriever", "its-damage-is-empty")
def check_damage(subject: Subject) -> None:
    """Files that are cut or altered make an empty index or a smaller one, never wrong findings."""
    number = 0
    while _damage(subject, number):
        number += 1
    need(number, "it keeps no file")


def _damage(subject: Subject, number: int) -> bool:
    """Try the damages of the file of that number, each in a folder of its own; whether there is such a file."""
    passages = kit_corpus()
    damages: dict[str, Callable[[bytes], bytes]] = {
        "cut": lambda whole: whole[: len(whole) // 2],
        "altered": lambda whole: bytes(byte ^ 255 for byte in whole),
        "emptied": lambda whole: b"",
    }
    for name, damage in damages.items():
        own = f"{name}-{number}"
        retriever = _open_indexed(subject, passages, own)
        fill_index(retriever, passages)
        retriever.close()
        files = sorted(path for path in Path(subject.folder, own).rglob("*") if path.is_file())
        if number >= len(files):
            return False
        if not (whole := files[number].read_bytes()):
            continue
        files[number].write_bytes(damage(whole))
        again = _open_indexed(subject, passages, own)
        need(again.ids() <= passages.ids, f"after {files[number].name} was {name} it holds others")
        again.close()
        with open_retriever(subject, passages, own) as filled:
            need_same(
                _find_anew(subject, passages), retrieve_all(filled, QUESTIONS), f"after {files[number].name} was {name}"
            )
    return True
