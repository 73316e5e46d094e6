"""What was shown is kept: through kills at any moment, a second process, a full disk and a folder that turns read-only.

The processes are real, and what they print stands for what a screen shows: a number goes out only after `append`
returned. One parent imports walkdown and forks, for starting Python a few hundred times would be most of the test.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from walkdown.journal import Journal, fold
from walkdown.model import Actor, Channel, Decided, Decision, Kind, Subject, Verdict
from walkdown.process import Finished, Limits, run_now

KILLS = 220
BURSTS = 200

COMMON = """
import contextlib, os, random, resource, signal, sys, time
from pathlib import Path
from walkdown.errors import JournalError
from walkdown.journal import Journal
from walkdown.model import Actor, Channel, Decided, Decision, Kind, Subject, Verdict

def decide(journal, who, number, over=0, size=1):
    subject = Subject(Kind.ITEM, f"item-{number % 7}")
    verdict = (Verdict.PASS, Verdict.NEEDS_WORK, Verdict.WAIVED)[number % 3]
    note = f"{who} {number} {random.random()}"
    acts = [Decided(Decision(subject, verdict, note=note, over=over)) for _ in range(size)]
    return [(event.seq, note) for event in journal.append_all(acts, Actor(who), Channel.APP)]

def show(out, shown):
    for seq, note in shown:
        os.write(out, f"{seq} {note}\\n".encode())
"""

# Two writers at a time, each killed somewhere between its start and a few decisions later, however slow the disk is.
# Once `begun` is closed nobody reads it; Python ignores SIGPIPE, so the second writer must not mind.
KILLED = (
    COMMON
    + """
path, kills, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])

def writer(who):
    random.seed(f"{seed} {who}")
    journal = Journal(path)
    for number in range(1_000_000):
        show(1, decide(journal, who, number, size=random.choice((1, 1, 1, 3))))
        if number == 0:
            with contextlib.suppress(BrokenPipeError):
                os.write(at_work, b"x")

def begin(who):
    child = os.fork()
    if child == 0:
        try:
            writer(who)
        finally:
            os._exit(1)
    return child

start = time.monotonic()
warm = Journal(path)
show(1, sum((decide(warm, "warm", number) for number in range(5)), []))
warm.close()
pace = min(0.1, max(0.02, 3 * (time.monotonic() - start)))
random.seed(seed)
for first in range(0, kills, 2):
    begun, at_work = os.pipe()
    children = [begin(f"w{first}"), begin(f"w{first + 1}")]
    os.close(at_work)
    if first % 8:
        os.read(begun, 1)  # in three rounds of four one of them is at work; else they may die before they are
    os.close(begun)
    for child in children:
        time.sleep(random.uniform(0, pace))
        os.kill(child, signal.SIGKILL)
    for child in children:
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, status
"""
)

# Both write and look for what is new; each says how long after it was written it saw the other's.
TOGETHER = (
    COMMON
    + """
path, who, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
journal = Journal(path)
seen, latest, written = 0, 0.0, 0

def look():
    global seen, latest
    for event in journal.new_events(seen):
        seen = event.seq
        if event.actor.name != who:
            latest = max(latest, time.monotonic() - float(event.act.decision.reason))

show(1, [(0, "ready")])
sys.stdin.read(1)
while written < count or seen < 2 * count:
    if written < count:
        for _ in range(10):
            subject = Subject(Kind.ITEM, f"item-{written}")
            verdict = Verdict.PASS if who == "Ada" else Verdict.NEEDS_WORK
            decision = Decision(subject, verdict, reason=str(time.monotonic()), note=f"{who} {written}")
            event = journal.append(Decided(decision), Actor(who), Channel.APP)
            show(1, [(event.seq, decision.note)])
            written += 1
    look()
print("latest", latest, flush=True)
"""
)

# Fills the disk up to the point where a decision is refused, makes room, and goes on.
FULL = (
    COMMON
    + """
path, filler = Path(sys.argv[1]), Path(sys.argv[2])
journal = Journal(path)
kept = decide(journal, "before", 0)
limited = len(sys.argv) > 3
if limited:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
refused = 0
for number in range(1, 3000):
    try:
        kept += decide(journal, "on " + "x" * 200, number)
    except JournalError as error:
        refused += 1
        said = str(error)
        if refused == 3:
            break
else:
    sys.exit("the disk never got full")
refused_by = [event.seq for event in journal.events()] == [seq for seq, _ in kept]
if limited:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
else:
    filler.unlink()
kept += decide(journal, "after", 3000)
journal.close()
again = Journal(path)
kept += decide(again, "and again", 3001)
whole = [(event.seq, event.act.decision.note) for event in again.events()] == kept
print(len(kept), refused_by, whole, said, flush=True)
"""
)

READ_ONLY = (
    COMMON
    + """
path = Path(sys.argv[1])
try:
    journal = Journal(path)
    print(len(journal.events()), flush=True)
    decide(journal, "now", 1)
except JournalError as error:
    print(error)
else:
    sys.exit("it was written to")
