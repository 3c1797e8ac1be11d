// The service worker of reminders and notices: it shows the one message, and opens its link when that is pressed.
"use strict";

self.addEventListener("push", (event) => {
  const message = event.data ? event.data.json() : {};
  const shown = self.registration.showNotification(message.title || "♫", {
    body: message.body || "",
    tag: message.tag,
    data: { url: message.url },
  });
  event.waitUntil(shown);
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  if (event.notification.data.url) event.waitUntil(self.clients.openWindow(event.notification.data.url));
});
