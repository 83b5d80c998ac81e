-- Run once per PostgreSQL cluster as an administrator, with passwords of your own, before the first start against it.
-- Then: MIGRATION_DATABASE_URL uses countersign_owner, DATABASE_URL and DATABASE_LISTEN_URL use countersign_app.

CREATE ROLE countersign_tenant NOLOGIN NOSUPERUSER NOBYPASSRLS;
CREATE ROLE countersign_platform NOLOGIN NOSUPERUSER NOBYPASSRLS;
CREATE ROLE countersign_owner LOGIN PASSWORD 'change-me-owner' NOSUPERUSER NOBYPASSRLS;
-- NOINHERIT: without SET ROLE the runtime login can do nothing at all.
CREATE ROLE countersign_app LOGIN NOINHERIT PASSWORD 'change-me-app' NOSUPERUSER NOBYPASSRLS;
GRANT countersign_tenant, countersign_platform TO countersign_app;

CREATE DATABASE countersign OWNER countersign_owner;
