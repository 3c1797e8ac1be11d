"""Signing in to Apple Music: developer tokens of two kinds, a page of ours, and a token that Apple must know."""

from __future__ import annotations

import pytest
from apple_answers import ALBUM, KEY, MUT, ORIGIN, TOKEN, album, finish, list_of, make_connector, pem_of
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc import jwt
from joserfc.jwk import ECKey
from scripted_service import Asked, ScriptedService

from presave_app.lib import clock
from presave_app.streaming import apple_music_tokens
from presave_app.streaming.apple_music import OPTIONS, AppleMusic
from presave_app.streaming.errors import AppBlocked, NeedsReauth, Refused, RetryLater, SignInRefused


def bearer_of(asked: Asked) -> str:
    return asked.headers["Authorization"].removeprefix("Bearer ")


def claims_of(token: str) -> dict[str, object]:
    """What a developer token says, its signature checked with the very key."""
    decoded = jwt.decode(token, ECKey.import_key(pem_of(KEY)), algorithms=["ES256"])
    assert decoded.header == {"alg": "ES256", "kid": "KEY1234567"}
    return decoded.claims


class TestDeveloperTokens:
    def test_a_worker_says_no_origin(self, apple: AppleMusic, service: ScriptedService) -> None:
        service.answers(200, list_of(album()))
        apple.find_release(ref=ALBUM, upc=None)
        claims = claims_of(bearer_of(service.asked[0]))
        now = clock.now().timestamp()
        assert set(claims) == {"iss", "iat", "exp"}
        assert claims["iss"] == "TEAM123456"
        assert now - 120 < int(str(claims["iat"])) < now
        assert now + 3600 < int(str(claims["exp"])) < now + 12 * 3600

    def test_a_page_gets_a_short_one_for_its_origin(self, apple: AppleMusic) -> None:
        page = apple.sign_in_page(ORIGIN)
        assert page is not None
        claims = claims_of(page.fields["developer_token"])
        assert claims["origin"] == [ORIGIN]
        assert int(str(claims["exp"])) < clock.now().timestamp() + 3600

    @pytest.mark.parametrize(("life", "tokens"), [(None, 1), (0, 2)], ids=["young", "old"])
    def test_a_worker_keeps_its_token_while_it_is_young(
        self,
        life: int | None,
        tokens: int,
        apple: AppleMusic,
        service: ScriptedService,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        if life is not None:
            monkeypatch.setattr(apple_music_tokens, "_WORKER_SECONDS", life)
        for _ in range(2):
            service.answers(200, list_of(album()))
            apple.find_release(ref=ALBUM, upc=None)
        assert len(set(map(bearer_of, service.asked))) == tokens

    def test_one_that_was_refused_is_minted_anew(self, apple: AppleMusic, service: ScriptedService) -> None:
        service.answers(401)
        service.answers(200, list_of(album()))
        with pytest.raises(AppBlocked, match="invalid_client"):
            apple.find_release(ref=ALBUM, upc=None)
        apple.find_release(ref=ALBUM, upc=None)
        first, second = map(bearer_of, service.asked)
        assert first != second

    @pytest.mark.parametrize(
        "private_key",
        [
            "no key",
            pem_of(rsa.generate_private_key(65537, 2048)),
            pem_of(ec.generate_private_key(ec.SECP384R1())),
        ],
        ids=["garbage", "rsa", "another curve"],
    )
    def test_a_wrong_key_blocks_the_app_and_shows_nowhere(self, private_key: str, service: ScriptedService) -> None:
        connector = make_connector(service, private_key)
        with pytest.raises(AppBlocked, match="invalid_client") as fault:
            connector.add(TOKEN, ALBUM)
        assert fault.value.__cause__ is None
        assert fault.value.__suppress_context__
        assert service.asked == []
        connector.close()


class TestSigningIn:
    def test_a_page_of_ours_opens_what_the_script_needs(self, apple: AppleMusic, service: ScriptedService) -> None:
        page = apple.sign_in_page(ORIGIN)
        assert page is not None
        assert page.script == f"{service.url}/js/musickit.js"
        assert page.sources == (service.url, "https://authorize.music.apple.com", "https://*.apple.com")
        assert set(page.fields) == {"developer_token", "app_name"}
        assert page.fields["app_name"] == "presave.label.example"
        assert page.fields["developer_token"] not in repr(page)

    def test_the_real_script_and_api_are_the_default(self) -> None:
        assert OPTIONS.urls["APPLE_MUSIC_JS_URL"] == "https://js-cdn.music.apple.com/musickit/v3/musickit.js"
        assert OPTIONS.urls["APPLE_MUSIC_API_URL"] == "https://api.music.apple.com"

    def test_nobody_is_sent_away(self, apple: AppleMusic) -> None:
        with pytest.raises(Refused, match="sign_in_on_page"):
            apple.begin_sign_in(redirect_uri=ORIGIN, state="s", code_verifier="v", scopes=())

    def test_apple_names_the_true_storefront(self, apple: AppleMusic, service: ScriptedService) -> None:
        service.answers(200, list_of({"id": "jp", "type": "storefronts"}))
        signed_in = finish(apple, storefront="US")
        (asked,) = service.asked
        assert (asked.method, asked.path, asked.query) == ("GET", "/v1/me/storefront", {})
        assert asked.headers["Music-User-Token"] == MUT
        assert signed_in.account_id is None
        assert signed_in.tokens.access_token == f"jp:{MUT}"
        assert signed_in.tokens.refresh_token is None
        assert signed_in.tokens.expires_in_seconds == 180 * 86_400
        assert MUT not in repr(signed_in)

    @pytest.mark.parametrize(
        "answer",
        [
            {"music_user_token": ""},
            {"music_user_token": "short"},
            {"music_user_token": "x" * 4097},
            {"music_user_token": "with space inside"},
            {"music_user_token": "twolines\r\nX-Header: 1"},
            {"storefront": ""},
            {"storefront": "usa"},
            {"storefront": "1/"},
        ],
    )
    def test_an_answer_without_a_permission_is_none(
        self, answer: dict[str, str], apple: AppleMusic, service: ScriptedService
    ) -> None:
        with pytest.raises(SignInRefused):
            finish(apple, **answer)
        assert service.asked == []

    @pytest.mark.parametrize(
        "body", ["", "<html>", "{}", '{"data": []}', '{"data": [{"id": "x/../y"}]}', '{"data": [{"id": 7}]}']
    )
    def test_an_odd_storefront_is_no_sign_in(self, body: str, apple: AppleMusic, service: ScriptedService) -> None:
        service.answers(200, body)
        with pytest.raises(RetryLater, match="answer_unreadable"):
            finish(apple)

    def test_there_is_no_refresh(self, apple: AppleMusic) -> None:
        with pytest.raises(NeedsReauth, match="grant_expired"):
            apple.refresh("anything")
