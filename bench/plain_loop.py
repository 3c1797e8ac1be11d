"""The loop one would write first, for comparison: one fan after the other, one row and one commit for each."""

from __future__ import annotations

import requests
from sqlalchemy import text

from bench.fast_twin import ALBUM_URI, access_token
from bench.twin_process import TwinProcess
from presave_app.extensions import db
from presave_app.transaction import transaction


def run_plain_loop(twin: TwinProcess) -> None:
    """Add the release for every fan in the database, in one process with one session."""
    ids = list(db.session.execute(text("SELECT id FROM pre_save")).scalars())
    with requests.Session() as http:
        # Nothing of the machine's own proxies and passwords, as in the app.
        http.trust_env = False
        for fan, pre_save_id in enumerate(ids):
            headers = {"Authorization": f"Bearer {access_token(fan)}"}
            http.put(f"{twin.url}/api/v1/me/library", params={"uris": ALBUM_URI}, headers=headers, timeout=20)
            with transaction() as session:
                session.execute(
                    text("UPDATE action SET state = 'done', outcome = 'added' WHERE pre_save_id = :id"),
                    {"id": pre_save_id},
                )
