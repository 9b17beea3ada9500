"""Archives and other files that tests of the loaders' kit try."""

from __future__ import annotations

import io
import zipfile

from potluck.testing.samples import Sample

PHRASES = ("道碴厚度", "The ballast")


PLAIN = Sample("a.txt", "1.1 道碴厚度\n1.2 The ballast\n".encode(), PHRASES)


PAGE = Sample("a.html", "<p>道碴厚度</p>\n<p>The ballast</p>\n".encode(), PHRASES)


XML = Sample("a.xml", "<?xml version='1.0'?>\n<a>\n<b>道碴厚度</b>\n</a>\n".encode(), PHRASES[:1])


BINARY = Sample("a.bin", bytes(range(256)) * 4, PHRASES)


def archive(**parts: str) -> Sample:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return Sample("a.zip", made.getvalue(), PHRASES)


ARCHIVE = archive(one="一二三" * 500, two="x", three="The ballast" * 900, four="y" * 5, five="z" * 9, six="w" * 7)
