"""The twin's state as the control API shows it. Secrets and tokens are left out."""

from .clock import iso_exact
from .fans import Fan
from .permissions import Grant
from .releases import Release
from .twin import AnyTwin

Json = dict[str, object]


def state_json(twin: AnyTwin) -> Json:
    return {
        "now": iso_exact(twin.clock.now()),
        "shift_seconds": twin.clock.shift_seconds,
        "apps": [app.as_json() for app in twin.apps.values()],
        "switches": twin.switches.settable_json(),
        "releases": [release_json(twin, release) for release in twin.releases.list_all()],
        "fans": len(twin.fans),
        "grants": twin.permissions.count(),
        "calls": twin.journal.total,
        "faults": [fault.as_json() for fault in twin.faults.list_all()],
        "fault_kinds": list(twin.fault_kinds.names),
        **twin.own_state_json(),
    }


def release_json(twin: AnyTwin, release: Release) -> Json:
    return {
        "id": release.id,
        **release.settable_json(),
        "is_live": release.is_live(twin.clock.now()),
        "libraries": twin.fans.count_holders(release.id),
    }


def fan_json(twin: AnyTwin, fan: Fan) -> Json:
    return {
        "name": fan.name,
        "account_id": fan.account_id,
        "library": [item.as_json() for item in twin.fans.library_of(fan)],
        "following": [item.as_json() for item in twin.fans.following_of(fan)],
        "playlists": [playlist.as_json() for playlist in list(fan.playlists.values())],
        **fan.own_json(),
        "grants": [_grant_json(twin, grant) for grant in twin.permissions.grants_of(fan.name)],
    }


def _grant_json(twin: AnyTwin, grant: Grant) -> Json:
    ends_at = twin.ends_at(grant)
    return {
        "client_id": grant.client_id,
        "scopes": sorted(grant.scopes),
        "authorized_at": iso_exact(grant.authorized_at),
        "ends_at": iso_exact(ends_at) if ends_at else None,
    }
