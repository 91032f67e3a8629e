/* What the annotator did and the server has not acknowledged. It is sent again and again until the server says that it
 * is stored, and outlives a reload or a crash of the browser. */

const PATIENCE_MS = 6000; // longer without an answer, and the card says that it is offline

class Outbox {
  constructor() {
    this.acts = []; // of this session and of those before it on this page
    this.known = new Set(); // keys of all acts that were ever here; others in the storage are of another tab
    this.session = null;
    this.setStateValue = null;
    this.askedAt = null; // when the server was first sent something that it has not answered
  }

  /* Another project or another name. What was under way for the one before travels on with the new session's acts. */
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

  /* `past` is the session whose newest acts the card knows; the server gives them where it does not. */
  send(past) {
    this.askedAt ??= performance.now();
    // The time makes every sending a change of state, which is what makes the server look at it.
    this.setStateValue?.("outbox", { acts: this.acts, past, at: Date.now() });
  }

  acknowledge(stored) {
    this.askedAt = null;
    const sessions = new Set(this.acts.filter((act) => stored.has(act.key)).map((act) => act.session));
    this.acts = this.acts.filter((act) => !stored.has(act.key));
    for (const session of sessions) this.keep(session);
  }

  /* What this session has sent and the server has not acknowledged. */
  underWay() {
    return this.acts.filter((act) => act.session === this.session);
  }

  isOffline() {
    const waited = this.askedAt === null ? 0 : performance.now() - this.askedAt;
    return navigator.onLine === false || waited > PATIENCE_MS;
  }

  keep(session) {
    const others = this.read(session).filter((act) => !this.known.has(act.key));
    writeKept(`lamm-outbox/${session}`, [...others, ...this.acts.filter((act) => act.session === session)]);
  }

  read(session) {
    const kept = readKept(`lamm-outbox/${session}`);
    // Without a key it could never be acknowledged.
    return kept.filter((act) => typeof act?.key === "string").map((act) => ({ ...act, session }));
  }
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
    this.all.delete(item);
    if (draft.flagged || draft.comment) this.all.set(item, { item, ...draft });
    writeKept(this.place, [...this.all.values()].slice(-50));
  }
}

function readKept(place) {
  try {
    const kept = JSON.parse(localStorage.getItem(place) ?? "[]");
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
