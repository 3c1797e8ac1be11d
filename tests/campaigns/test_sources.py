"""Sources: a link by name for each place, and the pre-saves that came by it."""

from __future__ import annotations

import re

import pytest
from fans import run_sql
from flask.testing import FlaskClient
from makers import make_campaign, post
from sqlalchemy import text

from presave_app.extensions import db

_PRE_SAVE = """
    WITH c AS (
        INSERT INTO consent (id, campaign_id, service, wording_version, wording, language, actions, scopes)
        VALUES (gen_random_uuid(), :id, 'spotify', '1', 'words', 'en', '[]', '{}') RETURNING id
    ), g AS (
        INSERT INTO fan_grant (id, service, account_key, scopes, granted_at)
        VALUES (gen_random_uuid(), 'spotify', :fan, '{}', now()) RETURNING id
    )
    INSERT INTO pre_save
        (id, campaign_id, service, account_key, consent_id, grant_id, next_at, due_at, mine_hash, source)
    SELECT gen_random_uuid(), :id, 'spotify', :fan, c.id, g.id, k.release_at, k.release_at, :fan, :source
    FROM c, g, campaign k WHERE k.id = :id
"""


@pytest.fixture
def campaign_id(team_id: int) -> int:
    return make_campaign(team_id, slug="night-drive")


def counts_of(page: str) -> dict[str, int]:
    """What the table says, place by place."""
    rows = re.findall(r'<th scope="row">(.*?)</th>\s*<td class="is-number">([\d,]+)</td>', page, re.DOTALL)
    return {re.sub(r"<details.*|<[^>]+>", "", name, flags=re.DOTALL).strip(): int(number) for name, number in rows}


def source_ids() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(text("SELECT id FROM link_source ORDER BY id")))


def acts() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(text("SELECT act FROM change ORDER BY id")))


def test_a_suggested_place_is_one_press(ed: FlaskClient, campaign_id: int) -> None:
    assert ">Add TikTok</button>" in ed.get(f"/campaigns/{campaign_id}").text
    answer = post(ed, f"/campaigns/{campaign_id}/sources", {"name": "TikTok"}, htmx=True)
    assert answer.text.lstrip().startswith('<section class="section sources" id="sources"')
    assert "/night-drive?src=tiktok" in answer.text
    assert "src=tiktok" in answer.text.split("code.svg", 1)[1]
    assert ">Add TikTok</button>" not in answer.text


def test_each_pre_save_is_counted_where_it_came_from(ed: FlaskClient, campaign_id: int) -> None:
    for name in ("TikTok", "Poster in Berlin"):
        assert post(ed, f"/campaigns/{campaign_id}/sources", {"name": name}).status_code == 303
    came = ("tiktok", "tiktok", "poster-in-berlin", "elsewhere", None)
    for number, source in enumerate(came):
        run_sql(_PRE_SAVE, id=campaign_id, fan=f"fan{number}", source=source)
    run_sql("UPDATE pre_save SET state = 'withdrawn', reason = 'by_fan' WHERE account_key = 'fan1'")
    expected = {"TikTok": 1, "Poster in Berlin": 1, "By other words": 1, "By the plain link": 1}
    assert counts_of(ed.get(f"/campaigns/{campaign_id}/sources").text) == expected


def test_a_renamed_place_keeps_its_link_and_its_count(ed: FlaskClient, campaign_id: int) -> None:
    path = f"/campaigns/{campaign_id}/sources"
    post(ed, path, {"name": "Bio"})
    run_sql(_PRE_SAVE, id=campaign_id, fan="fay", source="bio")
    answer = post(ed, f"{path}/{source_ids()[0]}/rename", {"name": "Instagram bio"}, htmx=True)
    assert counts_of(answer.text) == {"Instagram bio": 1}
    assert "?src=bio" in answer.text
    assert acts() == ["source-add", "source-rename"]
    assert "renamed the source Bio to Instagram bio" in ed.get(f"/campaigns/{campaign_id}/history").text


def test_removing_says_what_becomes_of_the_fans_and_loses_none(ed: FlaskClient, campaign_id: int) -> None:
    path = f"/campaigns/{campaign_id}/sources"
    post(ed, path, {"name": "Bio"})
    run_sql(_PRE_SAVE, id=campaign_id, fan="fay", source="bio")
    assert "One fan came by it and keeps their pre-save" in ed.get(path).text
    remove = f"{path}/{source_ids()[0]}/remove"
    assert counts_of(post(ed, remove, htmx=True).text) == {"By other words": 1}
    again = post(ed, remove, htmx=True)
    assert again.status_code == 422
    assert "removed in the meantime" in again.text


@pytest.mark.parametrize(("name", "words"), [("", "Name the place"), ("x" * 41, "At most 40"), ("bio", "already")])
def test_a_name_that_can_not_be_used_stays_in_its_field(
    ed: FlaskClient, campaign_id: int, name: str, words: str
) -> None:
    path = f"/campaigns/{campaign_id}/sources"
    post(ed, path, {"name": "Bio"})
    for htmx in (True, False):
        answer = post(ed, path, {"name": name}, htmx=htmx)
        assert answer.status_code == 422
        assert words in answer.text
        assert f'value="{name}"' in answer.text
    assert len(source_ids()) == 1


def test_names_of_any_script_get_words_that_links_can_carry(ed: FlaskClient, campaign_id: int) -> None:
    path = f"/campaigns/{campaign_id}/sources"
    for name in ("夜のポスター", "ليلة", "Bio!"):
        assert post(ed, path, {"name": name}).status_code == 303
    db.session.rollback()
    codes = list(db.session.scalars(text("SELECT code FROM link_source ORDER BY id")))
    assert len(set(codes)) == 3
    assert all(re.fullmatch(r"[\w.-]{1,64}", code, re.ASCII) for code in codes)


def test_only_the_team_sees_and_only_editors_change(
    ed: FlaskClient, bob: FlaskClient, charlie: FlaskClient, campaign_id: int
) -> None:
    path = f"/campaigns/{campaign_id}/sources"
    post(ed, path, {"name": "Bio"})
    assert "Remove" not in bob.get(path).text
    assert post(bob, path, {"name": "Poster"}).status_code == 403
    for address in (path, f"{path}/{source_ids()[0]}/remove"):
        assert post(charlie, address, {"name": "Poster"}).status_code == 404
    other = make_campaign(1, title="Other")
    assert post(ed, f"/campaigns/{other}/sources/{source_ids()[0]}/remove").status_code == 422


@pytest.mark.parametrize("htmx", [False, True])
def test_a_name_without_a_letter_is_said_and_kept(ed: FlaskClient, campaign_id: int, htmx: bool) -> None:
    refused = post(ed, f"/campaigns/{campaign_id}/sources", name="!!!", htmx=htmx)
    assert refused.status_code == 422
    assert "Name it with letters or numbers" in refused.text
    assert 'value="!!!"' in refused.text
    assert counts_of(ed.get(f"/campaigns/{campaign_id}/sources").text) == {}
