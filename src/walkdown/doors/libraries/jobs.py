"""Work that starts by itself or from a queue: timers, node-cron, node-schedule, cron, Bull, BullMQ, pg-boss, Agenda."""

from __future__ import annotations

from dataclasses import dataclass

from walkdown.doors.entrances import Entrance
from walkdown.doors.express_handlers import Handlers
from walkdown.doors.libraries.base import Base
from walkdown.doors.library import Calling, Given
from walkdown.doors.loading import load_around
from walkdown.doors.project import Project
from walkdown.doors.values import Closure, Outside, Record, Thing, Value, of
from walkdown.doors.visits import Spot, Visit
from walkdown.model.door import DoorKind, Origin

_QUEUE, _AGENDA = "jobs.queue", "jobs.agenda"
_TIMED = {
    "node-cron": ("schedule",),
    "node-schedule": ("scheduleJob",),
    "cron": ("CronJob", "from"),
    "croner": ("Cron", ""),
}
_QUEUES = frozenset({"bull", "bullmq", "bee-queue", "pg-boss"})
_AGENDAS = frozenset({"agenda", "@hokify/agenda", "agenda-next"})


@dataclass(frozen=True, slots=True)
class Job:
    method: str
    path: str
    handler: Given
    spot: Spot
    package: str


class Jobs(Base):
    packages = frozenset({"", *_TIMED, *_QUEUES, *_AGENDAS})  # "": names that nobody imports

    def __init__(self) -> None:
        self.found: list[Job] = []

    def called(self, outside: Outside, calling: Calling) -> Value | None:
        name = outside.chain[-1] if outside.chain else ""
        package = outside.package
        if not package:
            return self._timer(calling) if name == "setInterval" else None
        if package in _TIMED and name in _TIMED[package]:
            self._timed(package, calling)
            return Value(shape=Thing("jobs.timed"))
        if (package in _QUEUES and calling.new) or package in ("bull", "bee-queue"):
            queue = calling.arg(0)
            named = (queue.text if queue is not None else None) or "{?}"
            if package == "bullmq" and name == "Worker" and len(calling.args) > 1:
                self._add("QUEUE", f"queue/{named}", calling.args[1], calling, package)
            return Value(shape=Thing(_QUEUE, named, package))
        if package in _AGENDAS and calling.new:
            return Value(shape=Thing(_AGENDA))
        return None

    def _timer(self, calling: Calling) -> Value:
        if calling.args:
            self._add("TIMER", f"timer/{calling.args[0].written or '{?}'}", calling.args[0], calling, "timer")
        return Value(shape=Thing("jobs.timed"))

    def _timed(self, package: str, calling: Calling) -> None:
        rule = calling.arg(0)
        handlers = [one for one in calling.args if isinstance(one.value.shape, Closure)]
        options = rule.shape if rule is not None and isinstance(rule.shape, Record) else None
        when = rule.text if rule is not None else None
        if options is not None:  # CronJob.from({ cronTime, onTick })
            time, tick = options.get("cronTime"), options.get("onTick")
            when = time.text if time is not None else None
            handlers = handlers or ([Given(tick, written="onTick")] if tick is not None else [])
        if handlers:
            self._add("CRON", f"cron/{when or '{?}'}", handlers[0], calling, package)

    def _add(self, method: str, path: str, handler: Given, calling: Calling, package: str) -> None:
        """Once for each place: a helper that starts timers is called many times."""
        if all((one.method, one.path, one.spot) != (method, path, calling.spot) for one in self.found):
            self.found.append(Job(method, path, handler, calling.spot, package))

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        handlers = [one for one in calling.args if isinstance(one.value.shape, Closure)]
        first = calling.arg(0)
        if thing.kind == _QUEUE and name in ("process", "work"):
            named = first.text if first is not None and first.text and not first.text.isdigit() else ""
            if handlers:
                parts = (named,) if name == "work" else (thing.name, named)
                path = "/".join(("queue", *(one for one in parts if one)))
                self._add("QUEUE", path, handlers[-1], calling, str(thing.data))
            return Value()
        if thing.kind == _AGENDA and name == "define" and first is not None:
            if handlers:
                self._add("QUEUE", f"queue/{first.text or '{?}'}", handlers[-1], calling, "agenda")
            return Value()
        if thing.kind in (_QUEUE, _AGENDA):
            return Value(shape=thing) if name in ("on", "start", "add", "every", "schedule", "now", "close") else None
        return None


class JobDoors:
    name = "jobs"

    def __init__(self) -> None:
        self.library = Jobs()

    def entrances(self, project: Project) -> list[Entrance]:
        load_around(project, self.library.packages - {""})
        handlers = Handlers(project.follower)
        return [_entrance(job, project, handlers) for job in self.library.found]


def _entrance(job: Job, project: Project, handlers: Handlers) -> Entrance:
    def enter(visit: Visit) -> Value:
        args = (Given(of(Origin.MADE, "job")), Given(of(Origin.MADE, "done")))
        return project.follower.invoke(job.handler.value, args, visit, job.spot)

    spot = handlers.spot(job.handler.value) or job.spot
    # A timer that only looks after things of the process itself is no door.
    quiet = job.method == "TIMER"
    return Entrance(
        DoorKind.JOB, job.method, job.path, spot, handlers.name(job.handler), job.package, enter, quiet=quiet
    )
