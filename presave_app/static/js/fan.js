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
const filled = (sentence, places) => sentence.replace(/\{(\w+)\}/g, (all, place) => places[place] ?? all);

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

// The page is the same for everybody; each browser only brings the listening page into its own order: first the services
// that were pressed here, on any page of ours, the last one before all others, then those at home where the visitor is
// likely to be, then the one of the device's own maker.
const USED = "service-used";
const MOST_USED = 5;
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
    return (localStorage.getItem(USED) ?? "").split(" ").filter(Boolean);
  } catch {
    return [];
  }
}

function rememberUsed(service) {
  const used = [service, ...usedBefore().filter((other) => other !== service)];
  try {
    localStorage.setItem(USED, used.slice(0, MOST_USED).join(" "));
  } catch {
    // Then the next page shows the order that everybody sees.
  }
}

function forgetUsed() {
  try {
    localStorage.removeItem(USED);
  } catch {
    // Then there is nothing to forget.
  }
}

function putOwnFirst(list) {
  const used = usedBefore();
  const usedAs = ({ service }) => used.map((one) => one === service);
  const reasons = ({ dataset }) => [...usedAs(dataset), isAtHome(dataset), dataset.home === DEVICE, true];
  const rank = (item) => reasons(item).indexOf(true);
  const items = [...list.children];
  const sorted = [...items].sort((one, other) => rank(one) - rank(other));
  if (sorted.some((item, place) => item !== items[place])) list.append(...sorted);
}

// What was made in this browser. A cookie says on which campaigns, so that nobody else asks; the place for it is kept
// free before it comes. By a plain request, because htmx is only on pages on which something moves.

async function showOwn(place) {
  const here = /(?:^|; )(?:__Host-)?here=([\d.]+)/.exec(document.cookie)?.[1].split(".") ?? [];
  const lines = here.filter((campaign) => campaign === place.dataset.campaign).length;
  if (!lines) return;
  place.style.setProperty("--lines", lines);
  place.hidden = false;
  const address = place.dataset.me;
  delete place.dataset.me;
  const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (answer?.status !== 200) {
    place.hidden = true;
    return;
  }
  const told = new DOMParser().parseFromString(await answer.text(), "text/html").body.firstElementChild;
  place.replaceWith(told);
  globalThis.htmx?.process(told);
  enhance(told);
}

// Where a fan is in already, the service's button stands back for those that are left. Its way to listen never does.
function standBack(line) {
  const place = `[data-service="${line.dataset.saved}"]`;
  document.querySelector(`#services:not([data-own-first]) > ${place}`)?.classList.add("is-used");
  document.querySelector(`.late-adds > ${place}`)?.setAttribute("hidden", "");
}

// Which services may be shown in a frame was decided when the page was loaded; one that turned since has to come anew.
const MAY_SHOW_PLAYERS = Boolean(document.getElementById("listen-here"));
const PLAYER_MAY = "autoplay; encrypted-media; fullscreen";
const PLAYER_BOX = [
  "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox",
  "allow-storage-access-by-user-activation",
].join(" ");

function offerPlayer(place) {
  const item = document.querySelector("#services [data-player]");
  const button = place.querySelector("a");
  if (!item || !button) return;
  const service = item.querySelector(".service-name").textContent;
  button.href = item.querySelector("a").href;
  button.textContent = place.dataset.words;
  place.querySelector(".note").textContent = filled(place.dataset.from, { service });
  Object.assign(place.dataset, { src: item.dataset.player, height: item.dataset.height, name: service });
}

// YouTube plays for nobody who hides the site (https://developers.google.com/youtube/terms/required-minimum-functionality),
// so each player is told the site, and never the page.
function openPlayer(place) {
  const { src, height, title, name } = place.dataset;
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", PLAYER_BOX);
  Object.assign(frame, { title: filled(title, { service: name }), height, allow: PLAYER_MAY, loading: "lazy" });
  Object.assign(frame, { referrerPolicy: "strict-origin", src });
  place.replaceChildren(frame);
  frame.focus();
}

function enhance(root) {
  for (const list of root.querySelectorAll("[data-own-first]")) putOwnFirst(list);
  for (const place of root.querySelectorAll("[data-me]")) showOwn(place);
  for (const line of root.querySelectorAll("[data-saved]")) standBack(line);
  for (const place of root.querySelectorAll("#listen-here")) offerPlayer(place);
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

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-forget]")) forgetUsed();
});

document.addEventListener("click", (event) => {
  const place = event.target.closest("#listen-here a")?.parentElement;
  if (!place?.dataset.src || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (MAY_SHOW_PLAYERS) return openPlayer(place);
  location.hash = place.id;
  location.reload();
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
