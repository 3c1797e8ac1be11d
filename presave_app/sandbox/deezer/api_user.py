"""Who a user is, and what the app was allowed.

https://developers.deezer.com/api/user
"""

from flask import Response

from .api_gate import ME, get_fan, get_me, has_perm
from .api_shapes import me_json, user_json
from .errors import ApiError, json_answer
from .perms import EMAIL, TEXTS


def one_user(who: str) -> Response:
    fan = get_fan(who)
    return json_answer(me_json(fan, with_email=has_perm(EMAIL)) if who == ME else user_json(fan))


def permissions(who: str) -> Response:
    if get_fan(who) is not get_me():
        raise ApiError("permission")
    return json_answer({"permissions": {perm: has_perm(perm) for perm in TEXTS}})
