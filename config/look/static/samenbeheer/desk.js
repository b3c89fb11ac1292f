// The desk is one place: choosing a ticket swaps the middle alone. htmx fetches; here it is kept in step with the list.
"use strict";

(() => {
  const place = document.querySelector(".desk");
  if (!place) return;
  const list = document.querySelector("#list");
  const opened = document.querySelector("#ticket");
  const links = () => [...list.querySelectorAll(".stock a")];
  const isOpen = () => Boolean(opened.querySelector(":scope > section"));
  let wanted = true; // the last that was asked: a ticket, not the list
  let top = 0; // where the list stood on a screen with room for one of the two

  const mark = () => links().forEach((link) => {
    const here = isOpen() && link.pathname === location.pathname;
    if (here) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  });
  const inSight = () => list.querySelector(".stock [aria-current]")?.scrollIntoView({ block: "nearest" });

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target !== opened) return;
    wanted = true;
    if (!isOpen()) top = window.scrollY;
  });
  // What is no ticket (the sign-in page, the end of the list) is shown as the page it is.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr, requestConfig } = event.detail;
    if (xhr.status === 422 && xhr.getResponseHeader("HX-Retarget")) { // a small form with what is wrong
      event.detail.shouldSwap = true;
      event.detail.isError = false;
      return;
    }
    const part = target.matches("#ticket .side, [id^=part-]");
    if (target !== opened && !part) return;
    if (!wanted) { event.detail.shouldSwap = false; return; }
    if (xhr.status < 400 && /^\/tickets\/[^/]+\/(parts\/\w+\/)?$/.test(new URL(xhr.responseURL).pathname)) return;
    event.detail.shouldSwap = false;
    if (part) location.reload();
    else location.assign(xhr.status < 400 ? xhr.responseURL : requestConfig.path);
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (event.detail.target === opened) location.assign(event.detail.pathInfo.requestPath);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target === list) { mark(); inSight(); return; }
    if (event.detail.requestConfig?.verb === "post" && event.detail.target.matches(".side")) {
      opened.focus({ preventScroll: true });
      if (links().length) window.htmx.trigger(list, "renew");
    }
    if (event.detail.target !== opened) return;
    mark();
    inSight();
    if (getComputedStyle(list).display === "none") window.scrollTo(0, 0);
    opened.focus({ preventScroll: true });
  });
  document.addEventListener("htmx:historyRestore", () => {
    mark();
    if (isOpen()) return;
    window.scrollTo(0, top);
    document.title = list.dataset.title || document.title;
  });

  // A part that is changed where it stands: its first field, and back by Escape.
  document.addEventListener("htmx:afterSettle", (event) => {
    // What comes back from the history has no target.
    event.detail.target?.querySelector(".part :is(input:not([type=hidden]), select)")?.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.target.closest?.(".part")?.querySelector("a.btn").click();
    if (event.target.closest?.("#list .filter")) list.querySelector("[data-act='filter']").click();
  });

  // To the list: where it is there already, the ticket only makes room.
  document.addEventListener("click", (event) => {
    const up = event.target.closest("[data-act='up']");
    if (!up || !links().length || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    wanted = false;
    const from = list.querySelector(".stock [aria-current]");
    window.history.pushState({ htmx: true }, "", up.href);
    opened.replaceChildren();
    document.title = list.dataset.title;
    mark();
    window.scrollTo(0, top);
    from?.focus();
  });

  // The list scrolls by itself; a page that is loaded anew finds it where it was.
  const key = () => `list ${location.search}`;
  list.addEventListener("scroll", () => sessionStorage.setItem(key(), list.scrollTop), { passive: true });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === list && !list.scrollTop) list.scrollTop = Number(sessionStorage.getItem(key()) || 0);
  });

  // The conversation scrolls by itself and begins at its end, beside the answer.
  const toEnd = () => {
    const said = opened.querySelector("#said");
    if (said) said.scrollTop = said.scrollHeight;
  };
  document.addEventListener("htmx:afterSettle", (event) => { if (event.detail.target === opened) toEnd(); });
  toEnd();
  mark();
})();
