"""How much of real documents is read: office, PDF, HTML, e-mail and e-book files, by us and by an independent reader.

    python tests/benchmarks/reading.py FOLDER... [--only pptx,docx] [--worst 10] [--json FILE]

For each format: files, files that only we or only the other could not read, the share of the other's words that we
miss, and the share of ours that nobody wrote ("invented"). Words are compared as multisets, letters without case,
Chinese and Japanese by the character. Numbers and marks that our loaders put before a line (``1.2``, ``•``,
``[notes]``) are not words of the document, and what the file itself holds is not invented even where the other reader
passes over it. The other readers: python-pptx, python-docx, LibreOffice (or openpyxl), poppler, the standard library.
"""

from __future__ import annotations

import argparse
import json
import re
import signal
import sys
import time
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.references import READERS, Unavailable

SECONDS = 60
"""How long we may take for a file."""

_WORD = re.compile(r"[^\W_]+")
_BY_CHARACTER = re.compile("([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff])")
_LABEL = re.compile(
    r"^\s*(?:(?:\[[^\]]*\]|•|第.{1,4}[章節條节条]|\d+(?:\.\d+)*\.?(?=\s)"
    r"|[(（]?(?:\d{1,4}(?:\.\d+)*|[a-z]{1,3}|[ivxlcdm]{1,8}|[一二三四五六七八九十]{1,3})[.)）、．:])\s*){1,2}",
    re.IGNORECASE | re.MULTILINE,
)
"""Numbers and marks that our loaders put before a line."""

_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one file; ``words`` are those of the other reader, ``ours`` those that we read."""

    path: str
    kind: str
    reader: str = ""
    seconds: float = 0
    unread: str = ""
    unread_by_other: str = ""
    words: int = 0
    ours: int = 0
    missed: int = 0
    invented: int = 0
    examples: dict[str, list[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Summary:
    """The findings of one format, added up."""

    kind: str
    readers: list[str] = field(default_factory=list)
    files: int = 0
    unread: int = 0
    unread_by_other: int = 0
    words: int = 0
    ours: int = 0
    missed: int = 0
    invented: int = 0

    def add(self, finding: Finding) -> None:
        self.files += 1
        self.unread += bool(finding.unread)
        self.unread_by_other += bool(finding.unread_by_other)
        if finding.reader and finding.reader not in self.readers:
            self.readers.append(finding.reader)
        for name in ("words", "ours", "missed", "invented"):
            setattr(self, name, getattr(self, name) + getattr(finding, name))


def words(text: str) -> Counter[str]:
    """The words of a text, without case, width and ligatures; Chinese and Japanese by the character."""
    plain = unicodedata.normalize("NFKC", text.replace("\u00ad", "")).casefold()
    return Counter(_WORD.findall(_BY_CHARACTER.sub(r" \1 ", plain)))


def compared(ours: str, other: str, held: str = "") -> tuple[Counter[str], Counter[str]]:
    """The words that we miss, and those that we invent: that neither the other reader nor the file (``held``) has."""
    without_labels, own, wanted = words(_LABEL.sub("", ours)), words(ours), words(other)
    return wanted - own, without_labels - (wanted | words(held))


def read(path: Path) -> str:
    """What our loaders read in a file."""
    from potluck import plugins
    from support.loading import load_file

    (name, *_) = plugins.loader_names(path.suffix.lower()[1:]) or ("",)
    return "\n".join(document.text for document in load_file(name, path))


def measure(path: Path, reader: Callable[[Path], str] = read) -> Finding:
    """Read one file twice and compare."""
    kind = path.suffix.lower()[1:]
    started = time.perf_counter()
    ours = unread = ""
    try:
        with _limit(SECONDS):
            ours = reader(path)
        unread = "" if ours.strip() else "no text"
    except Exception as error:
        unread = f"{type(error).__name__}: {error}"
    seconds = time.perf_counter() - started
    name, other, failed = _other(path, kind)
    if unread == "no text" and not other.strip():
        unread = ""
    if unread or failed:
        return Finding(str(path), kind, name, seconds, unread, failed)
    if name == "openpyxl":
        ours, other = _without_numbers(ours), _without_numbers(other)
    missed, invented = compared(ours, other, _held(path))
    if _has_charts(path):
        invented = Counter({word: count for word, count in invented.items() if not word.isdigit()})
    examples = {"missed": list(missed)[:12], "invented": list(invented)[:12]}
    totals = words(other).total(), words(ours).total(), missed.total(), invented.total()
    return Finding(str(path), kind, name, seconds, "", "", *totals, examples)


def _other(path: Path, kind: str) -> tuple[str, str, str]:
    """The name of the independent reader, what it reads, and why it fails where it does."""
    failed = ""
    for name, reader in READERS[kind]:
        try:
            with _limit(2 * SECONDS):
                return name, reader(path), ""
        except (Unavailable, ImportError) as error:
            failed = failed or str(error)
        except Exception as error:
            return name, "", f"{type(error).__name__}: {str(error)[:120]}"
    return "", "", failed


def _held(path: Path) -> str:
    """All text between the tags of a zip archive's XML, or of a page: what a document holds, seen or not."""
    if path.suffix.lower() in (".html", ".htm", ".xhtml", ".eml"):
        return path.read_text("utf-8", "replace")
    if not zipfile.is_zipfile(path):
        return ""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith((".xml", ".xhtml", ".html"))]
        return "\n".join(_bare(archive.read(name).decode("utf-8", "replace")) for name in names)


