// Shows what is new without a reload, and adds buttons that copy. The pages work without it.
"use strict";

const SECONDS = 2;
const status = document.createElement("p");
status.className = "hidden";
status.setAttribute("aria-live", "polite");
document.body.append(status);

function addCopyButtons(within) {
  if (!navigator.clipboard) return; // on a page that is not from this machine and without HTTPS
  for (const one of within.querySelectorAll(".copy:not(:has(button))")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button quiet small";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy: ${one.querySelector("pre").getAttribute("aria-label")}`);
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(one.querySelector("code").textContent);
      button.textContent = "Copied";
      status.textContent = "Copied.";
    });
    one.append(button);
  }
}

function isInUse(part) {
  const selected = getSelection();
  return part.contains(document.activeElement) || (!selected.isCollapsed && selected.containsNode(part, true));
}

async function refresh() {
  const parts = document.querySelectorAll("[data-live]");
  if (document.hidden || !parts.length) return;
  const response = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const part of parts) {
    const fresh = page.getElementById(part.id);
    if (!fresh || fresh.innerHTML === part.dataset.shown || isInUse(part)) continue;
    const known = part.dataset.shown;
    part.innerHTML = fresh.innerHTML;
    part.dataset.shown = fresh.innerHTML;
    if (known !== undefined && part.matches("section")) status.textContent = "The list has changed.";
  }
}

async function keepFresh() {
  try {
    await refresh();
  } catch {
    // The sandbox was stopped; it may be started again.
  }
  setTimeout(keepFresh, SECONDS * 1000);
}

for (const part of document.querySelectorAll("[data-live]")) part.dataset.shown = part.innerHTML;
addCopyButtons(document);
setTimeout(keepFresh, SECONDS * 1000);
