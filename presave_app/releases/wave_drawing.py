"""Waves on a clock, as numbers for an SVG: where each stands by its time, how high it is by its fans.

Along the clock everything is in percent of the width, so that the drawing fits a phone and a desk while its
letters stay as large as the text around them. Upwards it is in pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from presave_app.releases.waves import Wave

HEIGHT = 84
_EDGE = 7.0
# Labels that come closer than this would lie on each other: on a phone, and on a desk.
_NARROW_GAP, _WIDE_GAP = 25.0, 11.0
_SLIM, _BROAD = 10, 24
_FEW = 8


@dataclass(frozen=True)
class Column:
    """One wave. `shown` says on which screens there is room for its label: everywhere, wide, or nowhere."""

    at: float
    width: int
    done: float
    open: float
    care: float
    total: int
    time: str
    label: str
    shown: str
    parts: tuple[str, ...]

    @property
    def top(self) -> float:
        return HEIGHT - self.done - self.open - self.care

    @property
    def anchor(self) -> str:
        return "start" if self.at < 12 else "end" if self.at > 88 else "middle"


@dataclass(frozen=True)
class Drawing:
    """All columns, and where now is if that lies within."""

    columns: tuple[Column, ...]
    times: tuple[str, ...]
    now_at: float | None


def draw_waves(waves: Sequence[Wave], zone: str, now: datetime) -> Drawing | None:
    """The drawing; None where there is nobody to draw."""
    if not waves:
        return None
    times = _time_words(waves, zone)
    begin, end = _range(waves, now)
    places = [_place(wave.due_at, begin, end) for wave in waves]
    shown = _shown(places, waves)
    largest = max(wave.total for wave in waves)
    width = _BROAD if len(waves) <= _FEW else _SLIM
    columns = (
        _column(wave, place, time, width, largest, screens)
        for wave, place, time, screens in zip(waves, places, times, shown, strict=True)
    )
    now_at = _place(now, begin, end) if begin <= now <= end else None
    return Drawing(tuple(columns), times, now_at)


def _range(waves: Sequence[Wave], now: datetime) -> tuple[datetime, datetime]:
    """From the first wave to the last one, and now where that does not squeeze them."""
    begin, end = waves[0].due_at, waves[-1].due_at
    reach = (end - begin) / 2
    if begin == end or begin - reach <= now <= end + reach:
        begin, end = min(begin, now), max(end, now)
    return begin, end if end > begin else begin + timedelta(minutes=1)


def _place(moment: datetime, begin: datetime, end: datetime) -> float:
    return round(_EDGE + (100 - 2 * _EDGE) * ((moment - begin) / (end - begin)), 2)


def _column(wave: Wave, place: float, time: str, width: int, largest: int, shown: str) -> Column:
    height = max(3.0, HEIGHT * wave.total / largest)
    done, is_open = (round(height * part / wave.total, 1) for part in (wave.done, wave.open))
    return Column(
        at=place,
        width=width,
        done=done,
        open=is_open,
        # Whoever needs care is seen, however few they are.
        care=max(3.0, round(height * wave.needs_care / wave.total, 1)) if wave.needs_care else 0.0,
        total=wave.total,
        time=time,
        label=wave.label,
        shown=shown,
        parts=tuple(f"{part:,} {words}" for part, words in _parts(wave) if part),
    )


def _parts(wave: Wave) -> tuple[tuple[int, str], ...]:
    """What a column is made of, from its top."""
    return (wave.needs_care, "need care"), (wave.open, "open"), (wave.done, "added")


def _shown(places: Sequence[float], waves: Sequence[Wave]) -> list[str]:
    """Which labels there is room for. The ends and the largest wave come first."""
    largest = max(range(len(waves)), key=lambda index: waves[index].total)
    order = dict.fromkeys([0, len(waves) - 1, largest, *range(len(waves))])
    narrow, wide = list[int](), list[int]()
    for index in order:
        for chosen, gap in ((narrow, _NARROW_GAP), (wide, _WIDE_GAP)):
            if all(abs(places[index] - places[other]) >= gap for other in chosen):
                chosen.append(index)
    return ["everywhere" if i in narrow and i in wide else "wide" if i in wide else "" for i in range(len(waves))]


def _time_words(waves: Sequence[Wave], zone: str) -> tuple[str, ...]:
    local = [wave.due_at.astimezone(ZoneInfo(zone)) for wave in waves]
    days = {moment.date() for moment in local}
    form = "%a %H:%M" if len(days) > 1 else "%H:%M"
    return tuple(moment.strftime(form) for moment in local)
