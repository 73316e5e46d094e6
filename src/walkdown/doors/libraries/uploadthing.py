"""UploadThing: a router of uploads, each with a middleware that says who may, and what happens when a file is there."""

from __future__ import annotations

from dataclasses import dataclass

from walkdown.doors.follow import in_common
from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.next_request import request
from walkdown.doors.library import Calling, Given
from walkdown.doors.values import Outside, Record, Thing, Value, of, replace
from walkdown.doors.visits import Answer, Frame, Held
from walkdown.model.door import Origin

_MAKER, _UPLOAD, _HANDLER = "uploadthing", "uploadthing.upload", "uploadthing.handler"
_SAME = frozenset({"input", "onUploadError"})


@dataclass(frozen=True, slots=True)
class Upload:
    """`before` says who may, `after` runs when the file is there."""

    before: Given | None = None
    after: Given | None = None


class Uploadthing(Base):
    def owns(self, outside: Outside) -> bool:
        return outside.package == "uploadthing" or outside.package.startswith("uploadthing/")

    def called(self, outside: Outside, calling: Calling) -> Value | None:
        name = outside.chain[-1] if outside.chain else ""
        if name == "createUploadthing":
            return Value(shape=Thing(_MAKER))
        if name in ("createRouteHandler", "createNextRouteHandler", "createNextPageApiHandler"):
            options = calling.arg(0)
            router = options.shape.get("router") if options is not None and isinstance(options.shape, Record) else None
            handler = Value(shape=Thing(_HANDLER, data=router))
            return handler if "Page" in name else Value(shape=Record((("GET", handler), ("POST", handler))))
        return None

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind == _MAKER and not name:
            return Value(shape=Thing(_UPLOAD, data=Upload()))
        if thing.kind == _UPLOAD and isinstance(thing.data, Upload):
            first = calling.args[0] if calling.args else None
            if name == "middleware":
                return Value(shape=Thing(_UPLOAD, data=replace(thing.data, before=first)))
            if name == "onUploadComplete":
                return Value(shape=Thing(_UPLOAD, data=replace(thing.data, after=first)))
            return Value(shape=thing) if name in _SAME else None
        return _uploaded(thing, calling) if thing.kind == _HANDLER and not name else None


def _uploaded(thing: Thing, calling: Calling) -> Value:
    """What holds is what every one of its uploads makes sure of."""
    visit = calling.visit
    router = thing.data.shape if isinstance(thing.data, Value) else None
    entries = router.entries if isinstance(router, Record) else ()
    ways: list[list[Held]] = []
    for _, value in entries:
        if isinstance(value.shape, Thing) and isinstance(value.shape.data, Upload):
            held = len(visit.held)
            _run(value.shape.data, calling)
            ways.append(visit.held[held:])
            del visit.held[held:]
    visit.hold([one.fact for one in in_common(ways)], calling.spot)
    if not ways:
        visit.note("Which uploads it takes could not be read.")
    visit.answers.append(Answer(Value(), calling.spot, 0, "body", tuple(visit.held)))
    return Value(shape=Thing("answer"))


def _run(upload: Upload, calling: Calling) -> None:
    body, files = of(Origin.INPUT, "body"), of(Origin.INPUT, "files")
    given = (("req", request()), ("input", body), ("files", files), ("file", files))
    told = Value()
    for one in (upload.before, upload.after):
        if one is not None:
            known = Value(shape=Record((*given, ("metadata", told)), open=True))
            calling.visit.frames.append(Frame("upload", calling.spot))
            told = calling.follower.invoke(one.value, (Given(known),), calling.visit, calling.spot)
            calling.visit.frames.pop()
