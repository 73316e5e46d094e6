"""Which package or file shows which part of a stack. Data only: kind, then the name the checklists use."""

from __future__ import annotations

LANGUAGE_SUFFIXES = {
    "py": "python", "pyi": "python", "js": "javascript", "jsx": "javascript", "mjs": "javascript", "cjs": "javascript",
    "ts": "typescript", "tsx": "typescript", "mts": "typescript", "cts": "typescript", "sql": "sql", "go": "go",
    "rs": "rust", "rb": "ruby", "php": "php", "java": "java", "kt": "kotlin", "cs": "csharp", "swift": "swift",
    "ex": "elixir", "dart": "dart", "sh": "shell",
}  # fmt: skip

PYTHON_PACKAGES = {
    "flask": ("framework", "flask"), "quart": ("framework", "quart"), "fastapi": ("framework", "fastapi"),
    "starlette": ("framework", "starlette"), "django": ("framework", "django"),
    "djangorestframework": ("framework", "django-rest-framework"), "django-ninja": ("framework", "django-ninja"),
    "litestar": ("framework", "litestar"), "sanic": ("framework", "sanic"), "tornado": ("framework", "tornado"),
    "aiohttp": ("framework", "aiohttp"), "bottle": ("framework", "bottle"), "pyramid": ("framework", "pyramid"),
    "wagtail": ("framework", "wagtail"), "streamlit": ("framework", "streamlit"), "gradio": ("framework", "gradio"),
    "celery": ("framework", "celery"), "rq": ("framework", "rq"), "dramatiq": ("framework", "dramatiq"),
    "sqlalchemy": ("data", "sqlalchemy"), "flask-sqlalchemy": ("data", "sqlalchemy"), "sqlmodel": ("data", "sqlmodel"),
    "tortoise-orm": ("data", "tortoise"), "peewee": ("data", "peewee"), "alembic": ("data", "alembic"),
    "mongoengine": ("data", "mongoengine"), "supabase": ("data", "supabase"),
    "psycopg": ("database", "postgres"), "psycopg2": ("database", "postgres"),
    "psycopg2-binary": ("database", "postgres"),
    "asyncpg": ("database", "postgres"), "mysqlclient": ("database", "mysql"), "pymysql": ("database", "mysql"),
    "aiomysql": ("database", "mysql"), "pymongo": ("database", "mongodb"), "motor": ("database", "mongodb"),
    "redis": ("database", "redis"), "aiosqlite": ("database", "sqlite"), "boto3": ("platform", "aws"),
    "google-cloud-firestore": ("database", "firestore"), "firebase-admin": ("platform", "firebase"),
    "gunicorn": ("deploy", "gunicorn"), "uvicorn": ("deploy", "uvicorn"), "mangum": ("deploy", "aws-lambda"),
    "openai": ("ai", "openai"), "anthropic": ("ai", "anthropic"), "google-generativeai": ("ai", "google-genai"),
    "google-genai": ("ai", "google-genai"), "mistralai": ("ai", "mistral"), "cohere": ("ai", "cohere"),
    "groq": ("ai", "groq"), "ollama": ("ai", "ollama"), "litellm": ("ai", "litellm"), "langchain": ("ai", "langchain"),
    "langchain-core": ("ai", "langchain"), "langgraph": ("ai", "langgraph"), "llama-index": ("ai", "llama-index"),
    "crewai": ("ai", "crewai"), "pydantic-ai": ("ai", "pydantic-ai"), "openai-agents": ("ai", "openai-agents"),
    "transformers": ("ai", "transformers"), "mcp": ("ai", "mcp"), "fastmcp": ("ai", "mcp"),
    "replicate": ("ai", "replicate"),
}  # fmt: skip

