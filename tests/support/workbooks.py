"""Workbooks of both kinds that a test fills, and what is read of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import openpyxl
import xlwt

from potluck.documents import Document
from support.loading import load_one


def xlsx(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    workbook = openpyxl.Workbook()
    fill(workbook)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def xls(fill: Callable[[xlwt.Workbook], None]) -> bytes:
    workbook = xlwt.Workbook(encoding="utf-8")
    fill(workbook)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def read(content: bytes, **settings: bool) -> Document:
    return load_one("office", content, **settings)


def rewritten(content: bytes, part: str, old: str, new: str) -> bytes:
    """A package with a change in one of its parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(file, "w") as changed:
        for name in archive.namelist():
            text = archive.read(name)
            if name == part:
                assert old.encode() in text
                text = text.replace(old.encode(), new.encode())
            changed.writestr(name, text)
    return file.getvalue()


def rows(table: list[list[object]]) -> Callable[[openpyxl.Workbook], None]:
    def fill(workbook: openpyxl.Workbook) -> None:
        for row in table:
            workbook.active.append(row)

    return fill
