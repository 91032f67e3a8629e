/* What the annotator did and the server has not acknowledged. It is sent again and again until the server says that it
 * is stored, and outlives a reload or a crash of the page. The browser itself writes it to the disk within a minute. */

const PATIENCE_MS = 6000; // longer without an answer, and the card says that it is offline

class Outbox {
  constructor() {
    this.acts = []; // of this session and of those before it on this page
    this.known = new Set(); // keys of all acts that were ever here; others in the storage are of another tab
    this.session = null;
    this.askedAt = null; // when the message that is under way was sent
    this.isCutOff = false; // the last message did not reach the server
  }

  /* Another project or another name. What was under way for the one before travels on. */
  begin(session) {
    this.session = session;
    this.acts.push(...this.read(session).filter((act) => !this.known.has(act.key)));
    for (const act of this.acts) this.known.add(act.key);
    this.keep(session); // drops what cannot be read
  }

  add(act) {
    const key = `${this.session}:${act.item}:${act.revision}:${act.action}:${act.class ?? ""}`;
    this.acts.push({ ...act, session: this.session, key });
    this.known.add(key);
    this.keep(this.session);
  }

  acknowledge(keys) {
    if (!keys.length) return;
    const stored = new Set(keys);
    const sessions = new Set(this.acts.filter((act) => stored.has(act.key)).map((act) => act.session));
    this.acts = this.acts.filter((act) => !stored.has(act.key));
    for (const session of sessions) this.keep(session);
  }

  /* What this session has sent and the server has not acknowledged. */
  underWay() {
    return this.of(this.session);
  }

  of(session) {
    return this.acts.filter((act) => act.session === session);
  }

  /* Sessions before this one on this page, of which acts are still here. */
  earlierSessions() {
    return [...new Set(this.acts.map((act) => act.session))].filter((session) => session !== this.session);
  }

  isOffline() {
    const waited = this.askedAt === null ? 0 : performance.now() - this.askedAt;
    return navigator.onLine === false || this.isCutOff || waited > PATIENCE_MS;
  }

  keep(session) {
    writeKept(placeOf(session), [...this.ofOtherTabs(session), ...this.of(session)]);
  }

  /* Acts of a session that were made in another tab and are still there. */
  ofOtherTabs(session) {
    return this.read(session).filter((act) => !this.known.has(act.key));
  }

  /* The same of what another tab has just kept; by now that may have been stored, and be gone. */
  madeElsewhere(kept) {
    return parseKept(kept).filter((act) => typeof act?.key === "string" && !this.known.has(act.key));
  }

  read(session) {
    const kept = readKept(placeOf(session));
    // Without a key it could never be acknowledged.
    return kept.filter((act) => typeof act?.key === "string").map((act) => ({ ...act, session }));
  }
}

function placeOf(session) {
  return `lamm-outbox/${session}`;
}

/* Flags and comments on texts that have no answer yet: they too outlive a reload. */
class Drafts {
  begin(session) {
    this.place = `lamm-drafts/${session}`;
    const kept = readKept(this.place).filter((each) => Number.isInteger(each?.item));
    this.all = new Map(kept.map((each) => [each.item, each]));
  }

  of(item) {
    const { flagged, comment } = this.all.get(item) ?? {};
    return { flagged: flagged === true, comment: typeof comment === "string" ? comment : "" };
  }

  set(item, changes) {
    const draft = { ...this.of(item), ...changes };
    const isEmpty = !draft.flagged && !draft.comment;
    if (isEmpty && !this.all.has(item)) return;
    this.all.delete(item);
    if (!isEmpty) this.all.set(item, { item, ...draft });
    writeKept(this.place, [...this.all.values()].slice(-50));
  }
}

function readKept(place) {
  try {
    return parseKept(localStorage.getItem(place));
  } catch {
    return [];
  }
}

function parseKept(written) {
  try {
    const kept = JSON.parse(written ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

function writeKept(place, kept) {
  try {
    if (kept.length) localStorage.setItem(place, JSON.stringify(kept));
    else localStorage.removeItem(place);
  } catch {
    // Storage may be full or forbidden; then it lives as long as the page.
  }
}
