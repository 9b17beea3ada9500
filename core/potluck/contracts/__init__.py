"""What a plugin has to do, one file a kind. The docstrings are the contract; ``potluck.testing`` checks them."""

from potluck.contracts.attached import Attached, Classifying, Tuned
from potluck.contracts.chat import ChatModel, ChatOptions, Likelihood
from potluck.contracts.component import Component
from potluck.contracts.config import Config, Operational
from potluck.contracts.context import Context, ModelSources
from potluck.contracts.embedder import Embedder, EmbedderConfig, Vectors
from potluck.contracts.loader import Loader
from potluck.contracts.observer import Observer
from potluck.contracts.offer import CONTRACT_VERSIONS, Kind, Offer
from potluck.contracts.splitter import Splitter
from potluck.contracts.store import Collection, Hits, VectorStore
from potluck.contracts.tuner import (
    Estimate,
    Task,
    TunedModel,
    Tuner,
    TuningProgress,
    TuningRequest,
)

__all__ = [
    "CONTRACT_VERSIONS",
    "Attached",
    "ChatModel",
    "ChatOptions",
    "Classifying",
    "Collection",
    "Component",
    "Config",
    "Context",
    "Embedder",
    "EmbedderConfig",
    "Estimate",
    "Hits",
    "Kind",
    "Likelihood",
    "Loader",
    "ModelSources",
    "Observer",
    "Offer",
    "Operational",
    "Splitter",
    "Task",
    "Tuned",
    "TunedModel",
    "Tuner",
    "TuningProgress",
    "TuningRequest",
    "VectorStore",
    "Vectors",
]
