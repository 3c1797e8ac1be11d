"""Lets the fans come, each in its own thread, and keeps count of how it went."""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

import requests

from .arrivals import Arrival
from .browser import TooManyHopsError, plain_address
from .tally import Tally
from .visit import visit
from .ways import VisitError

AT_ONCE = 32


class Crowd:
    def __init__(self, page: str, arrivals: list[Arrival]) -> None:
        self.tally = Tally(len(arrivals))
        self._page = page
        self._arrivals = arrivals
        self._stopped = threading.Event()
        self._lock = threading.Lock()

    def stop(self) -> None:
        """No further fan sets out; those under way go on to the end."""
        self._stopped.set()

    def run(self) -> Tally:
        start = time.monotonic()
        visits: list[Future[None]] = []
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for fan in self._arrivals:
                if self._stopped.wait(max(0.0, start + fan.after_seconds - time.monotonic())):
                    break
                visits.append(pool.submit(self._play, fan))
            else:
                self._wait_for(visits)
            pool.shutdown(cancel_futures=True)
        for done in visits:
            if not done.cancelled():
                done.result()
        return self.tally

    def _wait_for(self, visits: list[Future[None]]) -> None:
        while not self._stopped.wait(0.05) and not all(done.done() for done in visits):
            pass

    def _play(self, fan: Arrival) -> None:
        try:
            service, outcome = visit(self._page, fan)
        except (VisitError, TooManyHopsError) as error:
            self._note_error(f"{fan.name}: {error}")
            return
        except requests.RequestException as error:
            # Its own text would hold the whole address, and in that the code of a sign-in.
            where = plain_address(str(error.request.url)) if error.request else self._page
            self._note_error(f"{fan.name}: {type(error).__name__} at {where}")
            return
        with self._lock:
            self.tally.note(fan.name, service, outcome)

    def _note_error(self, text: str) -> None:
        with self._lock:
            self.tally.errors.append(text)
            print(text, flush=True)
