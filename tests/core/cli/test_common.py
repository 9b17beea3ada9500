"""What several commands print alike."""

from __future__ import annotations

import pytest

from potluck.cli.common import print_citations
from potluck.documents import Passage


@pytest.mark.parametrize(
    ("page", "label", "shown"),
    [
        (None, None, "a.pdf 1.4, characters 0 to 3"),
        (4, None, "a.pdf 1.4, page 4, characters 0 to 3"),
        (4, "A-3", "a.pdf 1.4, page A-3 (4 in the file), characters 0 to 3"),
        (1, "\x1b]52;c;x\x07", "a.pdf 1.4, page \\x1b]52;c;x\\x07 (1 in the file), characters 0 to 3"),
    ],
)
def test_a_citation_names_the_page_as_a_reader_looks_it_up(
    capsys: pytest.CaptureFixture[str], page: int | None, label: str | None, shown: str
) -> None:
    print_citations([Passage("id", "a.pdf", "短鋼軌", 0, 3, 0.5, sections=("1.4",), page=page, page_label=label)])

    assert capsys.readouterr().out.split("\n")[0] == f"  [1] {shown}"
