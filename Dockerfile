# potluck with all that its defaults need: docs/how-to/install.md says how to run it.
ARG PYTHON=3.12
FROM python:${PYTHON}-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY core core
COPY plugins plugins
COPY docs/examples docs/examples
RUN python -m venv /opt/potluck
RUN /opt/potluck/bin/pip install --no-cache-dir '.[demo]'

FROM python:${PYTHON}-slim
COPY --from=build /opt/potluck /opt/potluck
# The models of the defaults are in the image; all that is computed goes into /cache, the only place besides /tmp.
RUN useradd --uid 10001 --no-create-home --home-dir /cache potluck \
  && mkdir /cache /documents \
  && chown potluck:potluck /cache
ENV PATH=/opt/potluck/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/cache \
    POTLUCK_CACHE=/cache
USER potluck
WORKDIR /documents
VOLUME /cache
# A command line has no service to ask: that its loaders, embedder and answers can be used is what is healthy.
HEALTHCHECK --interval=1m --timeout=30s CMD ["potluck", "plugins", "list"]
ENTRYPOINT ["potluck"]
CMD ["--help"]
