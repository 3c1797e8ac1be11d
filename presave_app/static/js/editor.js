// What somebody else changes appears in an open editor, but never in a field in which somebody is, or has typed.

const waiting = new Map();

function isDirty(input) {
  if (input.matches("select")) return [...input.options].some((option) => option.selected !== option.defaultSelected);
  return input.value !== input.defaultValue;
}

/** Where in the newer part somebody types on; a field that saves itself is let wait instead. */
function placeIn(fresh, input) {
  if (!fresh.matches("[data-carries]") || input.hasAttribute("aria-invalid")) return null;
  return fresh.querySelector(`#${input.id}`);
}

function isFree(field, fresh) {
  if (field.contains(document.activeElement) || field.matches(":active, .htmx-request") || field.querySelector(".htmx-request")) return false;
  const typed = [...field.querySelectorAll(".input[name]")].filter((input) => isDirty(input) || input.hasAttribute("aria-invalid"));
  return typed.every((input) => placeIn(fresh, input));
}

function markOf(field) {
  return field.dataset.mark ?? field.querySelector("input[type=hidden][name^=shown-]")?.value;
}

/** What is half typed goes on in the newer part, and what was opened stays open. */
function carryOver(field, shown) {
  for (const input of field.querySelectorAll(".input[name]")) if (isDirty(input)) placeIn(shown, input).value = input.value;
  for (const opened of field.querySelectorAll("details[open][id]")) shown.querySelector(`#${opened.id}`)?.setAttribute("open", "");
}

/** Show the newer text, now or as soon as the field is left; who has typed there is asked when it is saved. */
function bring(fresh) {
  const field = document.getElementById(fresh.id);
  waiting.delete(fresh.id);
  if (!field || (markOf(fresh) !== undefined && markOf(field) === markOf(fresh))) return;
  if (!isFree(field, fresh)) return waiting.set(fresh.id, fresh);
  const shown = document.importNode(fresh, true);
  carryOver(field, shown);
  field.replaceWith(shown);
  htmx.process(shown);
  comeAlive(shown);
}

document.addEventListener("focusout", () => {
  setTimeout(() => [...waiting.values()].forEach(bring));
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.id === "news" && document.hidden) event.preventDefault();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, serverResponse, xhr } = event.detail;
  // The field's own answer is newer than what waits for it, or for a part of it.
  for (const id of waiting.keys()) if (target?.contains(document.getElementById(id))) waiting.delete(id);
  if (xhr.status !== 200) return;
  const told = new DOMParser().parseFromString(serverResponse, "text/html").querySelector("template[data-fresh]");
  for (const fresh of told?.content.children ?? []) {
    bring(fresh);
    // What somebody here has just filled is not left folded away.
    if (target?.id !== "news") document.getElementById(fresh.id)?.closest("details")?.setAttribute("open", "");
  }
});
