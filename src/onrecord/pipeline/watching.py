"""Watching: rounds by schedule until stopped, each source and each look at its own time.

A turn is a source whose lists are due, or whose articles are. What is due at one moment is taken together, in
pulses, so that one client keeps its pauses from one round to the next. A machine that slept, a clock that was set,
and a network that is gone are seen here; what follows from them is decided in `schedule` and `round`.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from onrecord.archive import CONFIG, Archive
from onrecord.config import SourceConfig
from onrecord.errors import OnRecordError
from onrecord.fetch import Client, Clock, ConnectorFactory, SystemClock
from onrecord.model import SourceId
from onrecord.pipeline.planning import Turn, adopt, looks_due
from onrecord.pipeline.report import Happening, Listener, News, RoundReport
from onrecord.pipeline.round import Round
from onrecord.pipeline.run import attest, client_for, note_asked
from onrecord.pipeline.sources import chosen_sources
from onrecord.pipeline.writing import Writer
from onrecord.schedule import Bounds, is_due, most_at_once, next_round_offline
from onrecord.store import DueRow

#: Two rounds begin at least this far apart: what falls due meanwhile goes together.
PULSE = timedelta(seconds=15)
#: The longest sleep before the clock and the settings are looked at again: a laptop may have slept meanwhile.
NAP = timedelta(minutes=1)
#: A jump of the clock against the machine's own seconds: it slept, or was set.
JUMP = timedelta(minutes=1)
#: After a sleep a network takes its time to come back.
SETTLING = timedelta(seconds=20)
#: Held articles that one turn looks at: a source with a long list of them does not hold up the others.
LOOKS_A_TURN = 50
#: An open segment is closed after this, so that what is on the disk can be copied as a whole.
SEAL_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done now, the longest due first, and when there is more to do."""

    turns: tuple[Turn, ...]
    until: datetime | None  #: None: nothing is followed


def plan(
    sources: Sequence[SourceConfig],
    rows: Mapping[str, DueRow],
    resting: Mapping[SourceId, datetime],
    bounds: Bounds,
    *,
    now: datetime,
) -> Plan:
    """Return whose turn it is at *now*; *resting* sources wait for a network until their time."""
    due: list[tuple[datetime, Turn]] = []
    coming: list[datetime] = []
    for source in sources:
        row = rows.get(source.id)
        at = datetime.min.replace(tzinfo=UTC) if is_source_due(row, now=now) else row.next_at if row else None
        look_at = row.look_at if row else None
        if source.id in resting and resting[source.id] > now:
            coming.append(resting[source.id])
        elif is_due(at, now=now) or is_due(look_at, now=now):
            asks = is_due(at, now=now)
            looks = looks_due(row, now=now)
            turn = Turn(
                source=source, asks_lists=asks, only_due=True, looks_due=looks, most_looks=LOOKS_A_TURN
            )
            first = row.next_at if asks and row else look_at
            due.append((first or datetime.min.replace(tzinfo=UTC), turn))
        else:
            coming += [each for each in (at, look_at) if each]
    due.sort(key=lambda pair: pair[0])
    most = most_at_once(len(sources), bounds.every, PULSE)
    until = now if len(due) > most else min(coming, default=None)
    return Plan(tuple(turn for _, turn in due[:most]), until)


def everything_due(archive: Archive, *, now: datetime) -> tuple[Turn, ...]:
    """Return the turns of all sources of *archive* that are due at *now*, however many they are."""
    bounds = Bounds(every=PULSE, slowest=PULSE)  # as many in one pulse as there are
    return plan(chosen_sources(archive, []), archive.state.due(), {}, bounds, now=now).turns


