"""What an export says of itself, for whoever opens it without us."""

README = """\
{team}: everything that is kept here for this team, as files.
Made on {made_at} UTC.

campaigns.json   Every campaign: title, artist, dates, links, artists' pages, colours, words and further links. Under
                 "campaign" each stands in the form of a campaign file, which "flask campaigns create" takes as it is.
                 Beside it: the artist it was given, its sources with the code that their links carry, the names and
                 ends of the artist's links to the live count, the other releases of its roll-out, and since when
                 it is archived.
artists.json     The artists that the team keeps, with their pages on the services, time zone, clock and colours.
artwork/         The artwork of each campaign, in the largest size that is kept.
consents.csv     What each fan agreed to, word for word: when, on which service, what became of it, where they came
                 from and their time zone. An account is a hash. Without the secret of the installation that made this
                 file nobody finds the person behind it.
counts.csv       Pre-saves, withdrawn ones, reminders and ways out to each service, for each campaign and day (UTC).
reminders.csv    Who asked to be reminded and how. A mail address is there only if its owner confirmed it, and while
                 the reminder has still to be sent. It was given for one message about one release. Writing anything
                 else to it would need a permission of its own.

What is not in here: the fans' permissions on the services. They were given to this installation, are kept encrypted and
can be used by nobody else. A fan who pre-saved here is served from here: keep this installation running until
your releases are out, or ask your fans to pre-save again.

Nor are the secrets of the artist's links, of programs and of webhooks, who is in the team and how they sign in, and
who changed what. Links, tokens and webhooks lead to this installation: make new ones where you go.

In the spreadsheets a cell that begins with = + - or @ has a ' before it, so that no program takes it for a formula.
To take the campaigns in elsewhere: sign in there, open "Data and API" in the account menu, and choose this archive.
Artists come in where their name is new. Campaigns come in as drafts, each once, with their artist, sources and
roll-outs; what was archived is archived there too. Each draft has one new link for its artist, and no other.
Fans' consents are never taken in as permissions.
"""
