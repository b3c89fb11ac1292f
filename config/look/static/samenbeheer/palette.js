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
    const show = async () => {
      asked?.abort();
      asked = new AbortController();
      if (!first && !field.value.trim()) { hide(); return; }
      try {
        const address = `/palette/?q=${encodeURIComponent(field.value)}`;
        const answer = await fetch(address, { headers: { "HX-Request": "true" }, signal: asked.signal });
        if (!answer.ok || answer.redirected) { hide(); return; }
        box.innerHTML = await answer.text();
      } catch { return; }
      acts();
      box.hidden = false;
      field.setAttribute("aria-expanded", "true");
      choose(first ? options().find((one) => !one.classList.contains("act")) : null);
    };
    const step = (by) => {
      const all = options();
      const at = all.indexOf(chosen());
      choose(all[(at + by + all.length) % all.length] || all[0]);
    };
    const group = () => {
      const heads = [...box.querySelectorAll("[role=group]")];
      const at = heads.findIndex((one) => one.contains(chosen()));
      choose(heads[(at + 1) % heads.length]?.querySelector("[role=option]"));
    };

    field.setAttribute("role", "combobox");
    field.setAttribute("aria-controls", box.id);
    field.setAttribute("aria-expanded", "false");
    field.setAttribute("aria-autocomplete", "list");
    box.setAttribute("role", "listbox");
    box.setAttribute("aria-label", field.getAttribute("aria-label") || field.labels?.[0]?.textContent || "");
    field.addEventListener("input", () => { window.clearTimeout(waiting); waiting = window.setTimeout(show, 120); });
    field.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") { event.preventDefault(); step(1); }
      else if (event.key === "ArrowUp") { event.preventDefault(); step(-1); }
      else if (event.key === "Tab" && first && !event.shiftKey && options().length) { event.preventDefault(); group(); }
      else if (event.key === "Escape" && !first && !box.hidden) { event.stopPropagation(); hide(); }
      else if (event.key === "Enter" && chosen()) { event.preventDefault(); chosen().click(); }
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
