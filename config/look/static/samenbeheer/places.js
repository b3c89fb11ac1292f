// Locations as a sentence that follows the boxes, and a search where there are many. Without this, one opens the list.
"use strict";

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
