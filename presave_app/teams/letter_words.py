"""What the letters of the workspace say."""

from __future__ import annotations

from presave_app.mail import Letter

_INVITATION = """{invited_by} invites you to the team {team} on Presave, as {role}.

See the invitation and accept it here, within three days:
{url}

The link works once, and only for the address this mail was sent to.
If you do not know what this is about, leave it alone: nothing happens.
"""

_SIGN_IN = """Here is your way into Presave:
{url}

It works once, within an hour, and lets you choose a new password.
If you did not ask for it, leave it alone: nothing happens, and your password stays as it is.
"""


def invitation(team: str, invited_by: str, role: str, url: str) -> Letter:
    """To somebody who is asked to join a team."""
    text = _INVITATION.format(
        team=team, invited_by=invited_by, role=f"an {role}" if role[0] in "eo" else f"a {role}", url=url
    )
    return Letter(subject=f"Join {team} on Presave", text=text)


def sign_in(url: str) -> Letter:
    """To a member who asked for a link."""
    return Letter(subject="Your sign-in link for Presave", text=_SIGN_IN.format(url=url))
