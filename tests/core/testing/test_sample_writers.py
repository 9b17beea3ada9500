"""Samples of formats of text are written whole and well-formed."""

from __future__ import annotations

import csv
import email
import email.policy
import io
import json
from typing import Any
from xml.etree import ElementTree

import pytest

from potluck.testing.sample_writers import write_samples
from potluck.testing.texts import SENTENCES


@pytest.mark.parametrize("extension", ["txt", "text", "log", "rst", "md", "markdown", "html", "htm", "csv", "tsv"])
def test_a_sample_of_each_format_of_text_holds_every_sentence(extension: str) -> None:
    (sample,) = write_samples([extension, "docx"])

    assert (sample.name, sample.extension, sample.must) == (f"sample.{extension}", extension, SENTENCES)
    assert sample.text is not None
    assert all(sentence in sample.text for sentence in SENTENCES)


def test_samples_of_structured_formats_are_well_formed() -> None:
    by = {
        sample.extension: sample.content for sample in write_samples(["xml", "xhtml", "json", "jsonl", "eml", "ipynb"])
    }
    tables = {sample.extension: sample.text or "" for sample in write_samples(["csv", "tsv"])}

    assert [clause.get("number") for clause in ElementTree.fromstring(by["xml"]).findall("clause")] == [
        f"1.{number}" for number in range(1, 7)
    ]
    assert ElementTree.fromstring(by["xhtml"].split(b"\n", 1)[1]).tag.endswith("html")
    records = json.loads(by["json"])
    assert records == [json.loads(line) for line in by["jsonl"].decode().splitlines()]
    assert [record["text"] for record in records] == list(SENTENCES)
    mail: Any = email.message_from_bytes(by["eml"], policy=email.policy.default)
    assert mail["Subject"] == "第1章 軌道 Track"
    assert mail.get_content().split("\n")[: len(SENTENCES)] == list(SENTENCES)
    notebook = json.loads(by["ipynb"])
    assert (notebook["nbformat"], len(notebook["cells"])) == (4, 7)
    for separator, extension in ((",", "csv"), ("\t", "tsv")):
        rows = list(csv.reader(io.StringIO(tables[extension]), delimiter=separator))
        assert rows[0] == ["number", "text"]
        assert [row[1] for row in rows[1:]] == list(SENTENCES)
