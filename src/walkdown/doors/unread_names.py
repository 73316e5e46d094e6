"""Frameworks and data libraries that the map does not read yet, by the packages and files that show them. What is read
one day leaves this table."""

from __future__ import annotations

import msgspec

DOORS = "its entrances are not on the map yet, nor who may pass them"
DATA = "what it reads and writes is not on the map yet"


class Unread(msgspec.Struct, frozen=True):
    """`packages`: what the code imports, all of which a manifest may name. `told`: what only a manifest names. `files`:
    where such an application keeps its entrances, seen from its manifest, for those that import nothing. `read_by`:
    packages beside which it is read after all."""

    name: str
    packages: frozenset[str]
    says: str = DOORS
    told: frozenset[str] = frozenset()
    files: str = ""
    read_by: frozenset[str] = frozenset()


def _of(*names: str) -> frozenset[str]:
    return frozenset(names)


_NEST_GRAPHQL = _of("@nestjs/graphql")

SCRIPTS: tuple[Unread, ...] = (
    Unread("Koa", _of("koa", "@koa/router", "koa-router")),
    Unread("hapi", _of("@hapi/hapi", "hapi")),
    Unread("restify", _of("restify")),
    Unread("Sails", _of("sails"), files=r"api/controllers/.+\.[jt]s"),
    Unread("AdonisJS", _of("@adonisjs/core", "@adonisjs/framework"), files=r"app/[Cc]ontrollers/.+\.[jt]s"),
    Unread("Feathers", _of("@feathersjs/feathers", "@feathersjs/koa", "@feathersjs/express")),
    Unread("LoopBack", _of("@loopback/rest", "@loopback/core", "@loopback/boot", "loopback")),
    Unread(
        "Apollo Server",
        _of("@apollo/server", "apollo-server", "apollo-server-express", "apollo-server-koa", "apollo-server-micro",
            "@as-integrations/next", "mercurius"),
        read_by=_NEST_GRAPHQL,
    ),
    Unread("GraphQL Yoga", _of("graphql-yoga"), read_by=_NEST_GRAPHQL),
    Unread("TypeGraphQL", _of("type-graphql"), read_by=_NEST_GRAPHQL),
    Unread("Nexus", _of("nexus")),
    Unread("Pothos", _of("@pothos/core")),
    Unread(
        "Remix",
        _of("@remix-run/node", "@remix-run/server-runtime", "@remix-run/cloudflare", "@remix-run/express",
            "@react-router/node", "@react-router/serve", "@react-router/express", "@react-router/cloudflare"),
        files=r"app/routes/.+\.[jt]sx?",
    ),
    Unread(
        "SvelteKit", _of("@sveltejs/kit"),
        files=r"src/(?:routes/(?:.+/)?\+(?:server|page\.server|layout\.server)|hooks\.server)\.[jt]s",
    ),
    Unread(
        "Nuxt", _of("h3", "nitropack"), told=_of("nuxt", "nitro"),
        files=r"server/(?:api|routes|middleware)/.+\.[jt]s",
    ),
    Unread("TanStack Start", _of("@tanstack/react-start", "@tanstack/start", "@tanstack/solid-start")),
    Unread("Astro", _of(), told=_of("astro"), files=r"src/(?:pages/.+|middleware|actions/.+)\.[jt]s"),
    Unread("Elysia", _of("elysia")),
    Unread("routing-controllers", _of("routing-controllers")),
    Unread("tsoa", _of("tsoa", "@tsoa/runtime")),
    Unread("Polka", _of("polka")),
    Unread("Strapi", _of("@strapi/strapi"), files=r"src/api/.+/controllers/.+\.[jt]s"),
    Unread("Payload", _of("payload")),
    Unread("Firebase Functions", _of("firebase-functions")),
    Unread("AWS Lambda", _of("aws-lambda", "@middy/core"), told=_of("@types/aws-lambda", "serverless")),
    Unread("Convex", _of("convex"), files=r"convex/(?!_generated/).+\.[jt]s"),
    Unread("Meteor", _of("meteor"), told=_of("meteor-node-stubs")),
    Unread("Objection", _of("objection"), says=DATA),
    Unread(
        "MikroORM", _of("@mikro-orm/core", "@mikro-orm/nestjs", "@mikro-orm/postgresql", "@mikro-orm/mysql"), says=DATA
    ),
    Unread("Firestore", _of("@google-cloud/firestore", "firebase-admin/firestore", "firebase/firestore"), says=DATA,
           told=_of("firebase", "firebase-admin")),
    Unread("DynamoDB", _of("@aws-sdk/lib-dynamodb", "@aws-sdk/client-dynamodb", "dynamoose"), says=DATA),
)  # fmt: skip

# The next step reads these.
PYTHON: tuple[Unread, ...] = (
    Unread("Django", _of("django", "rest_framework", "ninja"), told=_of("djangorestframework", "django-ninja")),
    Unread("Flask", _of("flask")),
    Unread("Quart", _of("quart")),
    Unread("FastAPI", _of("fastapi")),
    Unread("Starlette", _of("starlette"), read_by=_of("fastapi")),
    Unread("Litestar", _of("litestar")),
    Unread("aiohttp", _of("aiohttp.web"), told=_of("aiohttp")),
    Unread("Tornado", _of("tornado.web"), told=_of("tornado")),
    Unread("Sanic", _of("sanic")),
    Unread("Bottle", _of("bottle")),
    Unread("Falcon", _of("falcon")),
    Unread("Pyramid", _of("pyramid")),
)
