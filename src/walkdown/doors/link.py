"""Links the files of a project into the map of its doors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from walkdown.doors.assemble import Followed, follow
from walkdown.doors.find_express import ExpressDoors
from walkdown.doors.find_fastify import FastifyDoors
from walkdown.doors.find_hono import HonoDoors
from walkdown.doors.find_nest import NestDoors
from walkdown.doors.find_next import NextDoors
from walkdown.doors.find_sockets import SocketDoors
from walkdown.doors.find_supabase import SupabaseDoors
from walkdown.doors.find_trpc import TrpcDoors
from walkdown.doors.follow import Follower
from walkdown.doors.libraries.casl import Casl
from walkdown.doors.libraries.commands import Commands
from walkdown.doors.libraries.d1 import D1
from walkdown.doors.libraries.drizzle import Drizzle
from walkdown.doors.libraries.files import Files
from walkdown.doors.libraries.hosted_logins import HostedLogins
from walkdown.doors.libraries.identity import Identity
from walkdown.doors.libraries.jobs import JobDoors
from walkdown.doors.libraries.knex import Knex
from walkdown.doors.libraries.kysely import Kysely
from walkdown.doors.libraries.language import Language
from walkdown.doors.libraries.limiters import Limiters
from walkdown.doors.libraries.mongoose import Mongoose
from walkdown.doors.libraries.next_auth import NextAuth
from walkdown.doors.libraries.next_connect import NextConnect
from walkdown.doors.libraries.outgoing import Outgoing
from walkdown.doors.libraries.passport import Passport
from walkdown.doors.libraries.prisma import Prisma
from walkdown.doors.libraries.raw_sql import RawSql
from walkdown.doors.libraries.request_checks import RequestChecks
from walkdown.doors.libraries.runtime import Runtime
from walkdown.doors.libraries.safe_actions import SafeActions
from walkdown.doors.libraries.sequelize import Sequelize
from walkdown.doors.libraries.servers import NodeServers
from walkdown.doors.libraries.sockets import Handshakes
from walkdown.doors.libraries.typeorm import TypeOrm
from walkdown.doors.libraries.uploadthing import Uploadthing
from walkdown.doors.libraries.validators import Validators
from walkdown.doors.libraries.web import Web
from walkdown.doors.libraries.webhooks import Webhooks
from walkdown.doors.library import Library
from walkdown.doors.modules import Modules
from walkdown.doors.project import Framework, Project
from walkdown.doors.questions.asked import Map
from walkdown.doors.sql import SqlFacts, play
from walkdown.doors.supabase_access import browser_access
from walkdown.doors.supabase_policies import Policies
from walkdown.doors.supabase_rpc import rpc_doors
from walkdown.doors.supabase_table_doors import table_doors
from walkdown.doors.tables import merged, read_schemas
from walkdown.doors.tables_code import declared
from walkdown.doors.tables_sql import tables_of
from walkdown.doors.visits import MOST_WHEN_LOADING
from walkdown.syntax.program import Program


def link(paths: Sequence[str], programs: Mapping[str, Program], read: Callable[[str], bytes]) -> Sequence[Followed]:
    return linked(paths, programs, read).doors


def linked(
    paths: Sequence[str],
    programs: Mapping[str, Program],
    read: Callable[[str], bytes],
    sql: Mapping[str, SqlFacts] | None = None,
) -> Map:
    """`sql`: what the files of SQL say."""
    runtime = Runtime()
    schemas = read_schemas(paths, read)
    frameworks: list[Framework] = [
        ExpressDoors(),
        SocketDoors(),
        JobDoors(),
        NextDoors(),
        TrpcDoors(),
        SupabaseDoors(runtime),
        NestDoors(),
        FastifyDoors(),
        HonoDoors(),
    ]
    libraries: list[Library] = [
        *(one.library for one in frameworks),
        runtime,
        Language(),
        Identity(),
        Passport(),
        Limiters(),
        Webhooks(),
        Validators(),
        RequestChecks(),
        Handshakes(),
        Web(),
        NextAuth(),
        HostedLogins(),
        NextConnect(),
        SafeActions(),
        Casl(),
        Uploadthing(),
        Prisma(schemas),
        RawSql(),
        D1(),
        Mongoose(),
        Sequelize(programs),
        TypeOrm(),
        Drizzle(),
        Knex(),
        Kysely(),
        NodeServers(),
        Outgoing(),
        Files(),
        Commands(),
    ]
    project = Project(paths, programs, Follower(programs, Modules(paths, read), libraries), read)
    entrances = [entrance for one in frameworks for entrance in one.entrances(project)]
    cut = project.follower.loading.steps >= MOST_WHEN_LOADING
    project.follower.loading.steps = 0  # what doors ask of files later is counted by itself
    access = browser_access(project)
    databases = play(sorted((sql or {}).items()), used={one.did.table for one in access})
    policies = Policies(databases)
    return Map(
        doors=[*follow(entrances), *rpc_doors(databases), *table_doors(access, policies)],
        access=access,
        tables=merged(schemas.all, declared(programs), tables_of(databases)),
        databases=databases,
        paths=paths,
        programs=programs,
        cut=cut,
        read=read,
        policies=policies,
    )