def is_source_due(row: DueRow | None, *, now: datetime) -> bool:
    """Is it time to ask for a source's lists? A row out of the future comes from a clock that has been set back."""
    if row is None or row.next_at is None or (row.checked_at is not None and row.checked_at > now):
        return True
    return is_due(row.next_at, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What rounds run on. A test gives its own."""

    clock: Clock = field(default_factory=SystemClock)
    jitter: Callable[[], float] = (
        random.random
    )  #: from 0 to 1, so that sources are not all asked in one second
    connector: ConnectorFactory | None = None  #: makes connections in another way


class Watch:
    """Runs rounds by schedule.

    Args:
        archive: Open for writing.
        names: The sources to watch; all that are not paused if there are none.
        environ: The environment, for proxies and cookies.
        tell: Hears what happens.
        after_round: Hears what each round brought.
        machine: What it runs on.
    """

    def __init__(
        self,
        archive: Archive,
        names: Sequence[str],
        *,
        environ: Mapping[str, str],
        tell: Listener,
        after_round: Callable[[RoundReport], Awaitable[None]],
        machine: Machine | None = None,
    ) -> None:
        self._archive = archive
        self._names = tuple(names)
        self._environ = environ
        self._tell = tell
        self._after_round = after_round
        self._machine = machine or Machine()
        self._clock, self._jitter = self._machine.clock, self._machine.jitter
        self._resting: dict[SourceId, datetime] = {}
        self._lead = self._clock.now().timestamp() - self._clock.monotonic()
        self._sealed_at = self._clock.monotonic()
        self._wrong: str | None = None

    async def run(self) -> None:
        """Run rounds until cancelled.

        Raises:
            SourceNotFoundError: One of the names is none.
            OnRecordError: The archive can't be written to, or a file of it is damaged.
        """
        archive = self._archive
        # A name that is none is told of at once; one that is taken out of the settings later is left out.
        chosen_sources(archive, self._names)
        last = archive.state.last_round()
        if last and last[0] > self._now():
            archive.state.bring_back(self._now())
        adopt(archive, now=self._now())
        while True:
            async with (
                client_for(
                    archive, self._environ, clock=self._clock, connector=self._machine.connector
                ) as client,
                Writer(archive, now=self._now) as writer,
            ):
                await self._until_settings_change(client, writer)

    async def _until_settings_change(self, client: Client, writer: Writer) -> None:
        archive, config = self._archive, self._archive.config
        bounds = Bounds(every=config.schedule.every, slowest=config.schedule.slowest)
        followed = {source.id for source in config.sources}
        known = [name for name in self._names if name in followed]
        sources = chosen_sources(archive, known) if known or not self._names else []
        while archive.config is config:
            began = self._now()
            planned = plan(sources, archive.state.due(), self._resting, bounds, now=began)
            must_rest = bool(planned.turns) and await self._round(planned.turns, bounds, client, writer)
            await self._sleep(planned.until, began, must_rest=must_rest)
            self._wrong = reloaded(archive, self._tell, self._wrong)

    async def _round(self, turns: Sequence[Turn], bounds: Bounds, client: Client, writer: Writer) -> bool:
        """Take *turns*. Return whether it is of no use to go on at once: nobody could be reached, or a limit was."""
        one = Round(self._archive, client, writer, clock=self._clock, tell=self._tell, jitter=self._jitter)
        last = self._archive.state.last_round()
        report = await one.take(turns)
        note_asked(client, self._archive.state, now=self._now())
        is_lost = bool(one.offline) and len(one.offline) + len(report.left) == len(turns)
        if not is_lost:
            self._resting.clear()  # somebody answered: the others need not wait
        until = next_round_offline(bounds, now=self._now(), jitter=self._jitter())
        self._resting |= dict.fromkeys(one.offline, until)
        if self._clock.monotonic() - self._sealed_at >= SEAL_EVERY.total_seconds():
            self._archive.seal(now=self._now())
            await attest(self._archive, report, last, environ=self._environ, tell=self._tell)
            self._sealed_at = self._clock.monotonic()
        await self._after_round(report)
        return is_lost or report.ended_early is not None

    async def _sleep(self, until: datetime | None, began: datetime, *, must_rest: bool) -> None:
        """Sleep until there is more to do; see what happened to the clock meanwhile."""
        now = self._now()
        least = NAP if must_rest else max(PULSE - (now - began), timedelta(seconds=1))
        nap = min(max((until or now + NAP) - now, least), NAP)
        await self._clock.sleep(nap.total_seconds())
        lead = self._clock.now().timestamp() - self._clock.monotonic()
        jump, self._lead = timedelta(seconds=lead - self._lead), lead
        if jump < -JUMP:
            self._archive.state.bring_back(self._now())
        elif jump > JUMP:
            await self._clock.sleep(SETTLING.total_seconds())

    def _now(self) -> datetime:
        return self._clock.now().replace(microsecond=0)


def reloaded(archive: Archive, tell: Listener, wrong: str | None) -> str | None:
    """Read onrecord.toml and the rules again; while they can't be used the former stand. Return what is *wrong*.

    A mistake is told once.
    """
    try:
        archive.reload_config()
        archive.reload_rules()
    except (OnRecordError, OSError) as error:
        if str(error) != wrong:
            tell(News(what=Happening.SETTINGS_WRONG, source=CONFIG, reason=str(error)))
        return str(error)
    return None
