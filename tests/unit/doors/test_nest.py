"""NestJS: which handlers are entrances, at which path, who stands before them, and what they reach."""

from __future__ import annotations

import pytest

from helpers.doors import doors_of
from walkdown.model.door import Checks, Door, DoorKind

_MAIN = """
import { NestFactory } from '@nestjs/core';
import { ValidationPipe } from '@nestjs/common';
import { AppModule } from './app';
async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  SETTINGS
  await app.listen(3000);
}
bootstrap();
"""
_AUTH = """
import { Injectable, SetMetadata, createParamDecorator, UnauthorizedException, applyDecorators, UseGuards }
  from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-jwt';
import { PrismaClient } from '@prisma/client';
export class Db extends PrismaClient {}
export const Public = () => SetMetadata('isPublic', true);
export const Roles = (...roles: string[]) => SetMetadata('roles', roles);
export const Me = createParamDecorator((data, context) => context.switchToHttp().getRequest().user);
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  async validate(payload) { return { id: payload.sub, role: payload.role }; }
}
@Injectable()
export class JwtGuard extends AuthGuard('jwt') {
  constructor(private reflector: Reflector) { super(); }
  canActivate(context) {
    const open = this.reflector.getAllAndOverride<boolean>('isPublic', [context.getHandler(), context.getClass()]);
    if (open) return true;
    return super.canActivate(context);
  }
}
export class MaybeGuard extends AuthGuard('jwt') {
  handleRequest(error, user) { return user; }
}
@Injectable()
export class RolesGuard {
  constructor(private reflector: Reflector) {}
  canActivate(context) {
    const roles = this.reflector.getAllAndOverride<string[]>('roles', [context.getHandler(), context.getClass()]);
    if (!roles || roles.length === 0) return true;
    const { user } = context.switchToHttp().getRequest();
    return roles.some((role) => user.role === role);
  }
}
export const Admin = () => applyDecorators(UseGuards(JwtGuard, RolesGuard), Roles('admin'));
"""
_HEAD = """
import { Module, Controller, Get, Post, Put, Delete, All, Body, Param, Query, UseGuards, Req, ParseIntPipe, Version }
  from '@nestjs/common';
import { APP_GUARD, RouterModule } from '@nestjs/core';
import { IsString, IsOptional } from 'class-validator';
import { ThrottlerGuard, SkipThrottle } from '@nestjs/throttler';
import { AuthGuard } from '@nestjs/passport';
import { Db, JwtGuard, JwtStrategy, MaybeGuard, RolesGuard, Public, Roles, Me, Admin } from './auth';
"""


def _doors(app: str, settings: str = "") -> dict[str, Door]:
    return doors_of({"main.ts": _MAIN.replace("SETTINGS", settings), "app.ts": _HEAD + app, "auth.ts": _AUTH})


def _guard(door: Door) -> list[tuple[str, str]]:
    return [(guard.name, guard.checks.value) for guard in door.guards]


def test_only_controllers_of_modules_that_the_root_reaches_are_entrances() -> None:
    doors = _doors("""
    @Controller('cats') class Cats { @Get() all() {} @Post('new') make() {} helper() {} }
    @Controller('lost') class Lost { @Get() all() {} }
    @Module({ controllers: [Cats] }) class Inner { static forRoot() { return { module: Inner }; } }
    @Module({ controllers: [Lost] }) class Unused {}
    @Module({ imports: [Inner.forRoot()] }) export class AppModule {}
    """)
    assert sorted(doors) == ["GET /cats", "POST /cats/new"]
    assert doors["POST /cats/new"].handler == "Cats.make"
    assert doors["GET /cats"].guard is None


def test_paths_of_prefix_version_module_controller_and_method() -> None:
    doors = _doors(
        """
    @Controller({ path: ['a', 'b'], version: '2' }) class One { @Get([':id', 'x/:id']) get() {} }
    @Controller('health') class Two { @All() check() {} @Version('3') @Get('deep') deep() {} }
    @Module({ controllers: [One] }) class Inner {}
    @Module({ imports: [Inner, RouterModule.register([{ path: 'admin', module: Inner }])], controllers: [Two] })
    export class AppModule {}
    """,
        "app.setGlobalPrefix('api', { exclude: ['health'] }); app.enableVersioning();",
    )
    assert sorted(doors) == [
        "ANY /health", "GET /api/v2/admin/a/:id", "GET /api/v2/admin/a/x/:id", "GET /api/v2/admin/b/:id",
        "GET /api/v2/admin/b/x/:id", "GET /api/v3/health/deep",
    ]  # fmt: skip


