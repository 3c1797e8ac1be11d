// Hands what the fan decided to the page that opened this window, and to no other origin; then the window closes.
"use strict";

const message = document.querySelector("[data-message]");
if (window.opener && message) {
  window.opener.postMessage(JSON.parse(message.dataset.message), message.dataset.origin);
  window.close();
}
