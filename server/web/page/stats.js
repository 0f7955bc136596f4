// Keeps an open stats page at the newest numbers. The server sends each change as
// the HTML of the parts that moved; without this script the page works by reload.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const live = byId("live");

  const numbers = (part) => [...part.querySelectorAll("dd")];

  const replace = (part) => {
    const old = byId(part.id);
    if (!old || old.outerHTML === part.outerHTML) return;
    const open = [...old.querySelectorAll("details[open]")].map((d) => d.id);
    const focus = old.contains(document.activeElement) ? document.activeElement.id : "";
    const before = numbers(old).map((n) => n.textContent);
    old.replaceWith(part);
    for (const id of open) if (byId(id)) byId(id).open = true;
    if (focus && byId(focus)) byId(focus).focus({ preventScroll: true });
    numbers(part).forEach((n, i) => n.parentElement.classList.toggle("changed", n.textContent !== before[i]));
    if (part.dataset.news) announce(part.dataset.news);
  };

  // What is read out: the newest sentence, at most one in ten seconds.
  let said = byId("numbers").dataset.news, next = said, waiting = false;
  const announce = (sentence) => {
    next = sentence;
    if (waiting || next === said) return;
    byId("news").textContent = said = next;
    waiting = true;
    setTimeout(() => { waiting = false; announce(next); }, 10000);
  };

  const state = (words, lost) => {
    live.hidden = false;
    live.textContent = words;
    live.classList.toggle("lost", lost);
  };

  // What stands around the parts is another for an archived link, and comes with the page.
  const outdated = (parts) => {
    const part = parts.querySelector("#numbers");
    return part && part.dataset.archived !== byId("numbers").dataset.archived;
  };

  // A refused stream does not say why. Where the page is gone, what is there now says so.
  const reconnect = async () => {
    const page = await fetch(location.href, { method: "HEAD" }).catch(() => null);
    if (page && page.status === 404) location.reload();
    else connect();
  };

  const connect = () => {
    const stream = new EventSource(document.body.dataset.live);
    const again = () => { stream.close(); location.reload(); };
    stream.onopen = () => state("Live", false);
    stream.onmessage = (e) => {
      const parts = new DOMParser().parseFromString(e.data, "text/html").body;
      if (outdated(parts)) return again();
      for (const part of [...parts.children]) replace(part);
    };
    stream.addEventListener("gone", again);
    stream.onerror = () => {
      state("Not live, trying again", true);
      // The browser tries again by itself, unless the answer was a refusal.
      if (stream.readyState === EventSource.CLOSED) setTimeout(reconnect, 20000 + Math.random() * 20000);
    };
  };
  connect();

  const copy = byId("copy");
  if (copy && navigator.clipboard) { // an archived link has no button
    copy.hidden = false;
    copy.onclick = async () => {
      try {
        await navigator.clipboard.writeText(byId("link").textContent);
        copy.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(byId("link"));
        copy.textContent = "Selected";
      }
      setTimeout(() => { copy.textContent = "Copy"; }, 2000);
    };
  }
})();
