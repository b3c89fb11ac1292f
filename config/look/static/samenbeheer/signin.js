// A security key that does not answer, or whose window was closed: say so, instead of nothing.
"use strict";

document.addEventListener("allauth.error", (event) => {
  const said = document.getElementById("key-failed");
  if (!said) return;
  event.preventDefault();
  said.hidden = true; // said again, it is read again
  window.setTimeout(() => { said.hidden = false; }, 50);
});
