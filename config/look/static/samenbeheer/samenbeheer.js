// Small comforts; every page works without them.
"use strict";

// A menu closes with Escape, which leaves the focus on what opened it, or with a click elsewhere.
document.addEventListener("click", (event) => {
  document.querySelectorAll("details:is(.me, .menu, .hosts, .more)[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});
document.addEventListener("keyup", (event) => {
  if (event.key !== "Escape") return;
  document.querySelectorAll("details:is(.me, .menu, .hosts, .more)[open]").forEach((menu) => {
    const within = menu.contains(document.activeElement);
    menu.open = false;
    if (within) menu.querySelector("summary").focus();
  });
});

// A form is sent once, and files may be dropped anywhere on it.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
  window.setTimeout(() => delete event.target.dataset.sent, 4000);
});
const takeFiles = (form) => {
  if (form.dataset.files) return;
  form.dataset.files = "yes";
  const input = form.querySelector("input[type=file]");
  form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("over"); });
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    const all = new DataTransfer();
    [...input.files, ...event.dataTransfer.files].forEach((file) => all.items.add(file));
    input.files = all.files;
  });
  const limit = Number(input.dataset.limit || 0);
  input.addEventListener("change", () => {
    const large = [...input.files].find((file) => limit && file.size > limit);
    input.setCustomValidity(large ? input.dataset.tooLarge.replace("%s", large.name) : "");
    input.reportValidity();
  });
};
const withFiles = () => document.querySelectorAll("form:has(input[type=file])").forEach(takeFiles);
withFiles();
document.addEventListener("htmx:load", withFiles); // what is swapped in

// Only the locations of the chosen library are offered.
document.querySelectorAll("select[name=library]").forEach((select) => {
  const boxes = document.querySelectorAll("input[name=locations][data-library]");
  const show = () => boxes.forEach((box) => {
    const mine = box.dataset.library === select.value;
    box.closest("div").hidden = !mine;
    if (!mine) box.checked = false;
    box.closest("fieldset").hidden = ![...boxes].some((one) => one.dataset.library === select.value);
  });
  if (!boxes.length) return;
  select.addEventListener("change", show);
  show();
});
