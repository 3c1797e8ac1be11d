"""The demo's processes together: their output line by line, the news of a death, and an orderly end."""

import contextlib
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue

from . import processes
from .say import say_for


@dataclass
class Member:
    """One running program."""

    name: str
    process: subprocess.Popen[bytes]
    colour: int
    may_end: bool = False

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None


class Company:
    """Started in order, stopped in reverse; `first_death` tells of a member that ended unasked."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = environment
        self._members: list[Member] = []
        self._deaths: Queue[Member] = Queue()

    def start(self, name: str, command: Sequence[str], *, may_end: bool = False) -> Member:
        """Start a program whose output appears under its name; `may_end` if its end is no accident."""
        process = processes.start(
            command,
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        member = Member(name, process, len(self._members), may_end)
        self._members.append(member)
        for task in (self._pass_on_output, self._watch):
            threading.Thread(target=task, args=(member,), daemon=True).start()
        return member

    def first_death(self, seconds: float) -> Member | None:
        """Wait so long for a death that was not foreseen."""
        with contextlib.suppress(Empty):
            return self._deaths.get(timeout=seconds)
        return None

    def stop(self) -> None:
        for member in reversed(self._members):
            if member.is_running:
                processes.end(member.process)
        self._members.clear()

    @staticmethod
    def _pass_on_output(member: Member) -> None:
        assert member.process.stdout
        with member.process.stdout as lines:
            for line in lines:
                # If our own reader went away, the story notices; the child must not be held up.
                with contextlib.suppress(BrokenPipeError):
                    say_for(member.name, line.decode(errors="replace").rstrip(), member.colour)

    def _watch(self, member: Member) -> None:
        """Wait for the process itself: its output may stay open in a child's hands long after its death."""
        member.process.wait()
        processes.end(member.process)
        if not member.may_end:
            self._deaths.put(member)
