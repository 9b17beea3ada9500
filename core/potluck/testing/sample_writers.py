"""Sample files for loaders in formats of text, written here where an author brings none."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from email.message import EmailMessage

from potluck.testing.samples import Sample
from potluck.testing.texts import SENTENCES

_TITLE = "第1章 軌道 Track"


_CLAUSES = [(f"1.{number}", sentence) for number, sentence in enumerate(SENTENCES, 1)]


def write_samples(extensions: Sequence[str]) -> tuple[Sample, ...]:
    """A sample for each of the extensions that are formats of text."""
    return tuple(Sample(f"sample.{one}", _WRITERS[one](), SENTENCES) for one in extensions if one in _WRITERS)


def _plain() -> bytes:
    return "\n".join([_TITLE, "", *(f"{number} {sentence}" for number, sentence in _CLAUSES), ""]).encode()


def _markdown() -> bytes:
    clauses = (f"## {number}\n\n{sentence}\n" for number, sentence in _CLAUSES)
    return "\n".join([f"# {_TITLE}\n", *clauses]).encode()


def _table(delimiter: str) -> bytes:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows([("number", "text"), *_CLAUSES])
    return file.getvalue().encode()


def _records() -> list[dict[str, str]]:
    return [{"id": number, "text": sentence} for number, sentence in _CLAUSES]


def _html() -> bytes:
    clauses = "\n".join(f"<h2>{number}</h2>\n<p>{sentence}</p>" for number, sentence in _CLAUSES)
    return f"<!DOCTYPE html>\n<html>\n<body>\n<h1>{_TITLE}</h1>\n{clauses}\n</body>\n</html>\n".encode()


def _xhtml() -> bytes:
    return _html().replace(b"<html>", b'<html xmlns="http://www.w3.org/1999/xhtml">')


def _xml() -> bytes:
    clauses = "\n".join(f'<clause number="{number}">{sentence}</clause>' for number, sentence in _CLAUSES)
    return f"<?xml version='1.0'?>\n<chapter>\n<title>{_TITLE}</title>\n{clauses}\n</chapter>\n".encode()


def _mail() -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "ann@example.org", "bob@example.org", _TITLE
    mail["Date"] = "Fri, 02 Jun 2023 16:46:49 +0800"
    mail.set_content("\n".join(sentence for _, sentence in _CLAUSES), cte="8bit")
    return mail.as_bytes()


def _notebook() -> bytes:
    cells = [{"cell_type": "markdown", "metadata": {}, "source": [_TITLE]}]
    cells += [{"cell_type": "markdown", "metadata": {}, "source": [f"{n} {text}"]} for n, text in _CLAUSES]
    whole = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


_WRITERS: Mapping[str, Callable[[], bytes]] = {
    **dict.fromkeys(("txt", "text", "log", "rst"), _plain),
    **dict.fromkeys(("md", "markdown"), _markdown),
    **dict.fromkeys(("html", "htm"), _html),
    "xhtml": _xhtml,
    "xml": _xml,
    "csv": lambda: _table(","),
    "tsv": lambda: _table("\t"),
    "json": lambda: json.dumps(_records(), ensure_ascii=False, indent=1).encode(),
    "jsonl": lambda: "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in _records()).encode(),
    "eml": _mail,
    "ipynb": _notebook,
}
