"""The JSON Schema of recipes, with the settings of every installed plugin, for editors."""

from __future__ import annotations

from typing import Any, cast

from potluck import plugins
from potluck.contracts import Config, Kind
from potluck.documents import Json
from potluck.errors import PluginError
from potluck.recipe.model import DEFAULTS, FORMAT, Answering, DocumentSettings, Retriever


def json_schema() -> dict[str, Json]:
    """Draft 2020-12. Plugins that cannot be imported are left out."""
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "potluck recipe",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "potluck": {"const": FORMAT, "description": "The version of the recipe format."},
            "name": {"type": "string", "description": "What reports call it; the file's name if left out."},
            "documents": _documents(),
            **{kind: _component(kind) for kind in DEFAULTS},
            "retriever": _settings(Retriever),
            "answer": {"anyOf": [_settings(Answering)["properties"]["method"], _settings(Answering)]},
            "prompt": {"type": "string", "description": "With the fields {context} and {question}."},
            "questions": {"type": "string", "description": "A JSON Lines file of questions."},
            "compare": {
                "type": "object",
                "description": "Axes of a comparison: a key of the recipe, then names and values.",
                "additionalProperties": {"type": "object"},
            },
            "seed": {"type": "integer", "minimum": 0, "description": "Where chance begins."},
        },
    }
    return cast("dict[str, Json]", schema)


def _documents() -> dict[str, Any]:
    text = {"type": "string", "description": "A file, a folder or a glob."}
    common = _settings(DocumentSettings)
    named = [
        _merged(use, {name: common["properties"][name] for name in ("path", "exclude", "private", "on_error")})
        for use in _uses("loader")
    ]
    return {"anyOf": [text, {"type": "array", "items": text}, common, *named], "description": "What to read."}


def _component(kind: Kind) -> dict[str, Any]:
    found = _uses(kind)
    names = [use["properties"]["use"]["const"] for use in found]
    default = [_without_use(use) for use in found if use["properties"]["use"]["const"] == DEFAULTS[kind]]
    return {"anyOf": [{"enum": names}, *found, *default], "default": DEFAULTS[kind], "description": f"The {kind}."}


def _uses(kind: Kind) -> list[dict[str, Any]]:
    """One schema a plugin, that ``use`` chooses."""
    result = []
    for plugin in plugins.installed():
        if plugin.kind != kind:
            continue
        try:
            offered = plugins.offer(plugins.find(kind, plugin.name))
        except PluginError:
            continue
        schema = _settings(offered.config)
        use = {"const": plugin.name, "description": offered.summary}
        schema["properties"] = {"use": use, **schema["properties"]}
        schema["required"] = ["use", *schema.get("required", [])]
        result.append(schema)
    return result


def _settings(model: type[Config]) -> dict[str, Any]:
    schema = model.model_json_schema()
    schema.pop("title", None)
    schema.setdefault("properties", {})
    for values in schema["properties"].values():
        values.pop("title", None)
    return schema


def _merged(schema: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    return {
        **schema,
        "properties": {**schema["properties"], **more},
        "required": [*schema.get("required", []), "path"],
    }


def _without_use(schema: dict[str, Any]) -> dict[str, Any]:
    properties = {name: value for name, value in schema["properties"].items() if name != "use"}
    return {**schema, "properties": properties, "required": [n for n in schema["required"] if n != "use"]}
