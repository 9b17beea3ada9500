"""Where the user's cache is.

Modules: ``potluck.user_cache``.
"""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from potluck.user_cache import default_cache, default_state


def test_the_variable_names_the_folder_and_an_empty_one_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POTLUCK_CACHE", "/tmp/快取")
    assert default_cache() == Path("/tmp/快取")
    monkeypatch.setenv("POTLUCK_CACHE", "")
    assert default_cache() == Path(platformdirs.user_cache_path("potluck"))


def test_what_potluck_knows_of_its_past_is_where_the_system_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/tmp/狀態")
    assert default_state() == Path(platformdirs.user_state_path("potluck"))
