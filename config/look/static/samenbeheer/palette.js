// Ctrl+K opens the palette; it, and the search field of each page, offer hits while one types. A hit leads somewhere:
// what does something on this page (the acts of the table of keys) is offered last and never chosen by itself.
"use strict";

(() => {
  const dialog = document.querySelector("#palette");

  const offer = (field) => {
    const box = document.getElementById(field.dataset.offers);
    const first = "first" in field.dataset;
    let asked = null;
    let waiting = 0;
    let byHand = false;  // whether an arrow or Tab chose what is chosen now
    const options = () => [...box.querySelectorAll("[role=option]:not([aria-disabled])")];
    const chosen = () => box.querySelector("[aria-selected=true]");
    const choose = (option) => {
      options().forEach((one) => one.setAttribute("aria-selected", String(one === option)));
      if (option) {
        option.id ||= `${box.id}-${options().indexOf(option)}`;
        field.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      } else {
        field.removeAttribute("aria-activedescendant");
      }
    };
    const hide = () => {
      box.hidden = true;
      field.setAttribute("aria-expanded", "false");
      choose(null);
    };
    const acts = () => {
      const words = field.value.trim().toLowerCase();
      const rows = [...document.querySelectorAll("#keys [data-act-of][data-goal]")].filter((row) => (
        words && row.textContent.toLowerCase().includes(words)
          && [...document.querySelectorAll(row.dataset.goal)].some((one) => one.checkVisibility() || one.closest(".side"))
      ));
      if (!rows.length || !box.dataset.acts) return;
      const group = Object.assign(document.createElement("div"), { className: "hits" });
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", box.dataset.acts);
      group.append(Object.assign(document.createElement("h2"), { textContent: box.dataset.acts, ariaHidden: "true" }));
      rows.forEach((row) => {
        const option = Object.assign(document.createElement("a"), { className: "act", tabIndex: -1 });
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.append(...[...row.childNodes].map((node) => node.cloneNode(true)).reverse());
        option.addEventListener("click", () => {
          dialog.close();
          document.dispatchEvent(new KeyboardEvent("keydown", { key: row.dataset.keys }));
        });
        group.append(option);
      });
      box.querySelector("[aria-disabled]")?.remove();
      box.append(group);
    };
    const same = (one, other) => Boolean(other) && one.textContent === other.textContent && one.href === other.href;
    const show = async () => {
      window.clearTimeout(waiting);
      asked?.abort();
      asked = new AbortController();
      if (!first && !field.value.trim()) { hide(); return; }
      const words = field.value;
      let kept = null;
      try {
        const address = `/palette/?q=${encodeURIComponent(words)}`;
        const answer = await fetch(address, { headers: { "HX-Request": "true" }, signal: asked.signal });
        if (!answer.ok || answer.redirected) { hide(); return; }
        const hits = await answer.text();
        kept = byHand ? chosen() : null;
        box.innerHTML = hits;
      } catch { return; }
      box.dataset.of = words;  // whose hits stand in the box
      acts();
      box.hidden = false;
      field.setAttribute("aria-expanded", "true");
      const again = options().find((one) => same(one, kept));
      byHand = Boolean(again);
      choose(again || (first ? options().find((one) => !one.classList.contains("act")) : null));
    };
    // Enter after typing means the hits of what was typed, also when these are still under way.
    const go = async () => {
      if (first && !byHand && field.value !== box.dataset.of) await show();
      const one = chosen();
      if (one && (byHand || !first || field.value === box.dataset.of)) one.click();
      else field.form.requestSubmit();
    };
    const step = (by) => {
      const all = options();
      const at = all.indexOf(chosen());
      choose(all[(at + by + all.length) % all.length] || all[0]);
      byHand = true;
    };
    const group = () => {
      const heads = [...box.querySelectorAll("[role=group]")];
      const at = heads.findIndex((one) => one.contains(chosen()));
      choose(heads[(at + 1) % heads.length]?.querySelector("[role=option]"));
      byHand = true;
    };

    field.setAttribute("role", "combobox");
    field.setAttribute("aria-controls", box.id);
    field.setAttribute("aria-expanded", "false");
    field.setAttribute("aria-autocomplete", "list");
    box.setAttribute("role", "listbox");
    box.setAttribute("aria-label", field.getAttribute("aria-label") || field.labels?.[0]?.textContent || "");
    field.addEventListener("input", () => {
      window.clearTimeout(waiting);
      byHand = false;
      if (!first) choose(null);  // what was chosen was a hit of other words
      waiting = window.setTimeout(show, 120);
    });
    field.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") { event.preventDefault(); step(1); }
      else if (event.key === "ArrowUp") { event.preventDefault(); step(-1); }
      else if (event.key === "Tab" && first && !event.shiftKey && options().length) { event.preventDefault(); group(); }
      else if (event.key === "Escape" && !first && !box.hidden) { event.stopPropagation(); hide(); }
      else if (event.key === "Enter" && (first || chosen())) { event.preventDefault(); go(); }
    });
    if (!first) field.addEventListener("blur", () => window.setTimeout(hide, 200));
    return show;
  };

  document.querySelectorAll("#find[data-offers]").forEach(offer);
  if (!dialog) return;
  const field = dialog.querySelector("[data-offers]");
  const show = offer(field);
  const open = () => {
    if (dialog.open || document.querySelector("dialog[open]")) return;
    field.value = "";
    dialog.showModal();
    field.focus();
    show();
  };
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-palette]")) return;
    event.preventDefault();
    open();
  });
})();
