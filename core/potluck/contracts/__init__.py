"""What a plugin has to do, one file per kind. The docstrings are the contract; ``potluck.testing`` checks them."""

from potluck.contracts.attached import Attached, Classifying, Tuned
from potluck.contracts.chat import ChatModel, ChatOptions, Likelihood
from potluck.contracts.component import Component
from potluck.contracts.config import Config, Operational
from potluck.contracts.context import Context, ModelSources
from potluck.contracts.embedder import Embedder, EmbedderConfig, Vectors
from potluck.contracts.kinds import CONTRACT_VERSIONS, KINDS, Kind, PluginKind
from potluck.contracts.loader import Loader
from potluck.contracts.metric import Attempt, Measure, Metric, Need, Scale
from potluck.contracts.observer import Observer
from potluck.contracts.offer import Offer
from potluck.contracts.offers import ChatOffer, StoreOffer, TunerOffer
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
    "KINDS",
    "Attached",
    "Attempt",
    "ChatModel",
    "ChatOffer",
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
    "Measure",
    "Metric",
    "ModelSources",
    "Need",
    "Observer",
    "Offer",
    "Operational",
    "PluginKind",
    "Scale",
    "Splitter",
    "StoreOffer",
    "Task",
    "Tuned",
    "TunedModel",
    "Tuner",
    "TunerOffer",
    "TuningProgress",
    "TuningRequest",
    "VectorStore",
    "Vectors",
]
