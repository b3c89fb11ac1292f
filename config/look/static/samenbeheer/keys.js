// Keys for everything, as the table of keys on this page says them (_keys.html): each row has its keys and its goal.
// A row whose goal is not here is not shown and does nothing. In a text field letters are letters. Who does not want
// single keys to do something switches them off at "My account".
"use strict";

(() => {
  const help = document.querySelector("#keys");
  const rows = help ? [...help.querySelectorAll("[data-keys]")] : [];
  const folded = (element) => element.closest(".side") && document.querySelector("#side-open"); // unfolded when it is needed
  const seen = (element) => element && (element.checkVisibility() || folded(element));
  const goal = (row) => row.querySelector("a[href]") || [...document.querySelectorAll(row.dataset.goal || "#none")].find(seen);
  const typing = (target) => target.closest("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])");

  const list = () => [...document.querySelectorAll("#list .stock a")].filter(seen);
  const walk = (step) => {
    const links = list();
    if (!links.length) return document.querySelector(`[data-step="${step}"]`)?.click();
    const opened = document.querySelector("#ticket > section");
    const at = links.findIndex((link) => (opened ? link.hasAttribute("aria-current") : link === document.activeElement));
    const link = links[at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step];
    if (!link) return document.querySelector(`[data-step="${step}"]`)?.click();
    if (opened) return link.click();
    link.focus();
    return link.scrollIntoView({ block: "nearest" });
  };
  const write = (readers) => {
    const choice = document.querySelector(`#answer [name=visibility][value=${readers}]`);
    if (choice && !choice.checked) choice.click();
    const body = document.querySelector("#id_body");
    body.scrollIntoView({ block: "center" });
    body.focus({ preventScroll: true });
  };
  const acts = {
    next: () => walk(1),
    previous: () => walk(-1),
    answer: () => write("public"),
    note: () => write("internal"),
    focus: (found) => { found.scrollIntoView({ block: "center" }); found.focus({ preventScroll: true }); },
    click: (found) => {
      if (folded(found)) folded(found).checked = true;
      found.click();
    },
    help: () => {
      rows.forEach((row) => { row.hidden = !goal(row); });
      help.querySelectorAll("section").forEach((part) => { part.hidden = !part.querySelector("[data-keys]:not([hidden])"); });
      help.showModal();
    },
  };

  let begun = ""; // the first of two keys
  let waiting = 0;
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest && typing(event.target); // the palette presses keys on the document itself
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && field?.form) {
      event.preventDefault();
      const further = event.shiftKey && document.querySelector(`[form="${field.form.id}"][data-next]`);
      if (further) further.click(); // htmx goes where the button that was pressed leads
      else field.form.requestSubmit();
      return;
    }
    if (event.key === "Escape" && field && !document.querySelector("dialog[open]")) field.blur();
    if (!help || !("shortcuts" in document.body.dataset) || document.querySelector("dialog[open]")) return;
    if (field || event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
    const pressed = begun ? `${begun} ${event.key}` : event.key;
    window.clearTimeout(waiting);
    begun = "";
    const row = rows.find((one) => one.dataset.keys === pressed && goal(one));
    if (row) {
      event.preventDefault();
      acts[row.dataset.do || "click"](goal(row));
    } else if (/^\d$/.test(pressed)) { // a number: it goes on in the search, which opens its ticket
      const find = document.querySelector("#find");
      if (seen(find)) find.focus();
    } else if (pressed === "g") {
      begun = "g";
      waiting = window.setTimeout(() => { begun = ""; }, 1500);
    }
  });
  document.querySelectorAll("[data-show-keys]").forEach((button) => button.addEventListener("click", acts.help));
})();
