from __future__ import annotations

import pytest

from support.tuning import model, one_thread

__all__ = ["model", "one_thread"]

pytest.importorskip("torch")
pytest.importorskip("peft")
