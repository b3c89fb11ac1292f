// Who presses `n` types on at once: what is typed while the next page comes stands in its first field.
"use strict";

(() => {
  const KEY = "typed ahead";
  const typed = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  const field = document.querySelector("input[autofocus], textarea[autofocus]");
  if (typed && field && !document.querySelector(".problems")) {
    field.focus();
    field.value = typed + field.value;
    field.setSelectionRange(field.value.length, field.value.length);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  let leaving = null;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#new-ticket");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.button) {
      leaving = "";
      window.setTimeout(() => { leaving = null; }, 5000); // the page did not come
    }
  });
  document.addEventListener("keydown", (event) => {
    if (leaving === null || event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // no key of this page any more
    leaving += event.key;
    sessionStorage.setItem(KEY, leaving);
  }, { capture: true });
  window.addEventListener("pageshow", () => { leaving = null; });
})();