def _has_charts(path: Path) -> bool:
    """Whether a file holds charts, whose figures the other readers do not show in their formats."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any("/charts/" in name for name in archive.namelist())


def _bare(xml: str) -> str:
    """The text of XML, runs of a paragraph joined, and the descriptions in its attributes."""
    said = re.findall(r'(?:descr|name|alt|title)="([^"]*)"', xml)
    text = re.sub(r"</(?:\w+:)?(?:p|si|tc|v|t\s|h\d|td|li)>|<(?:\w+:)?(?:br|tab)\b[^>]*/>", " ", xml)
    return _TAG.sub("", text) + " " + " ".join(said)


def _without_numbers(text: str) -> str:
    return " ".join(word for word in text.split() if any(c.isalpha() for c in word))


@contextmanager
def _limit(seconds: int) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TimeoutError(f"it takes more than {seconds} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def files(folders: Sequence[Path], kinds: Sequence[str] = ()) -> list[Path]:
    """The files below the folders that both sides might read, each once, in order."""
    found = {path for folder in folders for path in ([folder] if folder.is_file() else folder.rglob("*"))}
    wanted = set(kinds or READERS)
    return sorted(path for path in found if path.suffix.lower()[1:] in wanted and path.is_file())


def summaries(findings: Sequence[Finding]) -> list[Summary]:
    """A summary for each format, in the order of their names."""
    found: dict[str, Summary] = {}
    for finding in findings:
        found.setdefault(finding.kind, Summary(finding.kind)).add(finding)
    return [found[kind] for kind in sorted(found)]


def report(findings: Sequence[Finding], worst: int = 10) -> Iterator[str]:
    """The lines that are printed."""
    yield "format  files  unread by us  by the other      words  missed  invented  other reader"
    for one in summaries(findings):
        shares = f"{one.missed / max(1, one.words):7.2%} {one.invented / max(1, one.ours):9.2%}"
        counts = f"{one.files:6} {one.unread:13} {one.unread_by_other:13} {one.words:10,}"
        yield f"{one.kind:7}{counts} {shares}  {', '.join(one.readers) or 'none installed'}"
    for title, key in (("missed", "missed"), ("invented", "invented")):
        ranked = sorted(findings, key=lambda one: -getattr(one, key))[:worst]
        yield from (
            f"{title}: {getattr(one, key):5} of {one.words if key == 'missed' else one.ours} words in {one.path}: "
            f"{' '.join(one.examples[key])}"
            for one in ranked
            if getattr(one, key)
        )
    yield from (f"unread: {one.path}: {one.unread}" for one in findings if one.unread and not one.unread_by_other)
    slow = sorted(findings, key=lambda one: -one.seconds)[:5]
    yield from (f"slowest: {one.seconds:6.2f} s {one.path}" for one in slow)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--only", default="", help="formats, with commas between them")
    parser.add_argument("--worst", type=int, default=10, help="how many of the worst files are named")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all findings there")
    options = parser.parse_args()
    findings: list[Finding] = []
    try:
        kinds = [one for one in options.only.split(",") if one]
        findings.extend(measure(path) for path in files(options.folders, kinds))
    except KeyboardInterrupt:
        print("interrupted: the files before are reported")
    print("\n".join(report(findings, options.worst)))
    if options.json:
        content = {"formats": [asdict(one) for one in summaries(findings)], "files": [asdict(one) for one in findings]}
        options.json.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
