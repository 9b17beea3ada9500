"""The installed tuners are listed by name with what they train and what answers with it.

Modules: ``potluck.planning.tuners``. What each of them would train of a model is tested with ``potluck.tuning``.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from potluck import plugins
from potluck.contracts import Estimate, TuningRequest
from potluck.errors import ModelNotFound, Unsupported
from potluck.planning.tuners import list_tuners
from support.fake_plugins import install, visible


def test_each_has_what_its_offer_says_and_nothing_is_counted_without_a_model(tmp_path: Path) -> None:
    found = list_tuners(None, tmp_path)

    names = [one.name for one in found]
    assert names == sorted(names)
    assert {"lora", "full", "prompt"} <= set(names)
    for one in found:
        offered = plugins.tuner_offer(plugins.find("tuner", one.name))
        assert (one.summary, one.family, one.mergeable, one.whole) == (
            offered.summary, offered.family, offered.mergeable, offered.whole,
        )  # fmt: skip
        assert (one.tasks, one.kinds) == (tuple(sorted(offered.tasks)), tuple(sorted(offered.kinds)))
        assert (one.trainable, one.total, one.package) == (None, None, "potluck")
    lora = next(one for one in found if one.name == "lora")
    assert "transformers" in lora.served_by
    assert lora.as_json()["name"] == "lora"


def test_one_that_cannot_be_imported_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "broken", {"potluck.tuners": {"aaa": "broken_tuner"}}, {"broken_tuner": "import nobody_has_it"})
    with visible(tmp_path, monkeypatch):
        assert "aaa" not in [one.name for one in list_tuners(None, tmp_path)]


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match="沒有"):
        list_tuners("沒有", tmp_path)


def test_what_answers_with_a_result_is_what_takes_tuned_models_of_its_kinds(tmp_path: Path) -> None:
    found = {one.name: set(one.served_by) for one in list_tuners(None, tmp_path)}
    offers = {one.name: plugins.chat_offer(one) for one in plugins.installed_plugins() if one.kind == "chat"}

    assert "transformers" in found["lora"]
    assert "extractive" not in found["lora"]
    for name, served_by in found.items():
        offered = plugins.tuner_offer(plugins.find("tuner", name))
        if not offered.served_by:
            assert served_by == {
                chat for chat, one in offers.items() if one.takes_tuned is True and one.kinds & offered.kinds
            }


def test_of_a_model_it_is_counted_what_each_would_train_of_it_unless_it_cannot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "模型").mkdir()
    (tmp_path / "模型" / "model.safetensors").touch()
    asked = list[TuningRequest]()

    def make(plugin: plugins.Plugin, config: object, context: object) -> object:
        def plan(request: TuningRequest) -> Estimate:
            asked.append(request)
            if plugin.name != "lora":
                raise Unsupported("it trains other models")
            return Estimate(5, 50, 0, 0, 0)

        return SimpleNamespace(plan=plan)

    monkeypatch.setattr(plugins, "make", make)
    found = {one.name: (one.trainable, one.total) for one in list_tuners("模型", tmp_path)}

    assert found.pop("lora") == (5, 50)
    assert {*found.values()} == {(None, None)}
    assert (asked[0].model, len(asked[0].training)) == (tmp_path / "模型", 1)
