"""The rules of loaders find what is broken by name, and draw their lines, with what is said of it.

Modules: ``potluck.testing.loader``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from potluck.documents import Document, Page, Section, Source
from potluck.errors import UnreadableDocument
from potluck.testing import Skipped, Violation, checks, loader
from potluck.testing.samples import Sample
from support import broken_loaders as broken
from support.broken_loaders import Shelf
from support.given_loader import SAMPLE, TEXT, Made, check, document
from support.kits import rules_of, violating
from support.shelf_samples import subject as shelf_subject

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
}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.__name__)
def test_a_mutant_is_caught_by_the_rule_that_it_breaks(mutant: type[Shelf], tmp_path: Path) -> None:
    (check,) = (one for one in checks("loader") if one.rule == MUTANTS[mutant])
    with pytest.raises(Violation, match=f"^{check.rule}: "):
        check.on(shelf_subject(mutant, tmp_path))


def test_every_rule_of_the_module_has_a_mutant() -> None:
    assert set(MUTANTS.values()) == rules_of(loader)


FIRST, SECOND = Section(0, 36, "1.1", "軌道 Track", 1), Section(36, 62, "1.2", "道碴 Ballast", 2)


Rule = tuple[str, Made]


ALLOWED: dict[str, Rule] = {
    "sections that touch": ("sections-lie-in-the-text", document(sections=(FIRST, SECOND))),
    "a section to the end": ("sections-lie-in-the-text", document(sections=(Section(36, len(TEXT), None, "道碴", 1),))),
    "a title, other blanks": ("sections-lie-in-the-text", document(sections=(Section(0, 12, "1.1", "軌道Track", 1),))),
    "pages that touch": ("pages-lie-in-the-text", document(pages=(Page(0, 35, 1), Page(35, len(TEXT), 2)))),
    "pages that are missing": ("pages-lie-in-the-text", document(pages=(Page(0, 1, 1), Page(9, 10, 7)))),
    "the source's name": ("named-after-the-source", document()),
    "a part of the file": ("named-after-the-source", lambda source: [Document(f"{source.name}#part 1", "a")]),
    "several documents": ("gives-documents", lambda source: [Document(source.name, "a"), Document(source.name, "")]),
    "losses in words": ("gives-documents", document(losses=("a page was lost",))),
    "metadata of JSON": ("metadata-is-json", document(metadata={"章": [1, 2.5, None, True, {"a": "b"}]})),
    "text without marks": ("clean-text", document("a\n\tb\u3000\u2028")),
}  # fmt: skip


@pytest.mark.parametrize("name", ALLOWED)
def test_what_is_just_allowed_is_let_pass(name: str, tmp_path: Path) -> None:
    rule, made = ALLOWED[name]
    check(rule, tmp_path, made)


def sections(*found: Section) -> Rule:
    return "sections-lie-in-the-text", document(sections=found)


def pages(*found: Page) -> Rule:
    return "pages-lie-in-the-text", document(pages=found)


REFUSED: dict[str, tuple[Rule, str]] = {
    "sections that overlap": (sections(FIRST, Section(35, 62, "1.2", "道碴", 1)), "'1.2' of notes.abc stands at 35"),
    "an empty section": (sections(Section(0, 0, "1.1", "", 1)), "stands at 0 to 0"),
    "a section before the text": (sections(Section(-1, 9, "1.1", "軌道", 1)), "stands at -1 to 9"),
    "a section behind the text": (sections(Section(35, len(TEXT) + 1, "1.2", "道碴", 1)), f"to {len(TEXT) + 1}"),
    "a title that is not there": (sections(Section(0, 9, "1.1", "道碴", 1)), "begins with '1.1 軌道 Tr'"),
    "a title in the line behind": (sections(Section(0, 35, "1.1", "measured", 1)), "begins with '1.1 軌道 Track'"),
    "a section of no line": (sections(Section(12, 20, "1.1", "", 1)), "begins with ''"),
    "the level 0": (sections(Section(0, 9, "1.1", "軌道", 0)), "has the level 0"),
    "an empty number": (sections(Section(0, 9, "", "軌道", 1)), "has the number ''"),
    "a dot behind a number": (sections(Section(0, 9, "1.1.", "軌道", 1)), "has the number '1.1.'"),
    "pages that overlap": (pages(Page(0, 9, 1), Page(8, 20, 2)), "page 2 of notes.abc stands at 8 to 20"),
    "an empty page": (pages(Page(3, 3, 1)), "page 1 of notes.abc stands at 3 to 3"),
    "a page behind the text": (pages(Page(0, len(TEXT) + 1, 1)), f"stands at 0 to {len(TEXT) + 1}"),
    "the page 0": (pages(Page(0, 9, 0)), "page 0 of notes.abc comes after page 0"),
    "a page twice": (pages(Page(0, 9, 1), Page(9, 20, 1)), "page 1 of notes.abc comes after page 1"),
    "another name": (("named-after-the-source", lambda s: [Document("notes.abc", "a")]), "'notes.abc' for the source"),
    "a part without a name": (("named-after-the-source", lambda s: [Document(f"{s.name}#", "a")]), "names no part"),
    "no document": (("gives-documents", lambda source: []), "notes.abc gives none"),
    "a text that is none": (("gives-documents", document(b"a")), "gives a Document"),  # type: ignore[arg-type]
    "no Document": (("gives-documents", lambda source: ["text"]), "notes.abc gives a str"),
    "a section that is none": (("gives-documents", document(sections=(FIRST, (0, 9)))), "a section of notes.abc is"),
    "a page that is none": (("gives-documents", document(pages=(Page(0, 9, 1), 2))), "a page of notes.abc is none"),
    "an empty loss": (("gives-documents", document(losses=("lost", ""))), "losses of notes.abc are ('lost', '')"),
    "a loss that is no text": (("gives-documents", document(losses=(3,))), "losses of notes.abc are (3,)"),
    "metadata that is not a number": (("metadata-is-json", document(metadata={"a": float("nan")})), "of notes.abc: "),
    "metadata of bytes": (("metadata-is-json", document(metadata={"a": b"b"})), "of notes.abc: "),
    "metadata with numbers as names": (("metadata-is-json", document(metadata={1: 2})), "of notes.abc: {1: 2}"),
    "a NUL": (("clean-text", document("a\0")), "there is a NUL in the text of notes.abc"),
    "a carriage return": (("clean-text", document("a\r\n")), "there is a carriage return in the text"),
    "marks": (("clean-text", document("\ufeffa\0")), "there is a NUL, a byte order mark in the text"),
    "a lost phrase": (("reads-its-samples", document("軌道 Track")), "this does not come out: ['It is washed.']"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_just_not_allowed_is_told_with_its_place(name: str, tmp_path: Path) -> None:
    (rule, made), message = REFUSED[name]
    with violating(rule, message):
        check(rule, tmp_path, made)


@pytest.mark.parametrize(
    ("rule", "made", "reason"),
    [
        ("sections-lie-in-the-text", document(), "no sample has sections"),
        ("pages-lie-in-the-text", document(), "no sample has pages"),
        ("line-ends", document(), "no sample is a file of text"),
        ("encodings", document(), "no sample is a file of text"),
    ],
)
def test_a_rule_that_no_sample_tries_does_not_apply(rule: str, made: Made, reason: str, tmp_path: Path) -> None:
    with pytest.raises(Skipped, match=reason):
        check(rule, tmp_path, made, Sample("notes.abc", b"\xff\xfe\x00" + bytes(range(256))))


def test_extensions_without_a_sample_are_named(tmp_path: Path) -> None:
    with pytest.raises(Skipped, match=r"there is no sample of \.xyz, \.zzz; the others are read"):
        check("reads-its-samples", tmp_path, document(), claims=("zzz", "abc", "xyz"))


def test_phrases_come_out_whatever_blanks_stand_in_them(tmp_path: Path) -> None:
    check("reads-its-samples", tmp_path, document("軌道\n Track\u3000It is\twashed."))


def test_a_sample_that_cannot_be_read_breaks_the_rules_that_need_it(tmp_path: Path) -> None:
    def made(source: Source) -> list[Any]:
        raise UnreadableDocument("it is damaged")

    for rule in ("reads-its-samples", "gives-documents", "clean-text"):
        with pytest.raises(Violation, match=r"notes\.abc: UnreadableDocument: it is damaged"):
            check(rule, tmp_path / rule, made)


@pytest.mark.parametrize(("how", "kept"), [("the same", True), ("counts", False), ("order", False)])
def test_the_same_bytes_give_the_same_documents_whatever_was_read_before(how: str, kept: bool, tmp_path: Path) -> None:
    seen: list[str] = []

    def made(source: Source) -> list[Any]:
        seen.append(source.name)
        said = {"the same": 0, "counts": len(seen), "order": seen.count(source.name) > 2}[how]
        return [Document(source.name, TEXT, {"said": said})]

    samples = (SAMPLE, Sample("more.abc", b"more"))
    if kept:
        check("repeatable", tmp_path, made, *samples)
        return
    with pytest.raises(Violation, match=r"the second time the documents are others|another instance gave"):
        check("repeatable", tmp_path, made, *samples)


def test_what_came_of_another_encoding_is_told_with_the_error_or_the_text(tmp_path: Path) -> None:
    def reading(other: Callable[[], list[str]]) -> Made:
        def made(source: Source) -> list[Any]:
            content = source.path.read_bytes()
            if content.removeprefix(b"\xef\xbb\xbf") == SAMPLE.content:
                return [Document(source.name, TEXT)]
            return [Document(source.name, text) for text in other()]

        return made

    def fails() -> list[str]:
        raise ValueError("odd bytes")

    check("encodings", tmp_path / "read", reading(lambda: [TEXT]))
    with pytest.raises(Violation, match=r"encodings: notes\.abc in utf-16: ValueError: odd bytes$"):
        check("encodings", tmp_path / "fails", reading(fails))
    with pytest.raises(Violation, match=r"notes\.abc in utf-16 gives '軌道？', and says of no loss$"):
        check("encodings", tmp_path / "garbles", reading(lambda: ["軌道 ？"]))
