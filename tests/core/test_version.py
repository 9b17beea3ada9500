"""The version is that of the package, in the form that packaging tools order.

Modules: ``potluck.version``.
"""

from __future__ import annotations

import re
from importlib.metadata import version

import potluck
from potluck.version import __version__


def test_there_is_one_version() -> None:
    assert potluck.__version__ is __version__
    assert version("potluck") == __version__


def test_it_is_three_numbers_with_a_preliminary_state_behind_them_at_most() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+((a|b|rc|\.dev)\d+)?", __version__)
