/* The labelling card. It holds the next leased items, so that the next one is painted in the moment a key is
 * pressed; the label goes into an outbox, which is sent until the server says that it is stored. Texts are set as
 * textContent only. */

const REST_AFTER_PAINT_MS = 120; // a key meant for the text before must not label a text nobody has read
const REST_AFTER_CLICK_MS = 350; // the second half of a double click, likewise
const SEND_AGAIN_MS = 4000;
const CARDS = new WeakMap();

export default function (component) {
  const root = component.parentElement;
  let card = CARDS.get(root);
  if (!card) {
    card = new Card(root);
    CARDS.set(root, card);
  }
  card.receive(component);
  return () => {
    card.leave();
    CARDS.delete(root);
  };
}

class Card {
  constructor(root) {
    this.parts = {};
    for (const element of root.querySelectorAll("[data-part]")) this.parts[element.dataset.part] = element;
    this.session = null;
    this.outbox = []; // what the server has not acknowledged, of this session and of those before it on this page
    this.onKey = (event) => this.key(event);
    document.addEventListener("keydown", this.onKey);
    this.parts.skip.onclick = (event) => this.skip(restAfter(event));
    this.parts.undo.onclick = () => this.undo();
    // Asks again too while there is nothing to label: texts that others held may have come free.
    // Acts of a session before this one count: their first sending can get lost in the change of session.
    this.timer = setInterval(() => (this.outbox.length || !this.queue.length) && this.send(), SEND_AGAIN_MS);
  }

  leave() {
    document.removeEventListener("keydown", this.onKey);
    clearInterval(this.timer);
  }

  /* New data from the server: what is stored, what is held, what may be undone. */
  receive({ data, setStateValue }) {
    this.setStateValue = setStateValue;
    this.acknowledge(new Set(data.stored));
    if (data.session !== this.session) this.begin(data);
    if (this.data?.classes.join("\n") !== data.classes.join("\n")) this.paintClasses(data.classes);
    this.data = data;
    const waiting = this.underWay().length;
    if (!waiting) this.past = this.past.slice(-20);
    if (!this.past.length && data.recent && !waiting) this.past = [data.recent];
    // Where the server met a problem it has no items to give; those at hand stay.
    if (data.items.length || !data.problem) this.takeItems(data.items);
    this.paint();
  }

  acknowledge(stored) {
    const sessions = new Set(this.outbox.filter((act) => stored.has(act.key)).map((act) => act.session));
    this.outbox = this.outbox.filter((act) => !stored.has(act.key));
    for (const session of sessions) this.keepOutbox(session);
  }

  /* Another project or another name. What was under way for the one before travels on with the new session's acts. */
  begin(data) {
    this.session = data.session;
    const known = new Set(this.outbox.map((act) => act.key));
    this.outbox.push(...this.readOutbox().filter((act) => !known.has(act.key)));
    this.past = [];
    this.queue = [];
    this.paintedItem = null;
    if (this.outbox.length) queueMicrotask(() => this.send());
  }

  /* The server's list decides, except about items whose act is still under way. The item on the screen stays. */
  takeItems(items) {
    const answered = new Map();
    for (const act of this.underWay()) answered.set(act.item, act);
    const open = items.filter((item) => !answered.has(item.id));
    const undone = this.queue.filter((item) => answered.get(item.id)?.action === "undo");
    const shown = this.queue[0];
    this.queue = [...undone, ...open.filter((item) => !undone.some((each) => each.id === item.id))];
    const place = this.queue.findIndex((item) => item.id === shown?.id);
    if (place > 0) this.queue.unshift(...this.queue.splice(place, 1));
  }

  key(event) {
    // A button that has the focus is pressed again and again while Enter is held.
    if (event.repeat && event.key === "Enter" && this.isButton(event.composedPath()[0])) event.preventDefault();
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (isTyping(event) || document.querySelector('[role="dialog"], [role="listbox"]')) return;
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
    const act = digit ? () => this.label(Number(digit[1]) - 1)
      : event.code === "KeyS" ? () => this.skip()
      : event.code === "KeyU" || event.code === "Backspace" ? () => this.undo()
      : null;
    if (!act) return;
    event.preventDefault();
    act();
  }

  isButton(element) {
    return element === this.parts.skip || element === this.parts.undo || element?.parentElement === this.parts.classes;
  }

  label(place, rest = REST_AFTER_PAINT_MS) {
    const name = this.data.classes[place];
    if (name !== undefined) this.answer("label", name, rest);
  }

  skip(rest = REST_AFTER_PAINT_MS) {
    this.answer("skip", null, rest);
  }

