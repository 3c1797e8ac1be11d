"""`python -m presave_app.sandbox`: starts the sandbox services and says where they listen."""

import argparse
import sys
from dataclasses import replace

from . import create_sandbox
from .server import create_server, stop_when_told, stop_with_parent
from .settings import SandboxSettings, settings_from


def main() -> int:
    known = settings_from()
    arguments = _parse_arguments(known)
    settings = replace(
        known,
        spotify_client_id=arguments.client_id,
        spotify_client_secret=arguments.client_secret,
        public_url=arguments.public_url,
        app_name=arguments.app_name,
    )
    if arguments.with_parent:
        stop_with_parent()
    server = create_server(create_sandbox(settings), arguments.host, arguments.port)
    if not arguments.with_parent:
        stop_when_told(server)
    print(f"Sandbox listens on http://{arguments.host}:{server.server_port}/", flush=True)
    server.serve_forever()
    return 0


def _parse_arguments(known: SandboxSettings) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m presave_app.sandbox",
        description="Twins of the streaming services, for demo and tests.",
    )
    parser.add_argument("--host", default="localhost", help="keep it on this machine: anybody may do anything")
    parser.add_argument("--port", type=int, default=5001, help="0 takes a free one")
    parser.add_argument("--client-id", default=known.spotify_client_id, help="or SPOTIFY_CLIENT_ID")
    parser.add_argument("--client-secret", default=known.spotify_client_secret, help="or SPOTIFY_CLIENT_SECRET")
    parser.add_argument("--public-url", default=known.public_url, help="the app's address, or PUBLIC_URL")
    parser.add_argument("--app-name", default=known.app_name, help="what the consent page calls the app")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input does, and not before")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
