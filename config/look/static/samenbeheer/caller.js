// Who calls: the list comes while one types; arrows walk it, Enter picks the first or the one that has the focus.
"use strict";

document.querySelectorAll("[data-callers]").forEach((field) => {
  const box = document.querySelector("#callers");
  const hits = () => [...box.querySelectorAll("button")];
  let asked = null;
  let waiting = 0;
  const show = async () => {
    asked?.abort();
    asked = new AbortController();
    const text = field.value.trim();
    if (text.length < 3) { box.replaceChildren(); return; }
    try {
      const answer = await fetch(`${field.dataset.callers}?q=${encodeURIComponent(text)}`, { signal: asked.signal });
      if (!answer.ok || answer.redirected) return;
      box.innerHTML = await answer.text();
      box.dataset.of = text;
    } catch { /* a newer question was asked, or the network is away: the button still works */ }
  };
  field.addEventListener("input", () => { window.clearTimeout(waiting); waiting = window.setTimeout(show, 120); });
  field.addEventListener("keydown", async (event) => {
    if (event.key === "ArrowDown" && hits().length) { event.preventDefault(); hits()[0].focus(); }
    if (event.key !== "Enter" || !field.value.trim()) return;
    event.preventDefault();
    window.clearTimeout(waiting);
    if (box.dataset.of !== field.value.trim()) await show();
    const own = box.dataset.of === field.value.trim(); // and not of letters that stood there before
    const first = (own && hits()[0]) || field.form.querySelector("[name=find]");
    first.click();
  });
  box.addEventListener("keydown", (event) => {
    const at = hits().indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    (hits()[to] || (to < 0 ? field : hits()[at])).focus();
  });
});
