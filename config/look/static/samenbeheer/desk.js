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

  // What is sent from a ticket (picking up, answering, opening again) swaps the middle as well: with what it says, or with
  // what is wrong. Any other answer (signed out, too large, no server) is left to the page that one would have had.
  const asPage = ({ elt, path }) => {
    elt.setAttribute("action", path);
    elt.submit(); // sent twice counts once
  };
  const sent = (detail) => {
    const { xhr, requestConfig } = detail;
    const isTicket = Boolean(xhr.getResponseHeader("X-Ticket"));
    detail.shouldSwap = isTicket && requestConfig.elt.isConnected;
    detail.isError = false;
    if (!requestConfig.elt.isConnected) told(xhr.responseText);
    else if (!isTicket) asPage(requestConfig);
  };
  // Somebody went on to another ticket meanwhile: that stays, and what became of this one is said.
  const told = (text) => {
    const said = new DOMParser().parseFromString(text, "text/html").querySelector("[hx-swap-oob]");
    if (!said) return;
    document.querySelector("#flash").replaceChildren(...said.children);
    document.dispatchEvent(new Event("htmx:load"));
  };
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { xhr, requestConfig, target } = event.detail;
    if (requestConfig.verb !== "post" || target !== opened) return;
    const path = new URL(xhr.responseURL, location.href).pathname;
    const goesOn = xhr.status < 400 && xhr.getResponseHeader("X-Ticket") && path !== location.pathname;
    requestConfig.elt.setAttribute("hx-push-url", String(Boolean(goesOn)));
  });

  // The row of a ticket that was changed, and the counts; the rest of the list stays as one knows it.
  const rowOf = (where, path) => [...where.querySelectorAll(".stock li")].find((row) => row.querySelector("a").pathname === path);
  const groupOf = (row) => [...row.closest(".stock").querySelectorAll("ul")].indexOf(row.parentElement);
  // The link itself stays: it may have the focus, or be on its way to its ticket.
  const fill = (row, now) => [...row.children].forEach((cell, place) => {
    if (cell.matches("a")) cell.innerHTML = now.children[place].innerHTML;
    else cell.replaceWith(now.children[place].cloneNode(true));
  });
  const renewRow = async (sentTo) => {
    const path = sentTo.match(/^\/tickets\/[^/]+\//)?.[0];
    const row = path && rowOf(list, path);
    if (!row) return;
    const answer = await fetch(list.getAttribute("hx-get"), { headers: { "HX-Request": "true" } });
    if (!answer.ok || !row.isConnected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = rowOf(fresh, path);
    if (!fresh.querySelector(".tabs") || (now && groupOf(now) !== groupOf(row))) { window.htmx.trigger(list, "renew"); return; }
    if (now) fill(row, now);
    else if (!row.querySelector(".htmx-request")) row.remove();
    list.querySelector(".tabs").replaceWith(fresh.querySelector(".tabs"));
    const heads = fresh.querySelectorAll(".stock h2");
    list.querySelectorAll(".stock h2").forEach((head, place) => heads[place] && head.replaceWith(heads[place]));
    mark();
    document.dispatchEvent(new Event("htmx:load")); // a kept draft is marked in the row
  };

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
    if (requestConfig.verb === "post" && target === opened) { sent(event.detail); return; }
    const part = target.matches("#ticket .side, [id^=part-]");
    if (target !== opened && !part) return;
    if (!wanted) { event.detail.shouldSwap = false; return; }
    if (xhr.status < 400 && /^\/tickets\/[^/]+\/(parts\/\w+\/)?$/.test(new URL(xhr.responseURL).pathname)) return;
    event.detail.shouldSwap = false;
    if (part) location.reload();
    else location.assign(xhr.status < 400 ? xhr.responseURL : requestConfig.path);
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (event.detail.target !== opened) return;
    if (event.detail.requestConfig.verb === "post") asPage(event.detail.requestConfig);
    else location.assign(event.detail.pathInfo.requestPath);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target === list) { mark(); inSight(); return; }
    if (event.detail.requestConfig?.verb === "post" && event.detail.target.matches(".side")) {
      opened.focus({ preventScroll: true });
      renewRow(event.detail.requestConfig.path);
    }
    if (event.detail.target !== opened) return;
    mark();
    inSight();
    if (event.detail.requestConfig?.verb === "post") renewRow(event.detail.requestConfig.path);
    if (getComputedStyle(list).display === "none") window.scrollTo(0, 0);
    (opened.querySelector("[autofocus]") || opened).focus({ preventScroll: true });
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
