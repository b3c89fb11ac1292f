// What is typed in an answer box is kept in this tab: text, readers, next state and mark together, of one person on one
// ticket. It comes back whole or not at all, and goes when the server took it, on signing out, or when another signs in.
"use strict";

(() => {
  const PREFIX = "draft ";
  const NAMES = ["body", "visibility", "then", "patron_data", "planned_until", "supplier", "supplier_number", "partner", "asked", "words"];
  const me = document.body.dataset.person;
  const keys = () => Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  const forget = (key) => sessionStorage.removeItem(key);
  const read = (key) => {
    try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; }
  };

  // A page that does not say who looks (signed out, an error) takes nothing away; one of somebody else takes it all.
  if (me) keys().filter((key) => !key.startsWith(`${PREFIX}${me} `)).forEach(forget);
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[action$='/account/logout/']")) keys().forEach(forget);
  });
  const taken = (root) => root.querySelectorAll("[data-taken]").forEach((flash) => {
    keys().filter((key) => read(key)?.once === flash.dataset.taken).forEach(forget);
  });

  // In the list stands of which tickets a draft is kept.
  const mark = () => document.querySelectorAll("[data-drafted] li").forEach((row) => {
    const kept = sessionStorage.getItem(`${PREFIX}${me} ${row.querySelector(".number").textContent}`) !== null;
    const said = row.querySelector(".drafted");
    if (!kept) { said?.remove(); return; }
    if (said) return;
    const words = document.createElement("span");
    words.className = "drafted tag amber";
    words.textContent = row.closest("[data-drafted]").dataset.drafted;
    row.querySelector("a").prepend(words);
  });

  const fields = (form) => [...form.elements].filter((field) => NAMES.includes(field.name));
  const box = (field) => field.type === "radio" || field.type === "checkbox";

  // A field that is not there and a box that is not ticked are both null.
  const values = (form) => {
    const found = new FormData(form);
    return Object.fromEntries(NAMES.map((name) => [name, found.get(name)]));
  };

  const fits = (form, draft) => NAMES.every((name) => {
    const offered = fields(form).filter((field) => field.name === name);
    const kept = draft[name] ?? null;
    if (name === "body") return typeof kept === "string";
    if (kept === null) return offered.every((field) => field.type === "checkbox");
    return offered.some((field) => (
      field.tagName === "SELECT" ? [...field.options].some((option) => option.value === kept) : field.value === kept
    ));
  });

  const fill = (form, draft) => fields(form).forEach((field) => {
    if (box(field)) field.checked = draft[field.name] === field.value;
    else field.value = draft[field.name];
  });

  const empty = (form) => fields(form).forEach((field) => {
    if (box(field)) field.checked = field.defaultChecked;
    else if (field.tagName === "SELECT") field.value = ([...field.options].find((one) => one.defaultSelected) || field.options[0]).value;
    else field.value = field.defaultValue;
  });

  const begin = (form) => {
    if (!me || form.dataset.begun) return;
    form.dataset.begun = "yes";
    const key = `${PREFIX}${me} ${form.dataset.draft}`;
    const notes = [...form.querySelectorAll("[data-draft-note]")];
    const quiet = () => notes.forEach((note) => { note.hidden = true; });
    const show = (kind, text) => {
      const note = notes.find((one) => one.dataset.draftNote === kind);
      note.querySelector("[data-draft-words]").textContent = text;
      note.hidden = false;
    };
    const keep = () => {
      const draft = values(form);
      if (!draft.body.trim() && !draft.then) forget(key);
      else sessionStorage.setItem(key, JSON.stringify({ ...draft, once: form.elements.once.value }));
      mark();
    };

    const draft = read(key);
    const said = "draftOwn" in form.dataset; // the page came back with what was sent: that counts
    if (draft && !said && fits(form, draft)) {
      fill(form, draft);
      const readers = form.querySelector("input[name=visibility]:checked")?.closest("label");
      const then = form.elements.then?.value ? form.elements.then : null;
      const next = then ? `, ${then.labels[0].textContent.toLowerCase()}: ${then.selectedOptions[0].textContent}` : "";
      show("back", (readers ? `, ${readers.dataset.draftWords}` : "") + next);
    } else if (draft && (!said || draft.body.trim() !== values(form).body.trim())) {
      show("apart", draft.body);
    }

    form.addEventListener("input", keep);
    form.addEventListener("change", keep);
    form.addEventListener("submit", keep);
    notes.forEach((note) => note.querySelector("button").addEventListener("click", () => {
      forget(key);
      mark();
      if (note.dataset.draftNote === "back") empty(form);
      quiet();
      form.elements.body.focus();
    }));
  };

  // On the page as it came, and on what is swapped into it.
  const look = (root) => {
    taken(root);
    root.querySelectorAll("form[data-draft]").forEach(begin);
    mark();
  };
  look(document);
  document.addEventListener("htmx:load", () => look(document));
})();
