# One image recipe for every process of the system: docker build --build-arg SERVICE=registry .
# SERVICE is gateway, identity, registry, workshops, notify, live, or cli (the operator's tool `sangathan`).
ARG PYTHON_IMAGE=python:3.13-slim-trixie

# Only the manifests, so that a change of source does not fetch every dependency again.
FROM ${PYTHON_IMAGE} AS manifests
WORKDIR /src
COPY pyproject.toml uv.lock ./
COPY libs libs
COPY services services
COPY bench bench
RUN find libs services bench -type f ! -name pyproject.toml -delete && find . -type d -empty -delete

FROM ${PYTHON_IMAGE} AS build
ARG UV_VERSION=0.13.9
RUN pip install --no-cache-dir --root-user-action=ignore "uv==${UV_VERSION}"
ENV UV_PROJECT_ENVIRONMENT=/app UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_NO_CACHE=1
WORKDIR /src
ARG SERVICE
RUN test -n "${SERVICE}" || { echo "say which process: --build-arg SERVICE=gateway|identity|registry|workshops|notify|live|cli" >&2; exit 1; }
COPY --from=manifests /src ./
RUN package="sangathan-${SERVICE}"; [ "${SERVICE}" != cli ] || package=sangathan; \
    uv sync --frozen --no-dev --no-install-workspace --package "${package}"
COPY libs libs
COPY services services
RUN package="sangathan-${SERVICE}"; [ "${SERVICE}" != cli ] || package=sangathan; \
    uv sync --frozen --no-dev --no-editable --package "${package}" \
    && ln -s "${package}" /app/bin/service

FROM ${PYTHON_IMAGE} AS run
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin sangathan
ENV PATH=/app/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
COPY --from=build /app /app
USER 10001:10001
# `serve` drains within 20 s of SIGTERM: give `docker stop` more than that.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/app/bin/service"]
CMD ["serve"]
