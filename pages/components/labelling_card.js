/* The labelling card. It holds the next leased items, so that the next one is painted in the moment a key is
 * pressed; the answer goes into an outbox, which is sent until the server says that it is stored. The page only says
 * whose card it is; texts and answers travel beside it. */

const REST_AFTER_PAINT_MS = 120; // a key meant for the text before must not label a text nobody has read
const REST_AFTER_CLICK_MS = 350; // the second half of a double click, likewise
const LOOK_MS = 1000; // how often the card looks whether it is offline
const SEND_AGAIN_MS = 4000;
const FEW_AT_HAND = 4; // with no more texts than these, the card asks for further ones
const PAST = 20; // answers that can be looked at again
const NO_NEWS = { progress: { round: 0, size: 0, closed: 0 }, problem: "", empty: "", way: null };
const ASK_AGAIN_MS = 2000; // while there is nothing to label
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
    this.root = root;
    this.parts = {};
    for (const element of root.querySelectorAll("[data-part]")) this.parts[element.dataset.part] = element;
    this.outbox = new Outbox();
    this.wire = new Wire(() => this.exchange());
    this.drafts = new Drafts();
    this.classes = new ClassList(this.parts, (place, rest) => this.label(place, rest));
    this.place = null; // of the answer that is looked at again, in `past`; null for the open text
    this.flaggedAt = this.undoneAt = -Infinity;
    this.openedBy = null; // the key that opened a field, for as long as it may still be held
    this.sentAt = 0;
    this.listen();
  }

  listen() {
    const { parts } = this;
    this.onKey = (event) => this.key(event);
    this.onLine = () => this.look(navigator.onLine);
    this.onShown = () => document.visibilityState === "visible" && this.wantsItems() && this.send();
    this.onStorage = ({ key, newValue }) => {
      if (key === placeOf(this.outbox.session)) this.passOver(this.outbox.madeElsewhere(newValue));
    };
    // Before the page sees a key: it has shortcuts of its own on some letters.
    window.addEventListener("keydown", this.onKey, { capture: true });
    window.addEventListener("online", this.onLine);
    window.addEventListener("offline", this.onLine);
    window.addEventListener("storage", this.onStorage);
    document.addEventListener("visibilitychange", this.onShown);
    this.timer = setInterval(() => this.look(false), LOOK_MS);
    parts.text.onscroll = () => (this.isScrolled = parts.text.scrollTop > 0);
    parts.skip.onclick = (event) => this.answer("skip", null, restAfter(event));
    parts.undo.onclick = (event) => this.undo(restAfter(event));
    for (const name of ["flag", "comment", "back", "forth", "guidelines", "help"]) {
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
    window.removeEventListener("storage", this.onStorage);
    document.removeEventListener("visibilitychange", this.onShown);
    clearInterval(this.timer);
  }

  /* The page says whose card it is, and what stands around every text. */
  receive({ data }) {
    this.address = data.address;
    this.base = data.base;
    this.language = data.language;
    takeWords(this.root, data.words);
    this.takeFrame(data.frame);
    if (data.session !== this.outbox.session) this.begin(data.session);
    this.paint();
  }

  takeFrame(frame) {
    this.frame = frame;
    this.classes.paint(frame.classes);
  }

  begin(session) {
    this.outbox.begin(session);
    this.drafts.begin(session);
    this.news = NO_NEWS;
    this.lesson = null; // what the last text should have been called, where that was known
    this.past = [];
    this.knowsPast = false;
    this.place = null;
    this.queue = [];
    this.elsewhere = new Map(); // what was done in other tabs: item to the newest revision
    this.renewAt = 0;
    this.painted = null;
    this.send();
  }

  /* Tell the server what was done and ask for what comes next. */
  async exchange() {
    const session = this.outbox.session;
    this.sentAt = this.outbox.askedAt = performance.now();
    const answer = await this.deliver();
    this.outbox.askedAt = null;
    this.outbox.isCutOff = answer === null;
    if (answer && session === this.outbox.session) this.take(answer);
    this.paint();
  }

  /* First what is left of sessions before this one. Gives null where the server cannot be reached. */
  async deliver() {
    try {
      for (const session of this.outbox.earlierSessions()) {
        const acts = this.outbox.of(session).slice(0, MOST_ACTS);
        const { told } = await post(this.address, { session, acts });
        this.outbox.acknowledge(told.stored ?? []);
      }
      const answer = await post(this.address, this.message());
      this.outbox.acknowledge(answer.told.stored ?? []);
      return answer;
    } catch {
      return null;
    }
  }

  message() {
    return {
      session: this.outbox.session,
      acts: this.outbox.underWay().slice(0, MOST_ACTS),
      claims: this.wantsItems(),
      wantsPast: !this.knowsPast,
      frame: this.frame.name,
      language: this.language,
      zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    };
  }

  /* Where few are at hand, and where leases would end before the last of them is answered. */
  wantsItems() {
    return this.queue.length <= FEW_AT_HAND || performance.now() > this.renewAt;
  }

  /* What the server says. Where it met a problem it has nothing to give; what is at hand stays. */
  take({ status, told }) {
    if (status !== 200) {
      this.news = { ...this.news, problem: told.problem ?? "" };
      return;
    }
    const { progress, problem, empty = "", way = null } = told;
    this.news = { progress, problem, empty, way };
    if (told.lesson) this.lesson = told.lesson;
    if (told.frame) this.takeFrame(told.frame);
    this.takePast(told.recent);
    if (!told.items) return;
    this.takeItems(told.items);
    const seconds = Math.min(...told.items.map((item) => item.seconds));
    this.renewAt = performance.now() + (1000 * seconds) / 2;
  }

  /* The server's answers decide, unless one given here is still on its way there. */
  takePast(recent) {
    if (!recent || this.outbox.underWay().length) return;
    const looked = this.past[this.place]?.id;
    this.past = recent;
    this.knowsPast = true;
    const place = this.past.findIndex((each) => each.id === looked);
    this.place = place < 0 ? null : place;
  }

  /* The server's list decides, except about items whose act is still under way, and about those done in other tabs:
   * the list may be older than that. The item on the screen stays where it is, and so does one that something was
   * written about, whoever has it by now: its answer is kept in any case, and with it what was written. */
  takeItems(items) {
    const answered = new Map();
    for (const act of this.outbox.underWay()) answered.set(act.item, act);
    const open = items.filter((item) => !answered.has(item.id) && !this.isDoneElsewhere(item));
    const undone = this.queue.filter((item) => answered.get(item.id)?.action === "undo");
    const shown = this.queue[0];
    const isKept = shown && this.isWrittenAbout(shown);
    this.queue = [...undone, ...open.filter((item) => !undone.some((each) => each.id === item.id))];
    const place = this.queue.findIndex((item) => item.id === shown?.id);
    if (place > 0) this.queue.unshift(...this.queue.splice(place, 1));
    else if (place < 0 && isKept) this.queue.unshift(shown);
  }

  isWrittenAbout(item) {
    const { flagged, comment } = this.drafts.of(item.id);
    return flagged || comment !== "" || (item === this.queue[0] && !this.parts.commentBox.hidden);
  }

  /* What the same person has just answered in another tab need not be answered here. */
  passOver(acts) {
    for (const { item, revision } of acts) {
      this.elsewhere.set(item, Math.max(revision, this.elsewhere.get(item) ?? 0));
    }
    this.queue = this.queue.filter((item) => this.isWrittenAbout(item) || !this.isDoneElsewhere(item));
    this.paint();
    if (this.wantsItems()) this.send();
  }

  /* What is taken back in another tab comes again with a further revision. */
  isDoneElsewhere(item) {
    return item.revision <= (this.elsewhere.get(item.id) ?? 0);
  }

  key(event) {
    if (!event.repeat) this.openedBy = null;
    else if (event.code === this.openedBy) {
      event.preventDefault(); // it would be written into the field
      event.stopImmediatePropagation();
      return;
    }
    // A button that has the focus is pressed again and again while Enter is held.
    if (event.repeat && event.key === "Enter" && this.isButton(event.composedPath()[0])) event.preventDefault();
    if (isMeantElsewhere(event) || this.parts.helpDialog.open || this.parts.guidelinesDialog.open) return;
    const meaning = meaningOf(event);
    if (meaning === null || meaning === -1 || isBehindDialog()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (meaning === "comment" || meaning === "search") this.openedBy = event.code;
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
    else if (name === "guidelines" && this.frame.guidelines) this.parts.guidelinesDialog.showModal();
  }

  /* The text on the screen: one that was answered and is looked at again, or the open one. */
  get shown() {
    return this.place === null ? this.queue[0] : this.past[this.place];
  }

  label(place, rest = REST_AFTER_PAINT_MS) {
    const name = this.frame.classes[place];
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
    this.lesson = null;
    const remarks = this.drafts.of(item.id);
    this.drafts.set(item.id, { flagged: false, comment: "" });
    this.queue.shift();
    // An answer to what a reviewer sent back takes the place of the one before.
    this.past = this.past.filter((each) => each.id !== item.id);
    this.past.push({ ...item, class: className, ...remarks });
    const told = { seconds: round(waited / 1000), suggested: item.suggestion ?? null };
    this.add({ ...actOn(item), action, class: className, ...told, ...sentRemarks(remarks) });
  }

  /* Another class, flag or comment for an answer that was given before: the next revision of it. */
  revise(changes) {
    const entry = this.shown;
    Object.assign(entry, changes, { revision: entry.revision + 1 });
    const action = entry.class === null ? "skip" : "label";
    this.add({ ...actOn(entry), action, class: entry.class, seconds: null, ...sentRemarks(entry) });
  }

  /* A double press takes back one answer, not the one before it too. */
  undo(rest = REST_AFTER_PAINT_MS) {
    if (performance.now() - this.undoneAt < rest) return;
    this.undoneAt = performance.now();
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
    if (this.past.length > PAST && this.place === null) this.past = this.past.slice(-PAST);
    this.paint();
    this.send();
  }

  send() {
    this.wire.send();
  }

  /* Once a second: whether to send again, and what to say of the line. Asks too while there is nothing to label: texts
   * that others held may have come free. */
  look(atOnce) {
    const pause = this.queue.length || this.outbox.acts.length ? SEND_AGAIN_MS : ASK_AGAIN_MS;
    const isDue = atOnce || performance.now() - this.sentAt > pause - LOOK_MS / 2;
    const isStale = performance.now() > this.renewAt && document.visibilityState === "visible";
    if (isDue && (this.outbox.acts.length || !this.queue.length || !this.knowsPast || isStale)) this.send();
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
