// Reminders and notices by the browser itself: offered only where it can show messages, and asked for only when pressed.
"use strict";

function bytesOf(key) {
  const padded = key.replaceAll("-", "+").replaceAll("_", "/").padEnd(Math.ceil(key.length / 4) * 4, "=");
  return Uint8Array.from(atob(padded), (letter) => letter.charCodeAt(0));
}

async function subscribe(key) {
  if ((await Notification.requestPermission()) !== "granted") throw new Error("not allowed");
  await navigator.serviceWorker.register("/push.js");
  const registration = await navigator.serviceWorker.ready;
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(key) });
}

async function fillIn(form, key) {
  const { endpoint, keys } = (await subscribe(key)).toJSON();
  form.elements.endpoint.value = endpoint;
  form.elements.p256dh.value = keys.p256dh;
  form.elements.auth.value = keys.auth;
}

const CAN_PUSH = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

for (const part of document.querySelectorAll("[data-needs-push]")) part.hidden = !CAN_PUSH;

for (const way of document.querySelectorAll("[data-push-key]")) {
  way.hidden = !CAN_PUSH;
  const form = way.querySelector("form");
  const refused = way.querySelector("[data-push-refused]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.ariaBusy === "true") return;
    form.ariaBusy = "true";
    refused.hidden = true;
    try {
      await fillIn(form, way.dataset.pushKey);
      form.submit();
    } catch {
      refused.hidden = false;
      form.ariaBusy = "false";
    }
  });
}
