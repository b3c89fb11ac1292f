// Locations as a sentence that follows the boxes, and a search where there are many. Without this, one opens the list.
"use strict";

// One box ticks all of the library that is chosen.
document.querySelectorAll("input[name=everywhere]").forEach((every) => {
  const { form } = every;
  const own = () => [...form.querySelectorAll("input[name=locations]")].filter((box) => (
    form.elements.library?.tagName !== "SELECT" || box.dataset.library === form.elements.library.value
  ));
  every.addEventListener("change", () => own().forEach((box) => { box.checked = every.checked; }));
  form.addEventListener("change", (event) => {
    if (event.target.name === "library") every.checked = false;
    if (event.target.name === "locations") every.checked = own().every((box) => box.checked);
  });
});

document.querySelectorAll("details.places").forEach((details) => {
  const boxes = [...details.querySelectorAll("input[name=locations]")];
  const said = details.querySelector(".said");
  details.addEventListener("change", () => {
    const count = boxes.filter((box) => box.checked).length;
    const sentence = count ? details.dataset.some : details.dataset.none;
    said.textContent = sentence.replace("%c", count).replace("%a", boxes.length);
  });
  if (boxes.length <= 12) return;
  const search = document.createElement("input");
  search.type = "search";
  search.placeholder = details.dataset.search;
  search.setAttribute("aria-label", details.dataset.search);
  search.addEventListener("input", () => {
    const word = search.value.trim().toLowerCase();
    boxes.forEach((box) => {
      box.closest("div").hidden = !box.closest("label").textContent.toLowerCase().includes(word);
    });
  });
  search.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  details.querySelector("fieldset").prepend(search);
});