  answer(action, className, rest) {
    const item = this.queue[0];
    const waited = performance.now() - this.paintedAt;
    if (!item || waited < rest) return;
    this.queue.shift();
    this.past.push({ ...item, class: className });
    this.add({ ...actOn(item), revision: item.revision, action, class: className, seconds: round(waited / 1000) });
  }

  undo() {
    const last = this.past.pop();
    if (!last) return;
    this.queue.unshift({ ...last, revision: last.revision + 2 });
    this.add({ ...actOn(last), revision: last.revision + 1, action: "undo", class: null, seconds: null });
  }

  add(act) {
    const key = `${this.session}:${act.item}:${act.revision}:${act.action}:${act.class ?? ""}`;
    this.outbox.push({ ...act, session: this.session, key });
    this.keepOutbox(this.session);
    this.paint();
    this.send();
  }

  send() {
    // The time makes every sending a change of state, which is what makes the server look at it.
    this.setStateValue("outbox", { acts: this.outbox, at: Date.now() });
    this.paintState();
  }

  /* What this session has sent and the server has not acknowledged. */
  underWay() {
    return this.outbox.filter((act) => act.session === this.session);
  }

  /* A reload or a crash of the browser keeps what the server has not acknowledged. */
  keepOutbox(session) {
    try {
      localStorage.setItem(storageKey(session), JSON.stringify(this.outbox.filter((act) => act.session === session)));
    } catch {
      // Storage may be full or forbidden; then the outbox lives as long as the page.
    }
  }

  readOutbox() {
    try {
      const kept = JSON.parse(localStorage.getItem(storageKey(this.session)) ?? "[]");
      // Without a key it could never be acknowledged.
      return kept.filter((act) => typeof act?.key === "string").map((act) => ({ ...act, session: this.session }));
    } catch {
      return [];
    }
  }

  paintClasses(names) {
    this.parts.classes.replaceChildren(...names.map((name, place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.onclick = (event) => this.label(place, restAfter(event));
      if (place < 9) {
        const hint = document.createElement("kbd");
        hint.textContent = String(place + 1);
        button.append(hint);
      }
      const label = document.createElement("span");
      label.textContent = name;
      label.dir = "auto";
      button.append(label);
      return button;
    }));
  }

  paint() {
    const item = this.queue[0];
    const identity = item ? `${item.id}:${item.revision}` : null;
    if (identity !== this.paintedItem || !item) this.paintText(item, identity);
    for (const button of this.parts.classes.children) button.disabled = !item;
    this.parts.skip.disabled = !item;
    this.parts.undo.disabled = !this.past.length;
    this.paintProgress();
    this.paintRecent();
    this.paintState();
    this.parts.problem.textContent = this.data.problem;
    this.parts.problem.hidden = !this.data.problem;
  }

  paintText(item, identity) {
    const { text, language } = this.parts;
    text.classList.toggle("empty", !item);
    text.lang = item?.language ?? "";
    text.dir = item?.direction ?? "auto";
    text.textContent = item?.text ?? (this.underWay().length ? "Saving …" : this.data.empty || "Loading the next texts …");
    text.scrollTop = 0;
    language.textContent = item?.languageName ?? "";
    this.paintedItem = identity;
    this.paintedAt = performance.now();
  }

  paintProgress() {
    const { size, closed, round: number } = this.data.progress;
    // The last texts of the batch before are still at hand when the next one is there; they do not count in it.
    const ofThisBatch = this.underWay().filter((act) => act.round === number);
    const underWay = ofThisBatch.reduce((sum, act) => sum + (act.action === "undo" ? -1 : 1), 0);
    const done = Math.max(0, Math.min(size, closed + underWay));
    this.parts.count.textContent = size ? `Batch ${number}: ${done} of ${size}` : "";
    const percent = size ? Math.round((100 * done) / size) : 0;
    this.parts.bar.setAttribute("aria-valuenow", String(percent));
    this.parts.bar.firstElementChild.style.width = `${percent}%`;
  }

  paintRecent() {
    const last = this.past[this.past.length - 1];
    this.parts.recent.textContent = last ? `${last.class ?? "skipped"}: ${last.text}` : "";
    this.parts.recent.dir = "auto";
  }

  paintState() {
    const waiting = this.underWay().length;
    const state = waiting ? "saving" : "saved";
    this.parts.state.textContent = waiting ? `Saving ${waiting} …` : this.past.length ? "Saved" : "";
    this.parts.state.dataset.state = state;
  }
}

function storageKey(session) {
  return `lamm-outbox/${session}`;
}

function actOn(item) {
  return { item: item.id, round: item.round };
}

function restAfter(click) {
  return click.detail > 1 ? REST_AFTER_CLICK_MS : REST_AFTER_PAINT_MS;
}

function isTyping(event) {
  const target = event.composedPath()[0];
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}

function round(seconds) {
  return Math.round(seconds * 10) / 10;
}
