"""Reading OpenDocument files that a test writes, and their parts."""

from __future__ import annotations

from potluck.documents import Document
from support.loading import load_one
from support.opendocument import odf, p


def read(body: str, styles: str = "", common: str = "", **settings: bool) -> Document:
    return load_one("office", odf("text", body, styles, common), **settings)


def lines(body: str, styles: str = "", common: str = "", **settings: bool) -> list[str]:
    return read(body, styles, common, **settings).text.split("\n")


def level(number: int, kind: str = "1", shown: int | str = 1, more: str = 'style:num-suffix="."') -> str:
    attributes = f'text:level="{number}" style:num-format="{kind}" text:display-levels="{shown}" {more}'
    return f"<text:list-level-style-number {attributes}/>"


def list_style(name: str, *levels: str) -> str:
    return f'<text:list-style style:name="{name}">{"".join(levels)}</text:list-style>'


def items(*texts: str, attributes: str = 'text:style-name="L"') -> str:
    inner = "".join(one if one.startswith("<text:list-") else item(one) for one in texts)
    return f"<text:list {attributes}>{inner}</text:list>"


def item(text: str) -> str:
    return f"<text:list-item>{text if text.startswith('<') else p(text)}</text:list-item>"


L = list_style("L", level(1), level(2, "a", 2), level(3, "i", 9))


def comment(inner: str) -> str:
    return f"<office:annotation>{inner}</office:annotation>"


def table(*rows: str) -> str:
    return f"<table:table>{''.join(rows)}</table:table>"


REPEAT = "table:number-{}-repeated='{}'".format


def page(*parts: str, more: str = "") -> str:
    return f"<draw:page {more}>{''.join(parts)}</draw:page>"