def test_a_controller_has_the_routes_of_its_base() -> None:
    doors = _doors("""
    class Base { @Get() list() {} @Get(':id') one() {} }
    @Controller('x') class Mine extends Base { @Get(':id/more') more() {} }
    @Module({ controllers: [Mine] }) export class AppModule {}
    """)
    assert sorted(doors) == ["GET /x", "GET /x/:id", "GET /x/:id/more"]


def test_a_global_guard_lets_by_what_is_marked_public_and_roles_are_asked_where_they_are_named() -> None:
    doors = _doors("""
    @Controller('c') class C {
      @Public() @Get('open') open() {}
      @Get('in') inside() {}
      @Roles('admin') @Get('admin') admin() {}
    }
    @Module({ controllers: [C], providers: [JwtStrategy,
      { provide: APP_GUARD, useClass: JwtGuard }, { provide: APP_GUARD, useClass: RolesGuard }] })
    export class AppModule {}
    """)
    assert doors["GET /c/open"].guard is None
    assert _guard(doors["GET /c/in"]) == [("JwtGuard", "login")]
    assert _guard(doors["GET /c/admin"]) == [("JwtGuard", "login"), ("RolesGuard", "role")]
    assert doors["GET /c/admin"].guard is Checks.ROLE


def test_guards_of_class_method_and_own_decorators() -> None:
    doors = _doors("""
    @UseGuards(AuthGuard('jwt')) @Controller('c') class C {
      @Get() a() {}
      @UseGuards(RolesGuard) @Get('none') b() {}
      @Admin() @Get('admin') d() {}
    }
    @Controller('m') class M { @UseGuards(MaybeGuard) @Get() a() {} }
    @Module({ controllers: [C, M], providers: [JwtStrategy] }) export class AppModule {}
    """)
    assert _guard(doors["GET /c"]) == [("AuthGuard(jwt)", "login")]
    assert ("RolesGuard", "nothing") in _guard(doors["GET /c/none"])
    assert doors["GET /c/admin"].guard is Checks.ROLE
    assert doors["GET /m"].guard is None


def test_a_guard_whose_code_is_not_here_is_unknown() -> None:
    doors = _doors("""
    import { KeyGuard } from 'some-keys';
    @Controller('c') class C { @UseGuards(KeyGuard) @Get() a() {} }
    @Module({ controllers: [C] }) export class AppModule {}
    """)
    assert doors["GET /c"].guard is None
    assert [(one.name, one.checks) for one in doors["GET /c"].guards] == [("KeyGuard", Checks.UNKNOWN)]
    assert doors["GET /c"].guards[0].why


def test_services_are_followed_to_the_data_with_who_is_asking() -> None:
    doors = _doors("""
    abstract class Orders { abstract of(id: string, owner: string); }
    class DbOrders extends Orders {
      constructor(private readonly db: Db) { super(); }
      of(id: string, owner: string) { return this.db.order.findFirst({ where: { id, ownerId: owner } }); }
    }
    @UseGuards(JwtGuard) @Controller('orders') class C {
      constructor(private readonly orders: Orders) {}
      @Get(':id') one(@Param('id') id: string, @Me() me, @Query('q') q: string) { return this.orders.of(id, me.id); }
    }
    @Module({ controllers: [C], providers: [JwtStrategy, Db, { provide: Orders, useClass: DbOrders }] })
    export class AppModule {}
    """)
    (reach,) = doors["GET /orders/:id"].reaches
    assert [(one.field, one.origin.value) for one in reach.filters] == [("id", "input"), ("ownerId", "identity")]
    assert [name for _, _, name in reach.way] == ["C.one", "DbOrders.of"]


