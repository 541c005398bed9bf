// Shows what changed within a second, and presses buttons without leaving the page. Everything works without it too.
"use strict";

const live = document.getElementById("live");
const said = document.getElementById("said");
let etag = "";
let hiding;

async function refresh() {
  const answer = await fetch(live.dataset.url, { headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store" });
  if (answer.status === 200) {
    etag = answer.headers.get("ETag") || "";
    live.innerHTML = await answer.text();
  }
  document.body.classList.toggle("away", !(answer.ok || answer.status === 304));
}

function say(sentence) {
  clearTimeout(hiding);
  said.textContent = sentence;
  said.hidden = !sentence;
  hiding = setTimeout(() => { said.hidden = true; }, 6000);
}

async function watch() {
  try {
    if (!document.hidden) await refresh();
  } catch {
    document.body.classList.add("away");
    say("Recoup has stopped. Start it again with: recoup dev");
  }
  setTimeout(watch, 1000);
}

document.querySelectorAll("form").forEach((form) => form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", headers: { "X-Requested-With": "fetch" } });
    const told = await answer.json();
    say(told.said || told.error || "");
    await new Promise((done) => setTimeout(done, 250));
    await refresh();
  } catch {
    say("Recoup does not answer. Is it still running?");
  } finally {
    button.disabled = false;
    button.focus();
  }
}));

if (said.textContent) {
  history.replaceState(null, "", location.pathname);
  say(said.textContent);
}
watch();
