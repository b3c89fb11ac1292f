// What is typed in a long form (form[data-draft-of]) is kept in this tab, of one person and one form, and put back on a
// page that comes fresh: only what was changed, so that what others changed meanwhile stays. It goes when the server
// took it; drafts.js takes it away on signing out, or for another person.
"use strict";

document.querySelectorAll("form[data-draft-of]").forEach((form) => {
  const me = document.body.dataset.person;
  if (!me) return;
  const key = `draft ${me} form ${form.dataset.draftOf}`;
  const note = form.querySelector("[data-draft-note]");
  const fields = [...form.elements].filter((field) => (
    field.name && !["hidden", "file", "submit", "button", "search"].includes(field.type)
  ));
  const box = (field) => field.type === "radio" || field.type === "checkbox";
  const select = (field) => field.tagName === "SELECT";
  const untouched = (field) => {
    if (box(field)) return field.checked === field.defaultChecked;
    if (!select(field)) return field.value === field.defaultValue;
    return field.value === ([...field.options].find((one) => one.defaultSelected) || field.options[0])?.value;
  };
  const read = () => {
    try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; }
  };
  const forget = () => sessionStorage.removeItem(key);
  const keep = () => {
    const changed = new Set(fields.filter((field) => !untouched(field)).map((field) => field.name));
    const written = fields.some((field) => changed.has(field.name) && !box(field) && !select(field));
    if (!written) { forget(); return; }
    const values = [...changed].map((name) => [name, fields.filter((field) => (
      field.name === name && (!box(field) || field.checked)
    )).map((field) => field.value)]);
    sessionStorage.setItem(key, JSON.stringify({ values, once: form.dataset.draftMark || form.elements.once.value }));
  };
  const fill = (field, kept) => {
    if (box(field)) field.checked = kept.includes(field.value);
    else if (!select(field) || [...field.options].some((option) => option.value === kept[0])) [field.value] = kept;
    if (!untouched(field)) field.dispatchEvent(new Event(box(field) || select(field) ? "change" : "input", { bubbles: true }));
  };

  const draft = read();
  if (draft?.values && !("draftOwn" in form.dataset)) { // a page that came back with what was sent: that counts
    draft.values.forEach(([name, kept]) => fields.filter((field) => field.name === name).forEach((field) => fill(field, kept)));
    note.hidden = false;
  }
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  form.addEventListener("submit", keep); // under the mark of this page
  note.querySelector("button").addEventListener("click", () => {
    form.reset();
    fields.forEach((field) => field.dispatchEvent(new Event("change", { bubbles: true })));
    forget();
    note.hidden = true;
    fields.find((field) => !box(field) && !select(field)).focus();
  });
});
