"""Makes the folder ``model``: two layers with random weights, enough to see the recipe run."""

from __future__ import annotations

from pathlib import Path

from potluck.testing import tiny_model

tiny_model(Path(__file__).parent / "model")
