# The bot alone: no sandbox, no tests, no embedded PostgreSQL (set DATABASE_URL). It runs as nobody in particular and
# writes to /spool alone, so that the root file system may be read-only; the volume is for what happens while PostgreSQL is away:
#   docker run --read-only -v paksa-spool:/spool -e DATABASE_URL -e SLACK_BOT_TOKEN -e SLACK_APP_TOKEN -v $PWD/paksa.yaml:/paksa/paksa.yaml:ro paksa
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS packages
WORKDIR /paksa
COPY package.json package-lock.json ./
# The optional packages are the embedded PostgreSQL's programs and native speed-ups that nothing here needs.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund
# What is in the image, for whoever has to know. npm would miss the packages for development, and leave out what they share.
RUN npm pkg delete devDependencies && npm sbom --sbom-format=cyclonedx > sbom.json

FROM ${NODE_IMAGE}
# Debian packages of programs that Paksa runs beside itself: pg_restore and psql for backups (not older than the server),
# certbot where it has no container of its own:  docker build --build-arg PACKAGES=postgresql-client .
ARG PACKAGES=""
RUN if [ -n "$PACKAGES" ]; then \
    apt-get update && apt-get install -y --no-install-recommends $PACKAGES && rm -rf /var/lib/apt/lists/*; \
  fi
WORKDIR /paksa
ENV NODE_ENV=production PORT=3000 PAKSA_SPOOL=/spool
COPY --from=packages /paksa/node_modules ./node_modules
COPY --from=packages /paksa/sbom.json ./
COPY package.json ./
COPY src ./src
COPY commands ./commands
RUN install -d -o 10001 -g 10001 -m 0700 /spool
USER 10001:10001
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/main.ts"]
