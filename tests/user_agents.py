"""What browsers inside apps call themselves, as met in 2026; numbers of builds are made up."""

from __future__ import annotations

_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
_ANDROID = "Mozilla/5.0 (Linux; Android 15; SM-S911B Build/AP3A; wv) AppleWebKit/537.36 (KHTML, like Gecko)"
_CHROME = "Version/4.0 Chrome/142.0.0.0 Mobile Safari/537.36"

# Both of these end in Safari's own mark.
INSTAGRAM_IOS = f"{_IPHONE} Version/18.5 Mobile/15E148 Instagram 410.0.0.1 (iPhone15,4; iOS 18_5) Safari/604.1"
TIKTOK_IOS = f"{_IPHONE} Version/18.5 Mobile/15E148 musical_ly_41.3.0 BytedanceWebview/d8a21c6 Safari/604.1"
INSTAGRAM_ANDROID = f"{_ANDROID} {_CHROME} Instagram 410.0.0.1 Android (35/15; 480dpi)"
TIKTOK_ANDROID = f"{_ANDROID} {_CHROME} musical_ly_2024103040 BytedanceWebview/d8a21c6"
THREADS_IOS = f"{_IPHONE} Mobile/15E148 Barcelona 300.0.0.1 (iPhone15,4; iOS 18_5)"
FACEBOOK_ANDROID = f"{_ANDROID} {_CHROME} [FB_IAB/FB4A;FBAV/480.0.0.1;]"
MESSENGER_ANDROID = f"{_ANDROID} {_CHROME} [FB_IAB/MESSENGER;FBAV/480.0.0.1;]"
SNAPCHAT_IOS = f"{_IPHONE} Mobile/15E148 Snapchat/13.1.0.40"
WECHAT_ANDROID = f"{_ANDROID} {_CHROME} MicroMessenger/8.0.50"
LINE_ANDROID = f"{_ANDROID} {_CHROME} Line/15.1.0/IAB"
LINKEDIN_IOS = f"{_IPHONE} Mobile/15E148 [LinkedInApp]/9.30"
UNKNOWN_ANDROID = f"{_ANDROID} {_CHROME}"

SAFARI = f"{_IPHONE} Version/18.5 Mobile/15E148 Safari/604.1"
CHROME_ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0"
