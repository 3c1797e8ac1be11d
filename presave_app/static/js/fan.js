// Small comforts for fan pages. Every page works without this file.
"use strict";

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
// The sentences are the page's; days and hours are written in its language, the visitor's own way where that is the same.
const LANGUAGE = document.documentElement.lang;
const SPOKEN = navigator.language || "";
const DAYS_AS = LANGUAGE === "en" ? "en-GB" : LANGUAGE;
const HOURS_AS = SPOKEN.split("-")[0] === LANGUAGE ? SPOKEN : DAYS_AS;
const WORDS = document.body.dataset;

// As the server writes them: Arabic too with the digits 0 to 9.
const part = (language, options) => new Intl.DateTimeFormat(language, { numberingSystem: "latn", ...options });
const dayOf = (moment, more) => part(DAYS_AS, { day: "numeric", month: "long", ...more }).format(moment);
const hourOf = (moment) => part(HOURS_AS, { hour: "numeric", minute: "2-digit" }).format(moment);
const filled = (sentence, places) => sentence.replace(/\{(\w+)\}/g, (_, place) => places[place]);

const SAID = {
  moment(moment) {
    const year = moment.getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" };
    const isMidnight = moment.getHours() === 0 && moment.getMinutes() === 0;
    const day = dayOf(moment, { weekday: "long", ...year });
    return filled(isMidnight ? WORDS.atMidnight : WORDS.atHour, { day, time: hourOf(moment) });
  },
  stamp: (moment) => filled(WORDS.stamp, { day: dayOf(moment), time: hourOf(moment) }),
};

function sayTime(time) {
  const moment = new Date(time.dateTime);
  if (!Number.isNaN(moment.getTime())) time.textContent = SAID[time.dataset.words](moment);
}

// Apps that open links inside themselves, where the visitor is not signed in anywhere. Never more than a hint: the marks
// are guesses. They come with the page, which is the same for everybody; what helps in this app is asked for.
async function offerWayOut(place) {
  if (!new RegExp(place.dataset.inside).test(navigator.userAgent)) return;
  const answer = await fetch(place.dataset.wayOut).catch(() => null);
  if (!answer?.ok) return;
  const told = new DOMParser().parseFromString(await answer.text(), "text/html").body.firstElementChild;
  place.replaceWith(told);
  enhance(told);
}

// The page is the same for everybody; each browser only brings the listening page into its own order: first the service
// that was pressed here last, on any page of ours, then those at home where the visitor is likely to be, then the one of
// the device's own maker.
const USED = "service-used";
const TOUCH_MAC = /Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1;
const IOS = TOUCH_MAC || /iPhone|iPad|iPod/.test(navigator.userAgent);
const DEVICE = IOS ? "ios" : /Android/.test(navigator.userAgent) ? "android" : "none";

// The zone tells the country. Browsers that hide it say UTC; then the region of the visitor's language may tell.
const HIDES_ZONE = !ZONE.includes("/") || ZONE.startsWith("Etc/");
const REGION = /-([A-Z]{2})\b/i.exec(navigator.language || "")?.[1].toUpperCase();

function isAtHome({ homeCountries = "", homeZones = "" }) {
  return HIDES_ZONE ? homeCountries.split(" ").includes(REGION) : homeZones.split(" ").includes(ZONE);
}

// A browser may forbid the store.
function usedBefore() {
  try {
    return localStorage.getItem(USED);
  } catch {
    return null;
  }
}

function rememberUsed(service) {
  try {
    localStorage.setItem(USED, service);
  } catch {
    // Then the next page shows the order that everybody sees.
  }
}

function putOwnFirst(list) {
  const used = usedBefore();
  const reasons = ({ dataset }) => [dataset.service === used, isAtHome(dataset), dataset.home === DEVICE, true];
  const rank = (item) => reasons(item).indexOf(true);
  const items = [...list.children];
  const sorted = [...items].sort((one, other) => rank(one) - rank(other));
  if (sorted.some((item, place) => item !== items[place])) list.append(...sorted);
}

function enhance(root) {
  for (const list of root.querySelectorAll("[data-own-first]")) putOwnFirst(list);
  for (const time of root.querySelectorAll("time[data-words]")) sayTime(time);
  for (const field of root.querySelectorAll('input[name="time_zone"]')) field.value = ZONE;
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
  for (const place of root.querySelectorAll("[data-inside]")) offerWayOut(place);
}

// A release with a clock for each zone turns when the visitor's own day begins: only its page says where that is.
const ZONE_KEPT_SECONDS = 180 * 24 * 3600;
if (ZONE && document.querySelector("[data-tells-zone]")) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `tz=${ZONE}; Path=/; Max-Age=${ZONE_KEPT_SECONDS}; SameSite=Lax${secure}`;
}

// A second tap while the service's page is on its way would start a second sign-in.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-connect]")) return;
  if (form.ariaBusy === "true") event.preventDefault();
  form.ariaBusy = "true";
});

addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-connect]")) form.ariaBusy = "false";
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.textContent = WORDS.copied;
});

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("a, button")?.closest("[data-service]");
  if (pressed) rememberUsed(pressed.dataset.service);
});

// Nobody looks at a hidden page: it asks for nothing until it is seen again.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden) event.preventDefault();
});

document.addEventListener("htmx:load", (event) => enhance(event.detail.elt.parentElement || document));

async function keepAwake() {
  if (document.hidden || !("wakeLock" in navigator)) return;
  await navigator.wakeLock.request("screen").catch(() => {});
}

if (document.querySelector("[data-keep-awake]")) {
  document.addEventListener("visibilitychange", keepAwake);
  keepAwake();
}

enhance(document);
