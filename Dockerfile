# The ticket hub as one image: web, worker, courier, beat and the commands of manage.py differ by their command only.
# docker-compose.yml runs all of it; docs/operations.md says the rest.
ARG PYTHON=3.13-slim-trixie
ARG NODE=24-trixie-slim

# The page at /.
FROM node:${NODE} AS console
WORKDIR /build/console
COPY console/package.json console/package-lock.json console/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY docs/openapi.json /build/docs/openapi.json
COPY clients/typescript/src /build/clients/typescript/src
COPY console ./
RUN npm run types && npm run build

# What the hub needs, without the embedded services. Wheels only: nothing is compiled, here or anywhere.
FROM python:${PYTHON} AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements-server.lock /build/
RUN python -m venv /opt/hub \
    && /opt/hub/bin/pip install --require-hashes --only-binary :all: --requirement /build/requirements-server.lock \
    && /opt/hub/bin/pip uninstall --yes pip

# The code, compiled to bytecode, with its static files collected and compressed.
FROM packages AS built
ENV PATH=/opt/hub/bin:$PATH HUB_STATIC_ROOT=/app/static HUB_HOME=/tmp/hub
WORKDIR /app
COPY manage.py pyproject.toml LICENSE ./
COPY config config
COPY helpdesk helpdesk
COPY realtime realtime
COPY tasks tasks
COPY tenants tenants
COPY console/static console/static
COPY --from=console /build/console/dist console/dist
RUN python manage.py collectstatic --no-input --verbosity 0 \
    && python -m whitenoise.compress --quiet /app/static \
    && python -m compileall -q config helpdesk realtime tasks tenants /opt/hub/lib

# What documents are written in: Latin, Greek, Cyrillic, Arabic, Hebrew; Chinese, Japanese, Korean. docs/exports.md
FROM python:${PYTHON} AS fonts
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-dejavu-core fonts-droid-fallback

FROM python:${PYTHON} AS hub
LABEL org.opencontainers.image.title="ticket hub" \
      org.opencontainers.image.description="A real-time collaborative ticket hub."
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin hub \
    && install --directory --owner hub --group hub --mode 755 /run/secrets /run/service-secrets
COPY --from=fonts /usr/share/fonts/truetype /usr/share/fonts/truetype
COPY --from=packages /opt/hub /opt/hub
COPY --from=built /app /app
# hadolint ignore=DL3064
ENV PATH=/opt/hub/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HUB_ENV=production \
    HUB_STATIC_ROOT=/app/static \
    HUB_SECRETS_DIR=/run/secrets \
    HUB_HOME=/tmp/hub \
    HOST=0.0.0.0 \
    PORT=8000
WORKDIR /app
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=6s --start-period=60s --retries=4 CMD ["python", "-m", "config.alive", "web"]
# Exec form: the process itself gets the signals. Compose adds an init, which reaps what dies.
CMD ["python", "-m", "config.web"]
