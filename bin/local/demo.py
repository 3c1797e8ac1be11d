"""bin/demo: real servers, every process of an installation, the sandbox services, and a release to watch."""

import argparse
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from . import http
from .company import Company
from .demo_campaign import Campaign, Commands, make_campaign, make_team, round_release
from .demo_crowd import start_crowd
from .demo_environment import demo_environment
from .demo_services import TWINS
from .demo_twins import tell_the_twins
from .environment import PYTHON, ROOT, VAR
from .errors import LaunchError
from .lock import only_one
from .ports import next_free
from .say import say
from .servers import start_postgres, start_valkey
from .story import Story, announce

FOLDER = VAR / "demo"
START_SECONDS = 60


def main(arguments: list[str]) -> int:
    """Run until Ctrl-C, which is a good end; with --once until all is added."""
    options = _options(arguments)
    _end_on_signals()
    try:
        with ExitStack() as stack:
            note = stack.enter_context(only_one(VAR / "demo.lock"))
            try:
                return _run(options, note, stack)
            finally:
                _hear_no_more()
                say("Stopping")
    except KeyboardInterrupt:
        return 130 if options.once else 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/demo", description=__doc__)
    add = parser.add_argument
    add("--port", type=_whole(1024, 65_000), default=5000, help="where to serve, or the next free one (5000)")
    add("--release-in", type=_whole(0, 86_400), default=180, metavar="SECONDS", help="until the release (180)")
    add("--fans", type=_whole(1, 2_000), default=40, help="how many fans come by themselves (40)")
    add("--once", action="store_true", help="end by itself when every add is done and found")
    return parser.parse_args(arguments)


def _whole(least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers in that range, for an option."""

    def read(text: str) -> int:
        number = int(text) if text.strip("-").isdigit() else least - 1
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"a whole number from {least} to {most}")
        return number

    return read


def _end_on_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """The first signal ends the demo; further ones must not disturb the end."""
    _hear_no_more()
    raise KeyboardInterrupt


def _hear_no_more() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _run(options: argparse.Namespace, note: Callable[[str], None], stack: ExitStack) -> int:
    port = next_free(options.port)
    public_url, sandbox_port = f"http://127.0.0.1:{port}", next_free(port + 1)
    sandbox_url = f"http://localhost:{sandbox_port}"
    note(public_url)
    _empty(FOLDER)
    database, redis = _servers(stack)
    environment = demo_environment(
        database_url=database, redis_url=redis, public_url=public_url, sandbox_url=sandbox_url
    )
    company = Company(ROOT, environment)
    stack.callback(company.stop)
    listen = ["--host", "localhost", "--port", str(sandbox_port)]
    company.start("sandbox", _python("presave_app.sandbox", *listen))
    commands = Commands(environment)
    commands.run("db", "upgrade")
    _start_installation(company, port)
    team, sign_in_url = make_team(commands)
    for url in (sandbox_url, f"{public_url}/healthz"):
        _wait_for(company, url)
    campaign = _make_release(commands, team, sandbox_url, options.release_in)
    announce(campaign, sign_in_url=sign_in_url, sandbox_url=sandbox_url)
    crowd = start_crowd(company, campaign, FOLDER, options.fans)
    return Story(commands, campaign, company, crowd, sandbox_url).tell(once=options.once)


def _servers(stack: ExitStack) -> tuple[str, str]:
    started = time.monotonic()
    postgres = stack.enter_context(start_postgres(FOLDER))
    valkey = stack.enter_context(start_valkey(FOLDER))
    say(f"{postgres.name} and {valkey.name} are up ({time.monotonic() - started:.1f} s)")
    return postgres.url, valkey.url


def _make_release(commands: Commands, team: str, sandbox_url: str, release_in: int) -> Campaign:
    """Last of all, so that the time until the release is not spent on starting."""
    release_at = round_release(datetime.now(UTC), release_in)
    tell_the_twins(TWINS, sandbox_url, release_at)
    return make_campaign(commands, FOLDER, team=team, release_at=release_at)


def _start_installation(company: Company, port: int) -> None:
    """The processes of the Procfile, with room for one person."""
    listen = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    room = ["--workers", "1", "--blocking-threads", "8", "--backpressure", "1024"]
    quiet = ["--no-ws", "--log-level", "error"]
    company.start("web", _python("granian", *listen, *room, *quiet, "wsgi:app"))
    company.start("worker", _python("jobs.worker"))
    company.start("clock", _python("jobs.clock"))


def _python(module: str, *arguments: str) -> list[str]:
    return [str(PYTHON), "-m", module, *arguments]


def _wait_for(company: Company, url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not http.answers(url):
        dead = company.first_death(0.1)
        if dead:
            raise LaunchError(f"{dead.name} ended with code {dead.process.returncode} while starting.")
        if time.monotonic() > deadline:
            raise LaunchError(f"{url} did not answer within {START_SECONDS} seconds.")


def _empty(folder: Path) -> None:
    try:
        shutil.rmtree(folder, ignore_errors=False)
    except FileNotFoundError:
        pass
    except PermissionError:
        raise LaunchError(f"{folder} belongs to another user: remove it and start again.") from None
    folder.mkdir(parents=True)
