"""Reading the keys of a recipe that tune a model; problems are noted at their places."""

from __future__ import annotations

from collections.abc import Set
from pathlib import Path

from potluck import plugins
from potluck.contracts import Task
from potluck.recipe.component_keys import ComponentKeys
from potluck.recipe.messages import format_value
from potluck.recipe.model import ComponentSpec
from potluck.recipe.nodes import Findings, Node
from potluck.recipe.overrides import long_form, split_adapter
from potluck.recipe.paths import file_problem
from potluck.recipe.source import RecipeSource
from potluck.recipe.tuning_settings import FROM_TUNER, TASKS, Adapter, DatasetSettings, Tuning
from potluck.recipe.validation import plain_value, validate
from potluck.suggestions import did_you_mean


def read_tuning(
    source: RecipeSource, components: ComponentKeys, chat: ComponentSpec | None
) -> tuple[ComponentSpec | None, Tuning]:
    """The tuner, if the recipe names one, and the rest of what it says about tuning."""
    node = source.get("tuner")
    tuner = None if node is None else components.read("tuner", long_form("tuner", node), "tuner")
    able = None if tuner is None else plugins.tuner_offer(tuner.plugin).tasks
    keys = _TuningKeys(source.root, source.folder, source.findings)
    model = source.text("model")
    tuning = Tuning(model, keys.task(), keys.dataset(), keys.adapter(_answers_with(chat, model)))
    keys.check_tuner(tuning, tuner.name if tuner is not None else "", able)
    return tuner, tuning


class _TuningKeys:
    """The keys ``task``, ``dataset`` and ``adapter`` of one recipe."""

    def __init__(self, root: Node, folder: Path, findings: Findings) -> None:
        """``folder`` is where relative paths start."""
        self._root, self._folder, self._findings = root, folder, findings

    def task(self) -> Task | None:
        """The task; None if the recipe names none, or an unknown one."""
        node = self._root.get("task")
        if node is None:
            return None
        written = plain_value(node, self._findings)
        found = next((task for task in TASKS if task == written), None)
        if found is None:
            got = f"{format_value(written)}{did_you_mean(str(written), TASKS)}"
            self._findings.note(node.place, f"task: expected one of {', '.join(TASKS)}, got {got}")
        return found

    def dataset(self) -> DatasetSettings | None:
        """The dataset; None if there is none or it is wrong."""
        node = self._root.get("dataset")
        if node is None:
            return None
        node = long_form("dataset", node)
        if not isinstance(node.value, dict):
            self._findings.note(node.place, f"dataset: expected a path or a mapping, got {format_value(node.plain())}")
            return None
        at = self._root.keys.get("dataset", node.place)
        found = validate(DatasetSettings, node, "dataset", at, self._findings)
        if found is None:
            return None
        settings = found.config
        for key, path in (("path", settings.path), ("validation", settings.validation)):
            if not isinstance(path, str) or (self._folder / Path(path).expanduser()).is_dir():
                continue
            if (problem := file_problem(self._folder, path)) is not None:
                self._findings.note(node.find((key,)), f"dataset.{key}: {problem}")
        if isinstance(settings.validation, float) and not 0 <= settings.validation < 1:
            message = (
                f"dataset.validation: expected a part from 0 to less than 1, or a file, got {settings.validation:g}"
            )
            self._findings.note(node.find(("validation",)), message)
        return settings

    def adapter(self, same: bool) -> Adapter | None:
        """The adapter of the chat model; ``same``: the chat model can answer with the result of the recipe's tuner.

        Then it does, unless the recipe says ``chat: {adapter: null}``.
        """
        chat, own = self._root.get("chat"), self._root.get("adapter")
        _, within = split_adapter(long_form("chat", chat)) if chat is not None else (None, None)
        node = within if within is not None and within.value is not None else own
        if node is None:
            return FROM_TUNER if same and within is None and self._root.get("tuner") is not None else None
        if node.plain() == {"from": FROM_TUNER}:
            return FROM_TUNER if self._root.get("tuner") is not None else None
        written = node.value
        if isinstance(written, str) and (self._folder / Path(written).expanduser() / "potluck.json").is_file():
            return self._folder / Path(written).expanduser()
        message = (
            f"adapter: expected {{from: tuner}} or a folder that `potluck tune` made, got {format_value(node.plain())}"
        )
        self._findings.note(node.place, message)
        return None

    def check_tuner(self, tuning: Tuning, name: str, able: Set[str] | None) -> None:
        """Whether the tuner has what it needs; ``able`` are its tasks, if they are known."""
        tuner, task = self._root.get("tuner"), self._root.get("task")
        if tuner is not None:
            for key in ("model", "dataset"):
                if self._root.get(key) is None:
                    self._findings.note(tuner.place, f"tuner: the recipe names no {key}; add '{key}: ...'")
        if able is not None and task is not None and tuning.task is not None and tuning.task not in able:
            message = f"task: the tuner {name!r} cannot be used for {tuning.task}"
            self._findings.note(task.place, f"{message}; it can for {', '.join(sorted(able))}")


def _answers_with(chat: ComponentSpec | None, model: str | None) -> bool:
    """Whether a chat model can answer with what is tuned of ``model``, because it is that model."""
    if chat is None or model is None or getattr(chat.config, "model", None) != model:
        return False
    return plugins.chat_offer(chat.plugin).takes_tuned is not False
