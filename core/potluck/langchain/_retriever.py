"""A recipe as a retriever of LangChain."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field, InstanceOf

from potluck.api import Recipe
from potluck.langchain._shared import document_of, exclusive_use


class PotluckRetriever(BaseRetriever):
    """Finds the passages nearest to a question. The index is brought up to date before the first."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    recipe: InstanceOf[Recipe] = Field(exclude=True, repr=False)
    """The recipe, which has documents."""

    k: int | None = Field(default=None, ge=1)
    """How many passages; ``retriever.k`` of the recipe if left out."""

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        with exclusive_use(self.recipe):
            wanted = k or self.k or self.recipe.model.retriever.k
            return [document_of(passage) for passage in self.recipe.retriever().retrieve(query, wanted)]
