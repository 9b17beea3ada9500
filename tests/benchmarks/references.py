"""Independent readers of documents: what a document says, in the words of another program.

Each takes a file and returns its text. They are written for comparison, not for use: what our loaders leave out on
purpose (hidden slides, struck-out text, the number on each slide) they leave out too, and merged cells repeat.
"""

from __future__ import annotations

import email
import email.policy
import html.parser
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

SECONDS = 60
"""How long another program may take for a file."""

_BLIND = ("head", "script", "style", "template", "noscript", "title", "math", "svg")
_VOID = ("br", "img", "hr", "meta", "link", "input", "col", "area", "base", "embed", "source", "wbr")


class Unavailable(Exception):
    """A reader is not installed; the message says which."""


def python_pptx(path: Path) -> str:
    """Slides with their tables, charts and notes, by python-pptx."""
    from pptx import Presentation

    with path.open("rb") as file:
        slides = Presentation(file).slides
        return "\n".join(line for slide in slides if slide.element.get("show") != "0" for line in _slide(slide))


def _slide(slide: Any) -> Iterator[str]:
    for shape in slide.shapes:
        yield from _shape(shape)
    if slide.has_notes_slide:
        for shape in slide.notes_slide.placeholders:
            if str(shape.placeholder_format.type).startswith("BODY"):
                yield from _runs(shape.text_frame)


def _shape(shape: Any) -> Iterator[str]:
    margins = ("SLIDE_NUMBER", "DATE", "FOOTER")
    if shape.is_placeholder and str(shape.placeholder_format.type).startswith(margins):
        return
    if next(shape.element.iter("{*}cNvPr")).get("hidden") == "1":
        return
    if hasattr(shape, "shapes"):
        for one in shape.shapes:
            yield from _shape(one)
    elif shape.has_text_frame:
        yield from _runs(shape.text_frame)
    elif getattr(shape, "has_table", False):
        for cell in (cell for row in shape.table.rows for cell in row.cells if not cell.is_spanned):
            # What spans the whole table is a line of its own and stands once.
            width = 1 if cell.span_width == len(shape.table.columns) else cell.span_width
            times = cell.span_height * width if cell.is_merge_origin else 1
            yield from list(_runs(cell.text_frame)) * times
    elif getattr(shape, "has_chart", False):
        yield from _chart(shape.chart)


def _runs(frame: Any) -> Iterator[str]:
    for paragraph in frame.paragraphs:
        for run in paragraph.runs:
            if run.font._element.get("strike") in ("sngStrike", "dblStrike"):
                run.text = ""
        yield re.sub("_x00[01][0-9A-F]_", " ", paragraph.text)


def _chart(chart: Any) -> Iterator[str]:
    for plot in chart.plots:
        # Categories that are dates stand there as numbers, without their format.
        yield " ".join(label for label in map(str, plot.categories) if not label.replace(".", "").isdigit())
        for series in plot.series:
            yield series.name


def python_docx(path: Path) -> str:
    """Paragraphs and tables of the body, by python-docx."""
    import docx

    with path.open("rb") as file:
        return "\n".join(_blocks(docx.Document(file)))


def _blocks(holder: Any) -> Iterator[str]:
    for block in holder.iter_inner_content():
        if hasattr(block, "rows"):
            for row in block.rows:
                # What spans the whole table is a line of its own and stands once.
                alone = len({cell._tc for cell in row.cells}) == 1
                for cell in row.cells[:1] if alone else row.cells:
                    yield from _blocks(cell)
        else:
            yield "".join(_visible(block))


def _visible(paragraph: Any) -> Iterator[str]:
    for run in paragraph.iter_inner_content():
        for one in getattr(run, "runs", [run]):
            font = one.font
            if not (font.hidden or font.strike or font.double_strike):
                yield one.text


def openpyxl(path: Path) -> str:
    """The texts in the cells of visible sheets, by openpyxl; numbers stand in no format and are left out."""
    from openpyxl import load_workbook

    workbook = load_workbook(path, data_only=True)
    return "\n".join(line for sheet in workbook.worksheets if sheet.sheet_state == "visible" for line in _texts(sheet))


def _texts(sheet: Any) -> Iterator[str]:
    merged = {cells.start_cell.coordinate: cells.size for cells in sheet.merged_cells.ranges}
    hidden_rows = {number for number, row in sheet.row_dimensions.items() if row.hidden}
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and cell.row not in hidden_rows:
                size = merged.get(cell.coordinate, {"rows": 1, "columns": 1})
                yield from [cell.value] * (size["rows"] * size["columns"])


def poppler(path: Path) -> str:
    """The text of a PDF, by ``pdftotext``."""
    return _output("pdftotext", "-enc", "UTF-8", str(path), "-")