def test_without_a_guard_nobody_is_asking() -> None:
    doors = _doors("""
    @Controller('orders') class C {
      constructor(private readonly db: Db) {}
      @Get() mine(@Req() req) { return this.db.order.findMany({ where: { ownerId: req.user.id } }); }
    }
    @Module({ controllers: [C], providers: [Db] }) export class AppModule {}
    """)
    (found,) = doors["GET /orders"].reaches[0].filters
    assert (found.origin.value, found.maybe) == ("unknown", True)


_FORMS = """
class Form { @IsString() name: string; @IsOptional() @IsString() note?: string; }
class Bare { name: string; }
interface Shape { name: string }
@Controller('f') class C {
  constructor(private readonly db: Db) {}
  @Post('form') a(@Body() body: Form) { return this.db.item.create({ data: body }); }
  @Post('bare') b(@Body() body: Bare) { return this.db.item.create({ data: body }); }
  @Post('shape') c(@Body() body: Shape) { return this.db.item.create({ data: body }); }
  @Get(':id') d(@Param('id', ParseIntPipe) id: number) { return this.db.item.findFirst({ where: { id } }); }
}
@Module({ controllers: [C], providers: [Db] }) export class AppModule {}
"""


@pytest.mark.parametrize(
    ("settings", "validated", "whole"),
    [
        ("app.useGlobalPipes(new ValidationPipe({ whitelist: true }));", "yes", False),
        ("app.useGlobalPipes(new ValidationPipe());", "yes", True),
        ("", "no", True),
    ],
)
def test_a_body_is_held_to_its_class_where_a_pipe_does_it(settings: str, validated: str, whole: bool) -> None:
    doors = _doors(_FORMS, settings)
    form = doors["POST /f/form"]
    assert (form.validated, form.reaches[0].whole) == (validated, whole)
    assert doors["POST /f/bare"].validated == "no"
    assert doors["POST /f/shape"].validated == "no"
    assert doors["GET /f/:id"].validated == "yes"


def test_the_throttler_is_a_limiter_unless_it_is_skipped() -> None:
    doors = _doors("""
    @Controller('c') class C { @Get() a() {} @SkipThrottle() @Get('free') b() {} }
    @Module({ controllers: [C], providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }] })
    export class AppModule {}
    """)
    assert doors["GET /c"].limiter == "ThrottlerGuard"
    assert doors["GET /c"].guards == ()
    assert doors["GET /c/free"].limiter == ""


def test_middleware_of_a_module_stands_before_its_routes_only() -> None:
    doors = _doors("""
    import * as jwt from 'jsonwebtoken';
    class Login { use(req, res, next) {
      if (!req.headers.authorization) return res.status(401).end();
      req.user = jwt.verify(req.headers.authorization, process.env.KEY);
      next();
    } }
    @Controller('c') class C { @Get() a() {} @Get('open') b() {} }
    @Controller('d') class D { @Get() a() {} }
    @Module({ controllers: [C, D] })
    export class AppModule { configure(consumer) { consumer.apply(Login).exclude('c/open').forRoutes(C); } }
    """)
    assert doors["GET /c"].guard is Checks.LOGIN
    assert doors["GET /c/open"].guard is None
    assert doors["GET /d"].guard is None


def test_sockets_queues_schedules_and_resolvers_are_entrances_too() -> None:
    doors = _doors("""
    import { WebSocketGateway, SubscribeMessage, MessageBody } from '@nestjs/websockets';
    import { Cron } from '@nestjs/schedule';
    import { Processor, Process } from '@nestjs/bull';
    import { Resolver, Query as Ask, Mutation, Args } from '@nestjs/graphql';
    import { MessagePattern } from '@nestjs/microservices';
    @WebSocketGateway({ namespace: 'chat' }) class Chat {
      constructor(private readonly db: Db) {}
      @SubscribeMessage('say') say(client, text) { return this.db.message.create({ data: { text } }); }
    }
    class Clock { @Cron('0 0 * * *') nightly() {} }
    @Processor('mail') class Mails { @Process('send') send(job) {} }
    @Resolver() class Users { @Ask(() => String, { name: 'people' }) list() {} @Mutation() rename(@Args('id') id) {} }
    @Controller() class Sums { @MessagePattern({ cmd: 'sum' }) sum(data) {} }
    @Module({ controllers: [Sums], providers: [Db, Chat, Clock, Mails, Users] }) export class AppModule {}
    """)
    assert {name: door.kind for name, door in doors.items()} == {
        "WS ws/chat/say": DoorKind.EVENT,
        "CRON cron/Clock.nightly": DoorKind.JOB,
        "QUEUE queue/mail/send": DoorKind.JOB,
        "QUERY graphql/people": DoorKind.ROUTE,
        "MUTATION graphql/rename": DoorKind.ROUTE,
        "MESSAGE sum": DoorKind.EVENT,
    }
    assert doors["WS ws/chat/say"].reaches[0].table == "Message"


