// A picture opens large over the page, by mouse and by Enter; Esc or a click beside it closes it, and the focus returns.
"use strict";

(() => {
  const dialog = document.querySelector("#picture");
  if (!dialog) return;
  const place = dialog.querySelector(".large");
  let from = null;

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-picture]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    from = link;
    const name = link.dataset.picture;
    dialog.querySelector("h2").textContent = name;
    dialog.querySelector("[data-download]").href = link.dataset.file;
    const picture = document.createElement("img");
    picture.alt = name;
    picture.src = link.querySelector("img").src;
    place.replaceChildren(picture);
    dialog.showModal();
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => {
    place.replaceChildren();
    from?.focus();
  });
})();
