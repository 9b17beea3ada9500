"""An artifact: what a tuner saved, with what it belongs to and how it answered. Anything else is refused.

``potluck.json`` is written last, so a folder without it is not an artifact. The hashes prove that it is what was
trained, not that it is harmless.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from potluck.atomic_files import write_atomically
from potluck.contracts import Attached, Classifying, TunedModel
from potluck.documents import Json
from potluck.errors import AdapterMismatch
from potluck.file_hashes import file_hash
from potluck.fingerprints import fingerprint
from potluck.models.inputs import decoder_inputs, encoder_inputs, hidden_state
from potluck.models.loading import kind_of_model
from potluck.tuning.card import model_card
from potluck.version import __version__

if TYPE_CHECKING:
    import torch

MANIFEST = "potluck.json"
CARD = "README.md"
"""The model card, which people may add to: it is not among the hashed files."""
FORMAT = 1

_TOLERANCE = {"float32": 1e-2, "bfloat16": 1.5}
"""How far a probed logit may be from what it was, which was computed in float32. Other processors and other numbers of
threads sum in another order; bfloat16 rounds to 8 bits. Measured on SmolLM2-135M with eight texts of both languages and
code: 5e-5 between one thread and two, 0.35 between float32 and bfloat16, of the five likeliest tokens."""

_PROBES = 3
_PROBE_TOKENS = 48
_TOP = 5


@dataclass(frozen=True, slots=True)
class Base:
    """The base that an artifact belongs to: ``model`` is how the recipe calls it, the others are hashes."""

    model: str
    weights: str
    tokenizer: str
    template: str

    @classmethod
    def of(cls, model: str, folder: Path, tokenizer: Any) -> Base:
        """Of a folder of safetensors and its tokenizer."""
        return cls(model, weights_hash(folder), tokenizer_hash(tokenizer), fingerprint(tokenizer.chat_template or ""))


def weights_hash(folder: Path) -> str:
    """The hash of names, types, shapes and values of all tensors, however they are spread over files."""
    files = sorted(folder.glob("*.safetensors"))
    state = tuple((str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns) for path in files)
    return _weights_hash(state)


@functools.lru_cache(maxsize=64)
def _weights_hash(files: tuple[tuple[str, int, int], ...]) -> str:
    tensors: dict[str, str] = {}
    for path, _, _ in files:
        with Path(path).open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(size))
            for name, said in header.items():
                if name == "__metadata__":
                    continue
                start, end = said["data_offsets"]
                file.seek(8 + size + start)
                found = hashlib.blake2b(f"{said['dtype']} {said['shape']}".encode(), digest_size=16)
                found.update(file.read(end - start))
                tensors[name] = found.hexdigest()
    return fingerprint(dict(tensors))


def tokenizer_hash(tokenizer: Any) -> str:
    """The hash of everything that decides the tokens of a text."""
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        return fingerprint(dict(tokenizer.get_vocab()))
    # What a tokenizer was last asked to cut or fill up stands there too, and changes with every call.
    said = json.loads(backend.to_str())
    return fingerprint({key: value for key, value in said.items() if key not in ("truncation", "padding")})


def record_probes(
    model: torch.nn.Module, attached: Attached | None, rows: Sequence[Sequence[int]]
) -> list[dict[str, Json]]:
    """How a tuned model answers: the likeliest next tokens of each row of tokens, with their logits."""
    said: list[dict[str, Json]] = []
    for row, found in zip(rows, probe_logits(model, attached, rows), strict=True):
        top = found.topk(min(_TOP, len(found)))
        said.append({"tokens": list(row), "top": top.indices.tolist(), "logits": top.values.tolist()})
    return said


def probe_logits(
    model: torch.nn.Module, attached: Attached | None, rows: Sequence[Sequence[int]]
) -> list[torch.Tensor]:
    """The logits at one place of each row, float32, shape ``(vocabulary,)``: of the next token of a causal model, the
    last token of a masked one, and the first token that a sequence-to-sequence model writes."""
    import torch

    with torch.inference_mode(), attached.active() if attached is not None else nullcontext():
        return [_logits_of_row(model, attached, torch.tensor([list(row)])) for row in rows]


def choose_probes(rows: Sequence[Sequence[int]]) -> list[list[int]]:
    """The rows of tokens to probe a model with: the first tokens of the first rows."""
    return [list(row[:_PROBE_TOKENS]) for row in rows[:_PROBES]]


def _logits_of_row(call: Any, attached: Attached | None, ids: torch.Tensor) -> Any:
    import torch

    kind = kind_of_model(call)
    if isinstance(attached, Classifying):
        return attached.classify(hidden_state(call, attached, ids))[0]
    if kind != "causal":
        given = encoder_inputs(call, ids, torch.ones_like(ids), attached.embeddings() if attached is not None else None)
        if kind == "seq2seq":
            given["decoder_input_ids"] = torch.tensor([[call.config.decoder_start_token_id]], device=call.device)
        return call(**given).logits[0, -1].float().cpu()
    past, length = (attached.past(), attached.past_length) if attached is not None else (None, 0)
    return call(**decoder_inputs(call, ids, past, length), logits_to_keep=1).logits[0, -1].float().cpu()


def seal_artifact(
    folder: Path, tuner: Mapping[str, Json], base: Base, done: TunedModel, said: Mapping[str, Json]
) -> None:
    """Write the model card and then ``potluck.json``: from then on the folder is an artifact.

    ``said`` are further keys of ``potluck.json``: task, labels, examples, seed and probes.
    """
    from dataclasses import asdict

    files = {
        path.name: file_hash(path)
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name not in (MANIFEST, CARD)
    }
    training: dict[str, Json] = {
        "trainable_parameters": done.trainable_parameters,
        "losses": list(done.losses),
        "seconds": done.seconds,
        "tokens_per_second": done.tokens_per_second,
        "notes": list(done.notes),
        "evaluations": [dict(one) for one in done.evaluations],
        "dropped": done.dropped,
        "cut": done.cut,
        "before": None if done.before is None else dict(done.before),
        "after": None if done.after is None else dict(done.after),
    }
    manifest: dict[str, Json] = {
        "format": FORMAT,
        "peft": _is_of_peft(folder),
        "tuner": dict(tuner),
        "base": asdict(base),
        "files": dict(files),
        "training": training,
        **said,
    }
    manifest["seal"] = fingerprint(_without_seal(manifest))
    write_atomically(folder / CARD, model_card(manifest, __version__).encode())
    write_atomically(folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode() + b"\n")


def _is_of_peft(folder: Path) -> bool:
    """Whether PEFT by itself reads what was saved; a method of its own may keep its settings under the same name."""
    path = folder / "adapter_config.json"
    if not path.is_file():
        return False
    from peft import PeftType

    return json.loads(path.read_text(encoding="utf-8")).get("peft_type") in [one.value for one in PeftType]


def _without_seal(manifest: Mapping[str, Any]) -> Json:
    return {key: value for key, value in manifest.items() if key != "seal"}


def read_manifest(folder: Path) -> dict[str, Any]:
    """What ``potluck.json`` of an artifact says. Raises ``AdapterMismatch`` for a damaged, altered or newer one."""
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise AdapterMismatch(f"{folder} holds no artifact of `potluck tune`: {path.name}: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        found = manifest.get("format") if isinstance(manifest, dict) else manifest
        raise AdapterMismatch(f"{path} is of format {found!r}; this potluck reads format {FORMAT}")
    if manifest.get("seal") != fingerprint(_without_seal(manifest)):
        raise AdapterMismatch(f"{path} was altered after training; tune again")
    return manifest


def check_files(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Raise ``AdapterMismatch`` unless the files are those that were trained, no more and no fewer."""
    there = {path.name for path in folder.iterdir() if path.is_file()} - {MANIFEST}
    kept = manifest["files"]
    if missing := sorted(kept.keys() - there):
        raise AdapterMismatch(f"{folder}: the file {missing[0]} of the artifact is missing; tune again")
    if more := sorted(name for name in there - kept.keys() if name != CARD):
        raise AdapterMismatch(f"{folder}: {more[0]} does not belong to the artifact; take it away")
    for name, known in kept.items():
        if file_hash(folder / name) != known:
            raise AdapterMismatch(f"{folder / name} was altered after training; tune again")


