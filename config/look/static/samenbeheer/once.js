// A form that one comes back to by Back is the form that was sent: it keeps its mark, so that sent again it leads to
// what it made, and makes no second one.
"use strict";

document.querySelectorAll("form:not(.answer) input[name=once]").forEach((mark) => {
  const sent = window.history.state?.once;
  if (sent) mark.value = sent;
  mark.form.addEventListener("submit", () => {
    window.history.replaceState({ ...window.history.state, once: mark.value }, "");
  });
});