def test_commands_and_events_lead_to_their_handlers() -> None:
    doors = _doors("""
    import { CommandBus, CommandHandler } from '@nestjs/cqrs';
    import { EventEmitter2, OnEvent } from '@nestjs/event-emitter';
    class MakeOrder { constructor(public readonly name: string) {} }
    @CommandHandler(MakeOrder) class MakeOrderHandler {
      constructor(private readonly db: Db, private readonly events: EventEmitter2) {}
      async execute(command: MakeOrder) {
        await this.db.order.create({ data: { name: command.name } });
        this.events.emit('order.made', { name: command.name });
      }
    }
    class Listener {
      constructor(private readonly db: Db) {}
      @OnEvent('order.made') note(event) { return this.db.log.create({ data: { text: event.name } }); }
    }
    @Controller('c') class C {
      constructor(private readonly bus: CommandBus) {}
      @Post() make(@Body('name') name: string) { return this.bus.execute(new MakeOrder(name)); }
    }
    @Module({ controllers: [C], providers: [Db, MakeOrderHandler, Listener] }) export class AppModule {}
    """)
    assert [(one.table, one.operation.value) for one in doors["POST /c"].reaches] == [
        ("Order", "insert"), ("Log", "insert"),
    ]  # fmt: skip


def test_a_root_that_nobody_starts_is_said_to_be_uncertain() -> None:
    doors = doors_of(
        {
            "app.ts": "import { Module, Controller, Get } from '@nestjs/common';"
            "@Controller('c') class C { @Get() a() {} } @Module({ controllers: [C] }) export class AppModule {}"
        }
    )
    assert doors["GET /c"].uncertain


def test_modules_that_need_each_other_are_read_once() -> None:
    doors = _doors("""
    import { forwardRef, Inject } from '@nestjs/common';
    class Left { constructor(@Inject(forwardRef(() => Right)) private readonly right: Right) {} }
    class Right { constructor(@Inject(forwardRef(() => Left)) private readonly left: Left, private db: Db) {}
      all() { return this.db.item.findMany(); } }
    @Controller('c') class C { constructor(private left: Left) {} @Get() a() { return this.left.right.all(); } }
    @Module({ imports: [forwardRef(() => Two)], controllers: [C], providers: [Left, Right, Db] }) class One {}
    @Module({ imports: [forwardRef(() => One)] }) class Two {}
    @Module({ imports: [One, Two] }) export class AppModule {}
    """)
    assert [one.table for one in doors["GET /c"].reaches] == ["Item"]


def test_modules_that_are_spread_or_chosen_and_a_guard_that_may_refuse_for_reasons_unknown() -> None:
    doors = _doors("""
    import { check } from 'some-checks';
    class Odd { async canActivate(context) {
      if (!(await check(context))) throw new Error('no');
      return true;
    } }
    @UseGuards(Odd) @Controller('a') class A { @Get() a() {} }
    @Controller('b') class B { @Get() a() {} }
    @Module({ controllers: [A] }) class One {}
    @Module({ controllers: [B] }) class Two {}
    @Module({ imports: [One, ...(process.env.TWO ? [Two] : [])] }) export class AppModule {}
    """)
    assert sorted(doors) == ["GET /a", "GET /b"]
    assert [(one.name, one.checks) for one in doors["GET /a"].guards] == [("Odd", Checks.UNKNOWN)]