NODE_PACKAGES = {
    "express": ("framework", "express"), "next": ("framework", "next"), "@nestjs/core": ("framework", "nest"),
    "hono": ("framework", "hono"), "fastify": ("framework", "fastify"), "koa": ("framework", "koa"),
    "@hapi/hapi": ("framework", "hapi"), "react": ("framework", "react"), "react-native": ("framework", "react-native"),
    "expo": ("framework", "expo"), "vue": ("framework", "vue"), "nuxt": ("framework", "nuxt"),
    "svelte": ("framework", "svelte"), "@sveltejs/kit": ("framework", "sveltekit"), "astro": ("framework", "astro"),
    "@remix-run/react": ("framework", "remix"), "react-router": ("framework", "react-router"),
    "@angular/core": ("framework", "angular"), "solid-js": ("framework", "solid"), "vite": ("framework", "vite"),
    "electron": ("framework", "electron"), "@trpc/server": ("framework", "trpc"), "graphql": ("framework", "graphql"),
    "next-auth": ("auth", "next-auth"), "better-auth": ("auth", "better-auth"), "@clerk/nextjs": ("auth", "clerk"),
    "passport": ("auth", "passport"), "@auth0/nextjs-auth0": ("auth", "auth0"),
    "@supabase/supabase-js": ("data", "supabase"), "@supabase/ssr": ("data", "supabase"),
    "@prisma/client": ("data", "prisma"), "prisma": ("data", "prisma"), "drizzle-orm": ("data", "drizzle"),
    "typeorm": ("data", "typeorm"), "sequelize": ("data", "sequelize"), "mongoose": ("data", "mongoose"),
    "knex": ("data", "knex"), "kysely": ("data", "kysely"), "convex": ("data", "convex"),
    "pg": ("database", "postgres"), "postgres": ("database", "postgres"),
    "@neondatabase/serverless": ("database", "postgres"),
    "@vercel/postgres": ("database", "postgres"), "mysql2": ("database", "mysql"), "mongodb": ("database", "mongodb"),
    "redis": ("database", "redis"), "ioredis": ("database", "redis"), "@upstash/redis": ("database", "redis"),
    "better-sqlite3": ("database", "sqlite"), "sqlite3": ("database", "sqlite"),
    "@libsql/client": ("database", "sqlite"),
    "firebase": ("platform", "firebase"), "firebase-admin": ("platform", "firebase"), "stripe": ("payments", "stripe"),
    "@aws-sdk/client-s3": ("platform", "aws"), "aws-sdk": ("platform", "aws"), "wrangler": ("deploy", "cloudflare"),
    "openai": ("ai", "openai"), "@anthropic-ai/sdk": ("ai", "anthropic"), "ai": ("ai", "vercel-ai"),
    "@ai-sdk/openai": ("ai", "vercel-ai"), "@google/generative-ai": ("ai", "google-genai"),
    "@google/genai": ("ai", "google-genai"), "@mistralai/mistralai": ("ai", "mistral"), "cohere-ai": ("ai", "cohere"),
    "groq-sdk": ("ai", "groq"), "ollama": ("ai", "ollama"), "langchain": ("ai", "langchain"),
    "@langchain/core": ("ai", "langchain"), "@langchain/langgraph": ("ai", "langgraph"),
    "llamaindex": ("ai", "llama-index"),
    "@modelcontextprotocol/sdk": ("ai", "mcp"), "replicate": ("ai", "replicate"), "@mastra/core": ("ai", "mastra"),
}  # fmt: skip

# Whole names of files, wherever they lie.
FILE_NAMES = {
    "Dockerfile": ("deploy", "docker"), "Containerfile": ("deploy", "docker"), "Procfile": ("deploy", "procfile"),
    "compose.yml": ("deploy", "compose"), "compose.yaml": ("deploy", "compose"),
    "docker-compose.yml": ("deploy", "compose"), "docker-compose.yaml": ("deploy", "compose"),
    "fly.toml": ("deploy", "fly"), "vercel.json": ("deploy", "vercel"), "netlify.toml": ("deploy", "netlify"),
    "render.yaml": ("deploy", "render"), "railway.json": ("deploy", "railway"), "railway.toml": ("deploy", "railway"),
    "cloudbuild.yaml": ("deploy", "google-cloud"),
    "wrangler.toml": ("deploy", "cloudflare"), "wrangler.jsonc": ("deploy", "cloudflare"),
    "serverless.yml": ("deploy", "serverless"), "serverless.yaml": ("deploy", "serverless"),
    "samconfig.toml": ("deploy", "aws-lambda"), "firebase.json": ("deploy", "firebase"),
    "Chart.yaml": ("deploy", "kubernetes"), "kustomization.yaml": ("deploy", "kubernetes"),
    "amplify.yml": ("deploy", "aws-amplify"), "nixpacks.toml": ("deploy", "nixpacks"),
    ".gitlab-ci.yml": ("ci", "gitlab-ci"), "Jenkinsfile": ("ci", "jenkins"),
    "azure-pipelines.yml": ("ci", "azure-pipelines"),
    "manage.py": ("framework", "django"), "schema.prisma": ("data", "prisma"), "alembic.ini": ("data", "alembic"),
    "AGENTS.md": ("assistant", "agents-md"), "CLAUDE.md": ("assistant", "claude-md"),
    ".cursorrules": ("assistant", "cursor"),
}  # fmt: skip

# Starts of paths.
FOLDERS = {
    ".github/workflows/": ("ci", "github-actions"),
    ".circleci/": ("ci", "circleci"),
    "supabase/migrations/": ("data", "supabase"),
    "supabase/functions/": ("deploy", "supabase-functions"),
}

# `provider = "…"` in a Prisma schema.
PRISMA_PROVIDERS = {
    "postgresql": "postgres", "mysql": "mysql", "sqlite": "sqlite", "mongodb": "mongodb", "sqlserver": "sqlserver",
    "cockroachdb": "cockroachdb",
}  # fmt: skip
