// A proposed category is chosen by its button, and by nothing else; the field shows it as if it was chosen there.
"use strict";

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-choose]");
  if (!button) return;
  button.closest("form").querySelectorAll("[name=category]").forEach((field) => {
    if (field.type === "radio") field.checked = field.value === button.dataset.choose;
    else field.value = button.dataset.choose;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  button.closest(".proposals").querySelectorAll("[data-choose]").forEach((one) => {
    one.setAttribute("aria-pressed", String(one === button));
  });
});
