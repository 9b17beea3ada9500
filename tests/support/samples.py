"""Where the data sets of the tests are: whole ones beside the repository, or the samples that it carries."""

from __future__ import annotations

import os
from pathlib import Path

SAMPLES = Path(__file__).parents[1] / "data"
"""A part of each data set; ``README.md`` there says what was taken of it."""
BESIDE = Path(__file__).parents[3] / "shared" / "data"
"""Where the whole sets are looked for unless ``POTLUCK_DATA`` says where they are."""


def data_folder() -> Path:
    """The folder that ``POTLUCK_DATA`` names, the one beside the repository, or the samples.

    Raises ``NotADirectoryError`` where ``POTLUCK_DATA`` names something else: samples must not stand in unnoticed.
    """
    if named := os.environ.get("POTLUCK_DATA"):
        if not Path(named).is_dir():
            raise NotADirectoryError(f"POTLUCK_DATA is not a folder: {named}")
        return Path(named)
    return BESIDE if BESIDE.is_dir() else SAMPLES