def check_base(folder: Path, manifest: Mapping[str, Any], base: Base) -> None:
    """Raise ``AdapterMismatch`` unless base model, tokenizer and template are those that were tuned."""
    trained = Base(**manifest["base"])
    for what, mine, own in (
        ("the weights of the base model", base.weights, trained.weights),
        ("the tokenizer", base.tokenizer, trained.tokenizer),
        ("the chat template", base.template, trained.template),
    ):
        if mine != own:
            raise AdapterMismatch(
                f"{folder} was tuned on {trained.model}, and {base.model} has another: {what}. Take that model, or "
                "tune again"
            )


def check_probes(folder: Path, manifest: Mapping[str, Any], model: torch.nn.Module, attached: Attached | None) -> None:
    """Raise ``AdapterMismatch`` unless the tuned model answers the probes as it did after training."""
    call: Any = model
    limit = _TOLERANCE.get(str(call.dtype).removeprefix("torch."), 1.5)
    kept = manifest["probes"]
    for one, found in zip(kept, probe_logits(model, attached, [one["tokens"] for one in kept]), strict=True):
        differs = max(abs(float(found[token]) - value) for token, value in zip(one["top"], one["logits"], strict=True))
        if not differs <= limit:
            raise AdapterMismatch(
                f"{folder}: the tuned model does not answer as it did after training (a logit differs by "
                f"{differs:.2g}); it was made by other releases of its libraries, or altered. Tune again"
            )


def load_tuned_model(folder: Path) -> TunedModel | None:
    """The result of a finished training; None if there is none."""
    if not (folder / MANIFEST).is_file():
        return None
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    said = manifest["training"]
    return TunedModel(
        folder=folder,
        trainable_parameters=said["trainable_parameters"],
        losses=tuple(said["losses"]),
        seconds=said["seconds"],
        tokens_per_second=said["tokens_per_second"],
        notes=tuple(said["notes"]),
        evaluations=tuple(said["evaluations"]),
        dropped=said["dropped"],
        cut=said["cut"],
        before=said.get("before"),
        after=said.get("after"),
    )