def libreoffice(path: Path) -> str:
    """A document as LibreOffice writes it as text: sheets as CSV, slides as PDF whose text poppler reads."""
    kind = path.suffix.lower()[1:]
    if kind in ("xls", "xlsx", "xlsm", "ods"):
        # Separator, quotes, UTF-8, from line 1, as shown, all sheets: the tokens of the filter's options.
        return _converted(path, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1")
    return _converted(path, "pdf" if kind in ("ppt", "odp", "pptx") else "txt:Text (encoded):UTF8")


def _converted(path: Path, target: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        copy, out = Path(folder, f"file{path.suffix}"), Path(folder, "out")
        shutil.copyfile(path, copy)
        profile = Path(tempfile.gettempdir(), "reading-benchmark-profile").as_uri()
        _output(
            "soffice",
            f"-env:UserInstallation={profile}",
            "--headless",
            "--convert-to",
            target,
            "--outdir",
            str(out),
            str(copy),
        )
        written = sorted(out.glob("*")) if out.is_dir() else []
        if not written:
            raise ValueError("LibreOffice wrote nothing")
        if target == "pdf":
            return poppler(written[0])
        # The name of a sheet stands in that of its file.
        names = [one.stem.removeprefix(copy.stem) for one in written]
        return "\n".join([*names, *(one.read_text("utf-8-sig", "replace") for one in written)])


def _output(program: str, *arguments: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise Unavailable(f"{program} is not installed")
    done = subprocess.run([found, *arguments], capture_output=True, timeout=SECONDS, check=True)
    return done.stdout.decode("utf-8", "replace")


class _Visible(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._blind: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        hidden = "hidden" in found or "display:none" in (found.get("style") or "").replace(" ", "")
        if self._blind:
            self._blind += [tag] if tag == self._blind[0] else []
        elif (tag in _BLIND or hidden) and tag not in _VOID:
            self._blind = [tag]
        elif tag not in ("b", "i", "em", "strong", "span", "a", "font", "u", "wbr", "sub", "sup"):
            self.texts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "body" or (self._blind and tag == self._blind[0]):
            self._blind = self._blind[1:]

    def handle_data(self, data: str) -> None:
        self.texts += [] if self._blind else [data]


def visible_text(page: str) -> str:
    """What a page of HTML shows, by the standard library's parser."""
    parser = _Visible()
    parser.feed(page)
    parser.close()
    return "".join(parser.texts)


def html_page(path: Path) -> str:
    """A page of HTML in the encoding that it declares, else in UTF-8 or Windows-1252."""
    content = path.read_bytes()
    marks = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
    declared = re.search(rb"charset\s*=\s*[\"']?([\w-]+)", content[:2048])
    name = marks.get(content[:2]) or marks.get(content[:3]) or (declared[1].decode() if declared else "utf-8")
    try:
        return visible_text(content.decode(name))
    except UnicodeDecodeError:
        return visible_text(content.decode("cp1252" if name == "utf-8" else name, "replace"))


def message(path: Path) -> str:
    """Subject, date and body of a mail, by the standard library."""
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = mail.get_body(("plain", "html"))
    text = "" if body is None else body.get_content()
    if body is not None and body.get_content_type() == "text/html":
        text = visible_text(text)
    date = mail["date"].datetime if mail["date"] is not None else None
    return f"{mail['subject'] or ''}\n{date.isoformat() if date else ''}\n{text}"


def ebook(path: Path) -> str:
    """The chapters of an EPUB in the order of its spine, by the standard library."""
    with zipfile.ZipFile(path) as archive:
        container = archive.read("META-INF/container.xml").decode("utf-8", "replace")
        package = re.search(r'full-path="([^"]+)"', container)
        if package is None:
            raise ValueError("no package document")
        content = archive.read(package[1]).decode("utf-8", "replace")
        items = dict(_item(one) for one in re.findall(r"<(?:\w+:)?item\b[^>]*>", content))
        spine = re.findall(r"<(?:\w+:)?itemref\b[^>]*idref=\"([^\"]+)\"", content)
        folder = package[1].rpartition("/")[0]
        names = [f"{folder}/{items[one]}".lstrip("/") for one in spine if one in items]
        return "\n".join(visible_text(archive.read(name).decode("utf-8", "replace")) for name in names)


def _item(tag: str) -> tuple[str, str]:
    found = dict(re.findall(r"([\w-]+)=\"([^\"]*)\"", tag))
    return found.get("id", ""), found.get("href", "")


_BY_READER: Sequence[tuple[str, Callable[[Path], str], Sequence[str]]] = (
    ("python-pptx", python_pptx, ("pptx", "pptm", "ppsx", "potx")),
    ("python-docx", python_docx, ("docx", "docm")),
    ("LibreOffice", libreoffice, ("xlsx", "xlsm", "doc", "odt", "rtf", "ppt", "odp", "xls", "ods")),
    ("openpyxl", openpyxl, ("xlsx", "xlsm")),
    ("poppler", poppler, ("pdf",)),
    ("html.parser", html_page, ("html", "htm", "xhtml")),
    ("email", message, ("eml",)),
    ("zipfile", ebook, ("epub",)),
)

READERS: Mapping[str, Sequence[tuple[str, Callable[[Path], str]]]] = {
    kind: [(name, reader) for name, reader, others in _BY_READER if kind in others]
    for _, _, kinds in _BY_READER
    for kind in kinds
}
"""The readers of each kind of file, the best first; one that is not installed gives way to the next."""
