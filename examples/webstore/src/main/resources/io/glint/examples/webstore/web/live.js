// Keeps a page that the server renders up to date: what changed is patched in, the rest stays as it is, so that
// nothing flickers, and focus, selection and open details survive.
'use strict';
(() => {
  const PERIOD_MILLIS = 2000;

  function same(a, b) {
    return a.nodeType === b.nodeType && a.nodeName === b.nodeName && a.id === b.id;
  }

  function patchAttributes(element, next) {
    for (const {name, value} of [...next.attributes]) {
      if (element.getAttribute(name) !== value) element.setAttribute(name, value);
    }
    for (const {name} of [...element.attributes]) {
      // Whether details are open is the reader's business.
      if (name !== 'open' && !next.hasAttribute(name)) element.removeAttribute(name);
    }
  }

  function patch(element, next) {
    patchAttributes(element, next);
    const wanted = [...next.childNodes];
    wanted.forEach((child, i) => {
      const present = element.childNodes[i];
      if (!present) {
        element.append(document.importNode(child, true));
      } else if (!same(present, child)) {
        present.replaceWith(document.importNode(child, true));
      } else if (child.nodeType === Node.ELEMENT_NODE) {
        patch(present, child);
      } else if (present.data !== child.data) {
        present.data = child.data;
      }
    });
    while (element.childNodes.length > wanted.length) element.lastChild.remove();
  }

  async function refresh() {
    try {
      const answer = await fetch(location.pathname, {headers: {Accept: 'text/html'}});
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
        patch(document.getElementById('live'), page.getElementById('live'));
      }
    } catch {
      // The shop is gone or busy; the next attempt will tell.
    }
    setTimeout(refresh, PERIOD_MILLIS);
  }

  setTimeout(refresh, PERIOD_MILLIS);
})();
