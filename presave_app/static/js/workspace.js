// What the workspace adds where scripts run. Without this file every form still works as a plain form.

const TOAST_SECONDS = 9;
const STALE = "These figures are not live right now. They go on by themselves as soon as we can be reached.";
const OFFLINE = "No connection. What you typed is still here; change it again once you are online to save it.";

/** Say something in one line at the foot of the page. */
function say(words) {
  const line = document.createElement("p");
  line.className = "toast";
  line.textContent = words;
  document.getElementById("toasts")?.replaceChildren(line);
  setTimeout(() => line.remove(), TOAST_SECONDS * 1000);
}

function parsed(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

/** With scripts, fields save themselves: buttons for the plain form step back, those that need scripts appear. */
function comeAlive(root) {
  for (const button of root.querySelectorAll(".only-plain")) {
    button.hidden = true;
    // A disabled button also keeps Enter from sending the whole form.
    button.disabled = true;
  }
  for (const button of root.querySelectorAll(".only-live")) button.hidden = false;
}

/** Whether somebody is in the field, or has typed on since it was sent. */
function isBeingTyped(field, sent) {
  // Between the press and the release of a button in it, nothing may move away under the finger.
  if (field.matches(":active")) return true;
  if (field.contains(document.activeElement) && document.activeElement.matches("input, textarea")) return true;
  return [...field.querySelectorAll("input[name], select[name], textarea[name]")].some((input) => input.value !== sent.get(input.name));
}

/** Show what is said about a field and leave alone what somebody types in it. */
function swapAround(field, html, sent) {
  const fresh = parsed(html);
  for (const part of [".field-message", ".field-hints"]) {
    const [shown, told] = [field.querySelector(part), fresh.querySelector(part)];
    if (!shown || !told || shown.matches(":active")) continue;
    shown.className = told.className;
    shown.replaceChildren(...told.childNodes);
    htmx.process(shown);
  }
  for (const input of field.querySelectorAll(".input")) {
    const told = fresh.getElementById(input.id);
    if (told.hasAttribute("aria-invalid")) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    if (input !== document.activeElement && input.value === sent.get(input.name)) input.value = told.value;
    if ("defaultValue" in input) input.defaultValue = told.defaultValue;
  }
  for (const mark of field.querySelectorAll("input[type=hidden]")) mark.value = fresh.querySelector(`[name="${mark.name}"]`)?.value ?? mark.value;
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, serverResponse, requestConfig, xhr } = event.detail;
  if (!target?.hasAttribute?.("data-saves-itself") || (xhr.status !== 200 && xhr.status !== 422)) return;
  if (!isBeingTyped(target, requestConfig.formData)) return;
  event.detail.shouldSwap = false;
  swapAround(target, serverResponse, requestConfig.formData);
});

/** A part that renews itself lets nobody press into the void, and stays open where it was opened. */
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig } = event.detail;
  if (!target?.hasAttribute?.("data-live")) return;
  if (requestConfig.verb === "get" && target.matches(":active")) event.detail.shouldSwap = false;
  const opened = [...target.querySelectorAll("details[open][id]")].map((part) => part.id);
  const reopen = () => opened.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  document.addEventListener("htmx:afterSwap", reopen, { once: true });
});

/** Whether a part of the page asked for itself: nobody did anything, so nothing of theirs can be lost. */
function isOwnRenewal(event) {
  const { requestConfig, elt } = event.detail;
  return requestConfig?.verb === "get" && elt.hasAttribute("hx-trigger");
}

/** Somebody signed in anew in another tab: the forms of this one get the token that is good now. */
document.addEventListener("fresh-token", ({ detail }) => {
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": detail.value }));
  for (const input of document.querySelectorAll("input[name=csrf_token]")) input.value = detail.value;
});

/** Send what was refused for an old token once more, by the same event; false when that was done already. */
function wasSentAgain({ elt, requestConfig, xhr }) {
  const isForToken = xhr.getResponseHeader("HX-Trigger")?.includes("fresh-token");
  if (!isForToken || !requestConfig.triggeringEvent || elt.hasAttribute("data-sent-again")) return false;
  elt.setAttribute("data-sent-again", "");
  htmx.trigger(elt, requestConfig.triggeringEvent.type);
  return true;
}

document.addEventListener("htmx:responseError", (event) => {
  if (wasSentAgain(event.detail)) return;
  if (isOwnRenewal(event)) return say(STALE);
  const told = parsed(event.detail.xhr.responseText).getElementById("error")?.textContent.trim();
  say(told || "That did not work. What you typed is still here; try again in a moment.");
});
for (const fault of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(fault, (event) => say(isOwnRenewal(event) ? STALE : OFFLINE));
}
document.addEventListener("campaign-changed", () => document.querySelector("[data-until-change]")?.remove());
document.addEventListener("htmx:load", (event) => comeAlive(event.detail.elt));

/** Take a picture as soon as it is picked, but not one that would be refused for its size after a long wait. */
document.addEventListener("change", (event) => {
  const input = event.target;
  if (!input.matches("input[type=file][data-most-bytes]") || !input.files.length) return;
  event.stopPropagation();
  if (input.files[0].size > Number(input.dataset.mostBytes)) {
    input.value = "";
    const told = document.createElement("p");
    told.className = "fault";
    told.textContent = "That file is larger than 10 MB. Save the picture as a JPEG of 3000 by 3000 pixels and try again.";
    document.getElementById("message-artwork").replaceChildren(told);
    return;
  }
  input.closest("#artwork").dispatchEvent(new CustomEvent("picked"));
});

/** A colour that is picked goes where it could be typed, and where it can be taken away again. */
for (const kind of ["input", "change"]) {
  document.addEventListener(kind, ({ target: picker }) => {
    if (!picker.matches("input[type=color][data-fills]")) return;
    const typed = document.getElementById(picker.dataset.fills);
    typed.value = picker.value;
    typed.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

/** And a colour that is typed shows in its picker. */
document.addEventListener("change", ({ target: typed }) => {
  const picker = typed.id && document.querySelector(`input[type=color][data-fills="${typed.id}"]`);
  if (picker && /^#[0-9a-f]{6}$/i.test(typed.value)) picker.value = typed.value;
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "Copied";
  } catch {
    button.parentElement.querySelector("input").select();
  }
});

comeAlive(document);
