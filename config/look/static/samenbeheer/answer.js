// The answer box: the button says to whom it goes, files that were chosen stand in words, the mark comes with a file.
"use strict";

(() => {
  const words = (form) => {
    const chosen = form.querySelector("input[name=visibility]:checked");
    const button = form.querySelector("[data-send]");
    const label = chosen && chosen.closest("label");
    if (!button || !label) return;
    const { body, attachments, then } = form.elements;
    const moves = then?.value && !body.value.trim() && !attachments.files.length && !form.querySelector(".kept");
    button.textContent = moves ? button.dataset.moveWords.replace("%s", then.selectedOptions[0].textContent) : label.dataset.sendWords;
  };

  const files = (form) => {
    const chosen = [...form.elements.attachments.files].map((file) => file.name);
    const line = form.querySelector("[data-files]");
    line.textContent = chosen.join(", ");
    line.hidden = !chosen.length;
    const mark = form.querySelector("[data-with-files]");
    mark.hidden = !chosen.length && !form.querySelector(".kept") && !form.elements.patron_data.checked;
  };

  // Who resolves finds the words for the library ready, to change.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form.answer");
    if (!form || !["then", "visibility"].includes(event.target.name) || form.elements.then.value !== "resolved") return;
    const open = form.querySelector("input[name=visibility]:checked").value === "public";
    const box = open ? form.elements.body : form.elements.words;
    if (!box.value.trim() && "asksWords" in form.dataset) box.value = form.elements.words.placeholder;
  });

  const show = () => document.querySelectorAll("form.answer").forEach((form) => {
    form.classList.add("live");
    if (form.elements.words?.value) form.elements.words.closest("details")?.setAttribute("open", ""); // nothing is sent unseen
    words(form);
    files(form);
  });

  document.addEventListener("change", show);
  document.addEventListener("input", (event) => { if (event.target.matches("form.answer textarea")) words(event.target.form); });
  document.addEventListener("drop", () => window.setTimeout(show));
  document.addEventListener("click", () => window.setTimeout(show)); // a draft that is thrown away
  document.addEventListener("htmx:afterSettle", show);
  show();
})();
