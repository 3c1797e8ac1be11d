// Signs a fan in by MusicKit on the Web, which Apple serves itself, and posts the permission with the form.
// https://developer.apple.com/documentation/musickitjs
"use strict";

const form = document.querySelector("#sign-in");
const button = form.querySelector("button");
const told = document.querySelector("#told");
const { developerToken, appName } = form.dataset;
const words = told.dataset;
let music = null;

function tell(sentence) {
  told.textContent = sentence;
  button.disabled = false;
}

async function prepare() {
  try {
    await MusicKit.configure({ developerToken, app: { name: appName, build: "1" } });
    music = MusicKit.getInstance();
  } catch {
    tell(words.away);
  }
}

// The window may open only while the tap is fresh, so all else is done before it.
form.addEventListener("submit", async (event) => {
  if (form.elements.music_user_token.value) return;
  event.preventDefault();
  if (!music) {
    tell(words.slow);
    return;
  }
  button.disabled = true;
  try {
    form.elements.music_user_token.value = (await music.authorize()) || "";
  } catch {
    tell(words.refused);
    return;
  }
  form.elements.storefront.value = music.storefrontCountryCode || "us";
  button.disabled = false;
  form.requestSubmit(button);
});

if (window.MusicKit) prepare();
else document.addEventListener("musickitloaded", prepare);