def test_who_comes_without_a_login_is_not_asked_for_one_by_a_guard_that_swallows() -> None:
    doors = _doors("""
    @UseGuards(MaybeGuard) @Controller('c') class C {
      constructor(private readonly db: Db) {}
      @Get() a(@Me() me) { if (!me) throw new Error('no'); return this.db.item.findMany({ where: { by: me.id } }); }
      @Get('all') b(@Me() me) { return this.db.item.findMany({ where: { by: me?.id } }); }
    }
    @Module({ controllers: [C], providers: [JwtStrategy, Db] }) export class AppModule {}
    """)
    assert doors["GET /c"].guard is Checks.LOGIN
    assert doors["GET /c/all"].guard is None
    assert doors["GET /c/all"].reaches[0].filters[0].maybe


def test_metadata_that_is_missing_and_has_a_default_is_known_as_well() -> None:
    doors = _doors("""
    import { Reflector } from '@nestjs/core';
    class Policies {
      constructor(private reflector: Reflector) {}
      canActivate(context) {
        const wanted = this.reflector.get('policies', context.getHandler()) || [];
        if (!wanted.length) return true;
        throw new Error('no');
      }
    }
    @Controller('c') class C { @Get() a() {} }
    @Module({ controllers: [C], providers: [{ provide: APP_GUARD, useClass: Policies }] }) export class AppModule {}
    """)
    assert doors["GET /c"].guards == ()


def test_which_of_ones_own_teams_is_meant_is_no_owner() -> None:
    doors = _doors("""
    class InTeam {
      constructor(private readonly db: Db) {}
      async canActivate(context) {
        const request = context.switchToHttp().getRequest();
        const where = { userId: request.user.id, teamId: request.headers['x-team'] };
        const member = await this.db.membership.findFirst({ where });
        if (!member) throw new Error('no');
        return true;
      }
    }
    @UseGuards(JwtGuard, InTeam) @Controller('c') class C { @Get(':id') a() {} }
    @Module({ controllers: [C], providers: [JwtStrategy, Db] }) export class AppModule {}
    """)
    assert doors["GET /c/:id"].guard is Checks.LOGIN


def test_a_base_class_that_is_not_here_is_said() -> None:
    doors = _doors("""
    import { Crud } from 'shared/crud';
    class Items extends Crud { constructor(private readonly db: Db) { super(); } }
    @Controller('c') class C { constructor(private items: Items) {} @Get(':id') a(@Param('id') id) {
      return this.items.findOne(id); } }
    @Module({ controllers: [C], providers: [Items, Db] }) export class AppModule {}
    """)
    assert doors["GET /c/:id"].uncertain == ("findOne comes from a class of shared/crud, whose code is not here.",)


def test_a_decorator_that_names_guards_opens_only_those() -> None:
    doors = doors_of({
        "main.ts": _MAIN.replace("SETTINGS", ""),
        "auth.ts": _AUTH,
        "names.ts": "export enum Names { Jwt = 'jwt', Other = 'other' }",
        "app.ts": _HEAD + """
        import { SetMetadata } from '@nestjs/common';
        import { Reflector } from '@nestjs/core';
        import { Names } from './names';
        const Without = (names: Names[]) => SetMetadata('without', names);
        export class NamedGuard extends AuthGuard('jwt') {
          constructor(private reflector: Reflector) { super(); }
          canActivate(context) {
            const open = this.reflector.getAllAndOverride<Names[]>('without', [context.getHandler()]);
            if (open?.includes(Names.Jwt)) return true;
            return super.canActivate(context);
          }
        }
        @Controller('cats') class Cats {
          @Without([Names.Other]) @Get('a') a() {}
          @Without([Names.Other, Names.Jwt]) @Get('b') b() {}
        }
        @Module({ controllers: [Cats], providers: [JwtStrategy, { provide: APP_GUARD, useClass: NamedGuard }] })
        export class AppModule {}
        """,
    })  # fmt: skip
    assert doors["GET /cats/a"].guard is Checks.LOGIN
    assert doors["GET /cats/b"].guard is None
