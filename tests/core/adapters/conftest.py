from __future__ import annotations

import pytest

from support.tuning import home, model, one_thread

__all__ = ["home", "model", "one_thread"]

pytest.importorskip("torch")
pytest.importorskip("peft")