"""
)


def run(program: str, *arguments: str, seconds: float = 120) -> Finished:
    argv = (sys.executable, "-c", program, *arguments)
    return run_now(argv, cwd="/", env=dict(os.environ), limits=Limits(seconds=seconds))


def shown(output: bytes) -> dict[int, str]:
    lines = [line.split(" ", 1) for line in output.decode().splitlines() if line[:1].isdigit()]
    return {int(seq): note for seq, note in lines if seq != "0"}


def kept(path: Path) -> dict[int, str]:
    """Everything that is there; reading it checks the chain."""
    journal = Journal(path)
    events = journal.events()
    journal.close()
    return {event.seq: event.act.decision.note for event in events if isinstance(event.act, Decided)}


def test_a_kill_at_any_moment_loses_nothing_that_was_shown(tmp_path: Path) -> None:
    path = tmp_path / "repo" / "journal.sqlite"
    ended = run(KILLED, str(path), str(KILLS), "20261120")
    assert ended.code == 0, ended.stderr.decode()
    # The last line of a killed process may be half a line, but each is one write, which a kill does not cut.
    seen, there = shown(ended.stdout), kept(path)
    assert len(ended.stdout.splitlines()) == len(seen), "no number was shown twice"
    assert len({note.split()[0] for note in seen.values()}) > KILLS / 4, "most were killed in the middle of their work"
    assert {seq: there.get(seq) for seq in seen} == seen
    assert sorted(there) == list(range(1, len(there) + 1))
    journal = Journal(path)
    new = Decided(Decision(Subject(Kind.ITEM, "after"), Verdict.PASS))
    assert journal.append(new, Actor("Ada"), Channel.APP).seq == len(there) + 1
    journal.close()


def test_two_processes_see_each_other_and_overwrite_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    program = f"""
import subprocess, sys
def start(who):
    argv = [sys.executable, "-c", {TOGETHER!r}, {str(path)!r}, who, "{BURSTS}"]
    return subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
both = [start("Ada"), start("Bob")]
for one in both:
    assert one.stdout.readline() == b"0 ready\\n"
for one in both:
    one.stdin.write(b"x"); one.stdin.flush()
import threading
outs = {{}}
threads = [threading.Thread(target=lambda one=one: outs.update({{one.pid: one.communicate()[0]}})) for one in both]
[thread.start() for thread in threads]; [thread.join() for thread in threads]
sys.stdout.buffer.write(b"".join(outs.values()))
sys.exit(max(one.returncode for one in both))
"""
    ended = run(program)
    assert ended.code == 0, ended.stderr.decode()
    seen, there = shown(ended.stdout), kept(path)
    assert seen == there
    assert len(there) == 2 * BURSTS
    latest = [float(line.split()[1]) for line in ended.stdout.decode().splitlines() if line.startswith("latest")]
    assert len(latest) == 2
    assert max(latest) < 1.0, "each saw the other's within a second"
    journal = Journal(path)
    state = fold(journal.events())
    journal.close()
    for standing in state.decisions.values():
        other = [one.actor.name for one in standing.disputed]
        assert sorted((standing.event.actor.name, *other)) == ["Ada", "Bob"], "neither saw the other's: both show"
    assert len(state.decisions) == BURSTS


class OwnMounts:
    """A mount namespace of our own, where the kernel lets ordinary people have one."""

    def __init__(self) -> None:
        tried = run_now(["sh", "-c", "unshare -Urm mount -t tmpfs none /mnt"], cwd="/", env=dict(os.environ))
        if tried.code != 0:
            pytest.skip("this system lets nobody mount a file system of their own")

    def run(self, script: str, program: str, *arguments: str) -> Finished:
        argv = ("unshare", "-Urm", "sh", "-ec", f'{script}\nexec "$0" -c "$@"', sys.executable, program, *arguments)
        return run_now(argv, cwd="/", env=dict(os.environ), limits=Limits(seconds=60))


def check_full(ended: Finished) -> None:
    assert ended.code == 0, ended.stderr.decode()
    count, as_refused, whole, said = ended.stdout.decode().split(" ", 3)
    assert int(count) > 3
    assert as_refused == "True", "what was refused is not there, what was kept is"
    assert whole == "True", "and with room it goes on from there"
    assert "It is NOT kept." in said
    assert "ry again" in said


def test_a_full_disk_refuses_and_then_goes_on(tmp_path: Path) -> None:
    mounts = OwnMounts()
    script = f"mount -t tmpfs -o size=400k none {tmp_path}\nhead -c 100000 /dev/zero > {tmp_path}/filler"
    ended = mounts.run(script, FULL, str(tmp_path / "journal.sqlite"), str(tmp_path / "filler"))
    check_full(ended)
    assert b"full" in ended.stdout


def test_a_file_that_may_not_grow_refuses_and_then_goes_on(tmp_path: Path) -> None:
    """The same without a disk of our own."""
    check_full(run(FULL, str(tmp_path / "journal.sqlite"), "-", "150000"))


def test_a_folder_that_turns_read_only_says_so_and_works_again_afterwards(tmp_path: Path) -> None:
    mounts = OwnMounts()
    path = tmp_path / "journal.sqlite"
    journal = Journal(path)
    new = Decided(Decision(Subject(Kind.ITEM, "a"), Verdict.PASS))
    journal.append(new, Actor("Ada"), Channel.APP)
    journal.close()
    script = f"mount --bind {tmp_path} {tmp_path}\nmount -o remount,bind,ro {tmp_path}"
    ended = mounts.run(script, READ_ONLY, str(path))
    assert ended.code == 0, ended.stderr.decode()
    assert "WALKDOWN_STATE_DIR" in ended.stdout.decode()
    assert kept(path) == {1: ""}
