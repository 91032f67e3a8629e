/* The labelling card. It holds the next leased items, so that the next one is painted in the moment a key is
 * pressed; the answer goes into an outbox, which is sent until the server says that it is stored. */

const REST_AFTER_PAINT_MS = 120; // a key meant for the text before must not label a text nobody has read
const REST_AFTER_CLICK_MS = 350; // the second half of a double click, likewise
const LOOK_MS = 1000; // how often the card looks whether it is offline
const SEND_AGAIN_MS = 4000;
const PAST = 20; // answers that can be looked at again
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

class Card extends Face {
  constructor(root) {
    super();
    this.parts = {};
    for (const element of root.querySelectorAll("[data-part]")) this.parts[element.dataset.part] = element;
    this.outbox = new Outbox();
    this.drafts = new Drafts();
    this.classes = new ClassList(this.parts, (place, rest) => this.label(place, rest));
    this.place = null; // of the answer that is looked at again, in `past`; null for the open text
    this.flaggedAt = -Infinity;
    this.sentAt = 0;
    this.listen();
  }

  listen() {
    const { parts } = this;
    this.onKey = (event) => this.key(event);
    this.onLine = () => this.look(navigator.onLine);
    // Before the page sees a key: it has shortcuts of its own on some letters.
    window.addEventListener("keydown", this.onKey, { capture: true });
    window.addEventListener("online", this.onLine);
    window.addEventListener("offline", this.onLine);
    this.timer = setInterval(() => this.look(false), LOOK_MS);
    parts.skip.onclick = (event) => this.answer("skip", null, restAfter(event));
    for (const name of ["undo", "flag", "comment", "back", "forth", "guidelines", "help"]) {
      parts[name].onclick = () => this.command(name);
    }
    parts.commentField.oninput = () => this.keepComment();
    parts.commentField.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing && event.keyCode !== 229) this.closeComment();
    });
    keepKeysIn(parts.commentField);
  }

  leave() {
    this.closeComment();
    window.removeEventListener("keydown", this.onKey, { capture: true });
    window.removeEventListener("online", this.onLine);
    window.removeEventListener("offline", this.onLine);
    clearInterval(this.timer);
  }

  /* New data from the server: what is stored, what is held, what was answered last. */
  receive({ data, setStateValue }) {
    this.outbox.setStateValue = setStateValue;
    this.outbox.acknowledge(new Set(data.stored));
    if (data.session !== this.outbox.session) this.begin(data);
    this.classes.paint(data.classes);
    this.data = data;
    this.takePast(data);
    // Where the server met a problem it has no items to give; those at hand stay.
    if (data.items.length || !data.problem) this.takeItems(data.items);
    this.paint();
  }

  begin(data) {
    this.outbox.begin(data.session);
    this.drafts.begin(data.session);
    this.past = [];
    this.pastOf = null; // the session whose newest answers the server has told
    this.place = null;
    this.queue = [];
    this.painted = null;
    if (this.outbox.acts.length || !data.recent) queueMicrotask(() => this.send());
  }

  /* The server's answers decide, unless one given here is still on its way there. */
  takePast(data) {
    if (this.outbox.underWay().length) return;
    if (data.recent) {
      const looked = this.past[this.place]?.id;
      this.past = data.recent;
      this.pastOf = data.session;
      const place = this.past.findIndex((each) => each.id === looked);
      this.place = place < 0 ? null : place;
    }
    if (this.place === null) this.past = this.past.slice(-PAST);
  }

  /* The server's list decides, except about items whose act is still under way. The item on the screen stays. */
  takeItems(items) {
    const answered = new Map();
    for (const act of this.outbox.underWay()) answered.set(act.item, act);
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
    if (isMeantElsewhere(event) || this.parts.helpDialog.open || this.parts.guidelinesDialog.open) return;
    const meaning = meaningOf(event);
    if (meaning === null || meaning === -1 || isBehindDialog()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (typeof meaning === "number") this.label(meaning);
    else this.command(meaning);
  }

  isButton(element) {
    return element instanceof Element && element.closest("button")?.closest(".answers") !== null;
  }

  command(name) {
    if (name === "skip") this.answer("skip", null, REST_AFTER_PAINT_MS);
    else if (name === "undo") this.undo();
    else if (name === "flag") this.flag();
    else if (name === "comment") this.parts.commentBox.hidden ? this.openComment() : this.closeComment();
    else if (name === "back") this.lookAt((this.place ?? this.past.length) - 1);
    else if (name === "forth" && this.place !== null) this.lookAt(this.place + 1);
    else if (name === "up" || name === "down") this.parts.text.scrollBy({ top: name === "up" ? -90 : 90 });
    else if (name === "search") this.classes.open();
    else if (name === "help") this.parts.helpDialog.showModal();
    else if (name === "guidelines" && this.data.guidelines) this.parts.guidelinesDialog.showModal();
  }

  /* The text on the screen: one that was answered and is looked at again, or the open one. */
  get shown() {
    return this.place === null ? this.queue[0] : this.past[this.place];
  }

  label(place, rest = REST_AFTER_PAINT_MS) {
    const name = this.data.classes[place];
    if (name !== undefined) this.answer("label", name, rest);
  }

  answer(action, className, rest) {
    const item = this.shown;
    const waited = performance.now() - this.paintedAt;
    if (!item || waited < rest) return;
    this.classes.close();
    this.closeComment();
    if (this.place !== null) {
      if (item.class !== className) this.revise({ class: className });
      return;
    }
    const remarks = this.drafts.of(item.id);
    this.drafts.set(item.id, { flagged: false, comment: "" });
    this.queue.shift();
    this.past.push({ ...item, class: className, ...remarks });
    const told = { seconds: round(waited / 1000), suggested: item.suggestion ?? null };
    this.add({ ...actOn(item), action, class: className, ...told, ...sentRemarks(remarks) });
  }

  /* Another class, flag or comment for an answer that was given before: the next revision of it. */
  revise(changes) {
    const entry = this.shown;
    Object.assign(entry, changes, { revision: entry.revision + 1 });
    const action = entry.class === null ? "skip" : "label";
    this.add({ ...actOn(entry), action, class: entry.class, seconds: null, ...sentRemarks(entry), edit: true });
  }

  undo() {
    this.closeComment();
    const [last] = this.past.splice(this.place ?? this.past.length - 1, 1);
    if (!last) return;
    this.place = null;
    this.drafts.set(last.id, { flagged: last.flagged, comment: last.comment });
    this.queue.unshift({ ...last, revision: last.revision + 2 });
    this.add({ ...actOn(last), revision: last.revision + 1, action: "undo", class: null, seconds: null });
  }

  flag() {
    const item = this.shown;
    if (!item || performance.now() - this.flaggedAt < REST_AFTER_CLICK_MS) return; // a double press flags once
    this.flaggedAt = performance.now();
    const flagged = !this.remarks().flagged;
    if (this.place !== null) return this.revise({ flagged });
    this.drafts.set(item.id, { flagged });
    this.paint();
  }

  remarks() {
    return this.place === null ? this.drafts.of(this.shown?.id) : this.shown;
  }

  openComment() {
    if (!this.shown) return;
    this.parts.commentField.value = this.remarks().comment;
    this.parts.commentBox.hidden = false;
    this.parts.commentField.focus();
    this.paintRemarks();
  }

  keepComment() {
    if (this.place === null && this.shown) this.drafts.set(this.shown.id, { comment: this.parts.commentField.value });
  }

  closeComment() {
    if (this.parts.commentBox.hidden) return;
    const comment = this.parts.commentField.value;
    this.parts.commentBox.hidden = true;
    this.parts.text.focus({ preventScroll: true });
    if (this.place !== null && comment !== this.shown.comment) this.revise({ comment });
    this.paintRemarks();
  }

  /* Look at an answer given before; beyond the newest of them stands the open text. */
  lookAt(place) {
    this.closeComment();
    if (place < 0 && this.place !== null && this.past.length) return;
    this.place = place >= 0 && place < this.past.length ? place : null;
    this.paint();
  }

  add(act) {
    this.outbox.add(act);
    this.paint();
    this.send();
  }

  send() {
    this.sentAt = performance.now();
    this.outbox.send(this.pastOf);
    this.paintState();
  }

  /* Once a second: whether to send again, and what to say of the line. Asks too while there is nothing to label: texts
   * that others held may have come free. Acts of a session before this one count: their first sending can get lost in
   * the change of session. */
  look(atOnce) {
    const isDue = atOnce || performance.now() - this.sentAt > SEND_AGAIN_MS - LOOK_MS / 2;
    if (isDue && (this.outbox.acts.length || !this.queue.length || !this.pastOf)) this.send();
    if (this.outbox.isOffline()) dismissConnectionNotice();
    this.paintState();
    if (!this.queue.length && this.place === null) this.paintText();
  }
}

function actOn(item) {
  return { item: item.id, round: item.round, revision: item.revision };
}

function sentRemarks({ flagged, comment }) {
  return { flagged: Boolean(flagged), comment: comment || null };
}

function restAfter(click) {
  return click.detail > 1 ? REST_AFTER_CLICK_MS : REST_AFTER_PAINT_MS;
}

function round(seconds) {
  return Math.round(seconds * 10) / 10;
}
