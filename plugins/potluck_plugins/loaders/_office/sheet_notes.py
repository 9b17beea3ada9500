"""The contents of an ``.xlsx`` sheet besides its cells: comments, threads of comments, text boxes, charts, diagrams."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from potluck_plugins.loaders._office.chartex import CX, read_chartex
from potluck_plugins.loaders._office.charts import C, read_chart
from potluck_plugins.loaders._office.diagrams import DGM, diagram_items
from potluck_plugins.loaders._office.package import Package, R, Relationship
from potluck_plugins.loaders._office.workbook import (
    cell_place,
    child,
    children,
    local,
    rich_text,
)
from potluck_plugins.loaders._shared.flow import Flow

_COPY_OF_THREAD = "[Threaded comment]"
_OTHER_WORKBOOK = re.compile(r"\s*'?\[")


def read_comments(package: Package, relations: Iterable[Relationship]) -> dict[tuple[int, int], str]:
    """The comments of a sheet by row and column, from 0, each ``comment by NAME: TEXT``.

    Of a thread, whose copy for older programs is left out, the replies follow in order.
    """
    found: dict[tuple[int, int], list[str]] = {}
    for relation in relations:
        root = package.find(relation.target) if relation.kind in ("comments", "threadedComment") else None
        if root is not None:
            read = _thread(package, root) if relation.kind == "threadedComment" else _notes(root)
            for place, text in read:
                found.setdefault(place, []).append(text)
    return {place: "; ".join(texts) for place, texts in found.items()}


def read_shapes(package: Package, relations: Iterable[Relationship], flow: Flow) -> Iterator[str]:
    """The texts of text boxes and shapes, a line per paragraph; what is repeated for older programs is left out.

    Of a chart, whose figures stand in cells, the titles; its figures if they do not; of a diagram its points.
    """
    for relation in relations:
        root = package.find(relation.target) if relation.kind == "drawing" else None
        for paragraph in _paragraphs(root) if root is not None else ():
            text = "".join(one.text or "" for one in paragraph.iter() if local(one) == "t")
            if text.strip():
                yield " ".join(text.split())
        if root is not None:
            yield from _graphics(package, relation.target, root, flow)


def _graphics(package: Package, part: str, drawing: Any, flow: Flow) -> Iterator[str]:
    links = package.relationships(part)
    for one in drawing.iter(f"{C}chart", f"{CX}chart", f"{DGM}relIds"):
        link = links.get(one.get(f"{R}dm") or one.get(f"{R}id") or "")
        root = package.find(link.target) if link is not None else None
        if root is not None and one.tag == f"{DGM}relIds":
            yield from (f"{'  ' * level}• {text}" for text, level in diagram_items(root, Flow()))
        elif root is not None:
            yield from _chart(root, flow)


def _chart(root: Any, flow: Flow) -> Iterator[str]:
    chart = read_chartex(root) if root.tag == f"{CX}chartSpace" else read_chart(root)
    if _has_own_figures(root):
        yield from chart.lines(flow)
    else:
        names = ["".join(one.itertext()) for one in root.iterfind(f".//{C}ser/{C}tx/{C}v")]
        yield from (f"[chart] {text}" for text in (chart.title, chart.x_title, *names, *chart.remarks) if text)


def _has_own_figures(root: Any) -> bool:
    """Whether a chart shows figures that are in no cell of the workbook: its own, or those of another workbook."""
    if next(root.iter(f"{C}numLit", f"{C}strLit"), None) is not None:
        return True
    return any(_OTHER_WORKBOOK.match(one.text or "") for one in root.iter(f"{C}f", f"{CX}f"))


def _notes(root: Any) -> Iterator[tuple[tuple[int, int], str]]:
    authors = ["".join(one.itertext()).strip() for one in children(child(root, "authors"), "author")]
    for one in children(child(root, "commentList"), "comment"):
        text = " ".join(rich_text(child(one, "text")).text.split())
        place = one.get("authorId", "")
        author = authors[int(place)] if place.isdigit() and int(place) < len(authors) else ""
        if text and not text.startswith(_COPY_OF_THREAD):
            yield (
                cell_place(one.get("ref", "")) or (0, 0),
                _sign(author, text.removeprefix(f"{author}:").strip() if author else text),
            )


def _thread(package: Package, root: Any) -> Iterator[tuple[tuple[int, int], str]]:
    people = {}
    for name in package.archive.namelist():
        if name.lower().startswith("xl/persons/") and name.endswith(".xml"):
            people.update({one.get("id"): one.get("displayName", "") for one in children(package.find(name), "person")})
    for one in children(root, "threadedComment"):
        text = child(one, "text")
        if text is not None and text.text:
            yield (
                cell_place(one.get("ref", "")) or (0, 0),
                _sign(people.get(one.get("personId"), ""), " ".join(text.text.split())),
            )


def _sign(author: str, text: str) -> str:
    return f"comment by {author}: {text}" if author else f"comment: {text}"


def _paragraphs(root: Any) -> Iterator[Any]:
    for one in root.iter():
        if local(one) == "p" and not any(local(above) == "Fallback" for above in one.iterancestors()):
            yield one
