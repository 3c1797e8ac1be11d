// A picture is dropped on the artwork as well as chosen, and while it is on its way one sees how far it is.

function hasFiles(event) {
  return event.dataTransfer?.types.includes("Files");
}

function placeOf(event) {
  return event.target.closest?.("#artwork[hx-post]");
}

function markPlace(place) {
  for (const marked of document.querySelectorAll(".is-awaited")) marked.classList.toggle("is-awaited", marked === place);
  place?.classList.add("is-awaited");
}

document.addEventListener("dragover", (event) => {
  if (!hasFiles(event)) return;
  // Beside its place a picture would be opened by the browser, instead of the page with all that is typed.
  event.preventDefault();
  const place = placeOf(event);
  event.dataTransfer.dropEffect = place ? "copy" : "none";
  markPlace(place);
});

document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) markPlace(null);
});

document.addEventListener("drop", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  markPlace(null);
  const [picture] = event.dataTransfer.files;
  const input = placeOf(event) && document.getElementById("input-artwork");
  if (!input || !picture) return;
  const only = new DataTransfer();
  only.items.add(picture);
  input.files = only.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

document.addEventListener("htmx:xhr:progress", (event) => {
  const { loaded, total, lengthComputable } = event.detail;
  if (event.target.id !== "artwork" || !lengthComputable) return;
  const percent = Math.floor((100 * loaded) / total);
  event.target.querySelector("progress").value = percent;
  event.target.querySelector("[data-progress-words]").textContent = percent < 100 ? `Uploading… ${percent} %` : "Making its sizes…";
});
