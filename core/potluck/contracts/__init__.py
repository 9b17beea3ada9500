"""What a plugin has to do, one file per kind. The docstrings are the contract; ``potluck.testing`` checks them."""

from potluck.contracts.attached import Attached, Classifying, Tuned
from potluck.contracts.chat import ChatModel, ChatOptions, Likelihood
from potluck.contracts.component import Component
from potluck.contracts.config import Config, Operational, Pinned
from potluck.contracts.context import Context, ModelSources
from potluck.contracts.embedder import Embedder, EmbedderConfig, Vectors
from potluck.contracts.kinds import CONTRACT_VERSIONS, KINDS, Kind, PluginKind
from potluck.contracts.loader import Loader
from potluck.contracts.metric import Attempt, Lead, Measure, Metric, Need, Scale
from potluck.contracts.observer import Observer
from potluck.contracts.offer import Offer
from potluck.contracts.offers import ChatOffer, RerankerOffer, RetrieverOffer, StoreOffer, TunerOffer
from potluck.contracts.reranker import Candidates, Reranker, RerankerConfig
from potluck.contracts.retriever import (
    COSINE,
    Corpus,
    IndexedRetriever,
    NamedRetriever,
    Ranking,
    RetrievalChat,
    RetrievalEmbedder,
    RetrievalNeed,
    Retriever,
    ScoreScale,
)
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
from potluck.durations import Duration

__all__ = [
    "CONTRACT_VERSIONS",
    "COSINE",
    "KINDS",
    "Attached",
    "Attempt",
    "Candidates",
    "ChatModel",
    "ChatOffer",
    "ChatOptions",
    "Classifying",
    "Collection",
    "Component",
    "Config",
    "Context",
    "Corpus",
    "Duration",
    "Embedder",
    "EmbedderConfig",
    "Estimate",
    "Hits",
    "IndexedRetriever",
    "Kind",
    "Lead",
    "Likelihood",
    "Loader",
    "Measure",
    "Metric",
    "ModelSources",
    "NamedRetriever",
    "Need",
    "Observer",
    "Offer",
    "Operational",
    "Pinned",
    "PluginKind",
    "Ranking",
    "Reranker",
    "RerankerConfig",
    "RerankerOffer",
    "RetrievalChat",
    "RetrievalEmbedder",
    "RetrievalNeed",
    "Retriever",
    "RetrieverOffer",
    "Scale",
    "ScoreScale",
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
