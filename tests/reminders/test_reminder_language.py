"""What is sent later is in the language that its fan read, and its links stay in it."""

from __future__ import annotations

import re

from fans import read_sql
from flask.testing import FlaskClient
from mail_server import MailServer
from reminding import PAGE, release

from jobs.reminders import send_due


def test_mails_are_in_the_language_of_the_page(client: FlaskClient, house: MailServer, campaign_id: int) -> None:
    client.post(f"{PAGE}?lang=de", data={"way": "email", "email": "ida@fans.example"})
    assert read_sql("SELECT language FROM reminder") == "de"
    send_due()
    question = house.taken[-1].message
    assert question["Subject"] == "Sollen wir dich an Night Drive von Alba Voss erinnern?"
    found = re.search(r"http://127\.0\.0\.1:5000(/remind/confirm/[\w-]+\?lang=de)", question.get_content())
    assert found
    assert "Ja, schreibt mir einmal" in client.get(found[1]).text
    client.post(found[1])
    release(campaign_id)
    send_due()
    letter = house.taken[-1].message
    assert letter["Subject"] == "Jetzt draußen: Night Drive von Alba Voss"
    assert "Wir haben deine Adresse gelöscht" in " ".join(letter.get_content().split())
    assert letter["List-Unsubscribe"].endswith("?lang=de>")


def test_one_mail_after_the_other_is_in_its_own_language(client: FlaskClient, house: MailServer) -> None:
    for language in ("fr", "en", "ja"):
        path = PAGE if language == "en" else f"{PAGE}?lang={language}"
        client.post(path, data={"way": "email", "email": f"{language}@fans.example"})
    send_due()
    subjects = {letter.message["To"]: letter.message["Subject"] for letter in house.taken}
    assert subjects == {
        "fr@fans.example": "Veux-tu que nous te rappelions Night Drive de Alba Voss ?",
        "en@fans.example": "Shall we remind you of Night Drive by Alba Voss?",
        "ja@fans.example": "Alba Voss「Night Drive」をお知らせしましょうか\N{FULLWIDTH QUESTION MARK}",
    }


def test_the_calendar_rings_in_the_language_of_the_page(client: FlaskClient, campaign_id: int) -> None:
    file = client.get("/night-drive/calendar.ics?lang=es").text.replace("\r\n ", "")
    assert "SUMMARY:Ya disponible: Night Drive de Alba Voss" in file
    assert "/night-drive?lang=es" in file
