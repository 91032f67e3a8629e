/* Notes when a key is pressed, when the next text is painted, and when the label is said to be saved. Stands in the
 * page before anything of the app does, so that no key is kept from it. All times are of the page's own clock, in
 * milliseconds. */
(() => {
  const presses = [];
  const parts = {};

  const find = (root, part) => {
    const found = root.querySelector(`[data-part=${part}]`);
    if (found) return found;
    for (const element of root.querySelectorAll("*")) {
      const inner = element.shadowRoot && find(element.shadowRoot, part);
      if (inner) return inner;
    }
    return null;
  };
  const part = (name) => {
    if (!parts[name]?.isConnected) parts[name] = find(document, name);
    return parts[name];
  };

  // A message posted while a frame is made is read right after that frame is painted.
  const channel = new MessageChannel();
  channel.port1.onmessage = ({ data }) => { presses[data].painted = performance.now(); };

  const look = () => {
    const text = part("text");
    const last = presses.length - 1;
    const press = presses[last];
    if (press && text && !press.seen && !text.classList.contains("empty") && text.textContent !== press.text) {
      press.seen = true;
      requestAnimationFrame(() => channel.port2.postMessage(last));
    }
    if (part("state")?.dataset.state === "saved") {
      for (const each of presses) if (each.seen && each.saved === null) each.saved = performance.now();
    }
  };

  addEventListener("keydown", (event) => {
    const text = part("text")?.textContent ?? "";
    presses.push({ pressed: event.timeStamp, code: event.code, text, seen: false, painted: null, saved: null });
  }, { capture: true });

  window.timedPresses = presses;
  window.watchCard = () => {
    new MutationObserver(look).observe(part("text").getRootNode(), {
      childList: true, characterData: true, attributes: true, subtree: true,
    });
  };
})();
