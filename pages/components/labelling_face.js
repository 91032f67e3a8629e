/* What the card looks like: every part of it painted from what the card knows. */

const LOW_WINDOW = 600; // pixels of the style sheet

class Face {
  paint() {
    const item = this.shown;
    const identity = !item ? null : this.place === null ? `${item.id}:${item.revision}` : `answered:${item.id}`;
    if (identity !== this.painted || !item) {
      this.painted = identity;
      this.paintedAt = performance.now();
      this.parts.commentBox.hidden = true;
      this.paintText();
      if (this.isScrolled) this.parts.text.scrollTop = 0; // asked for only where it is needed: it makes a layout
      if (item) this.comeIntoSight();
    }
    this.parts.card.classList.toggle("many", this.classes.isMany);
    this.classes.show(Boolean(item), this.place === null ? undefined : item.class, this.suggestion());
    this.parts.skip.disabled = !item;
    this.parts.undo.disabled = !this.past.length;
    this.parts.back.disabled = !this.past.length || this.place === 0;
    this.parts.forth.disabled = this.place === null;
    this.paintWay();
    this.paintVisit();
    this.paintSentBack();
    this.paintLesson();
    this.paintRemarks();
    this.paintWhy();
    this.paintProgress();
    this.paintRecent();
    this.paintState();
    this.paintGuidelines();
    say(this.parts.problem, this.news.problem);
  }

  /* In a low window, or one that is zoomed, the page's heading would leave no room for the text. */
  comeIntoSight() {
    if (this.isInSight) return;
    this.isInSight = true;
    if (window.innerHeight < LOW_WINDOW) this.parts.card.scrollIntoView({ block: "start" });
  }

  suggestion() {
    return this.place === null ? this.shown?.suggestion ?? null : null;
  }

  paintText() {
    const item = this.shown;
    const { text, language, marks } = this.parts;
    text.classList.toggle("empty", !item);
    text.lang = item?.language ?? "";
    language.textContent = item?.languageName ?? "";
    const names = item ? showText(text, item.text) : [];
    if (!item) setText(text, this.whyEmpty());
    say(marks, names.length ? inWords("invisible", { names: names.join(", ") }) : "");
  }

  whyEmpty() {
    const waiting = this.outbox.underWay().length;
    if (this.outbox.isOffline()) return inWords("allAnswered");
    return waiting ? inWords("saving") : this.news.empty || inWords("loading");
  }

  /* Under a sentence that says why there is no text. The address keeps who reads, and which project. */
  paintWay() {
    const { way } = this.parts;
    const told = this.shown || this.whyEmpty() !== this.news.empty ? null : this.news.way;
    say(way, told?.words ?? "");
    if (told) way.href = this.base + told.path + window.location.search;
  }

  paintVisit() {
    const item = this.shown;
    if (this.place === null) say(this.parts.visit, "");
    else {
      const told = { name: item.class, count: this.past.length - this.place };
      say(this.parts.visit, inWords(item.class === null ? "visitSkipped" : "visitGiven", told));
    }
    const suggestion = this.suggestion();
    say(this.parts.suggestion, suggestion === null ? "" : inWords("suggests", { name: suggestion }));
  }

  /* A reviewer asks about this text once more: what was written about it. */
  paintSentBack() {
    const { sentBack } = this.parts;
    const remarks = this.place === null ? this.shown?.remarks ?? null : null;
    sentBack.hidden = remarks === null;
    const told = JSON.stringify([this.shown?.id, remarks]);
    if (told === this.toldRemarks) return;
    this.toldRemarks = told;
    const lines = (remarks ?? []).map(({ author, text }) => {
      const line = document.createElement("p");
      const words = document.createElement("span");
      words.dir = "auto";
      showText(words, text);
      line.append(inWords("recent", { name: author }), words);
      return line;
    });
    sentBack.replaceChildren(inWords("sentBack"), ...lines);
  }

  /* What is told may come late, when further texts have been answered; or of an answer that was taken back meanwhile. */
  paintLesson() {
    const { lesson } = this.parts;
    const told = this.lesson;
    const place = told ? this.past.findIndex((each) => each.id === told.item) : -1;
    if (place < 0) return say(lesson, "");
    const back = this.past.length - place;
    const isRight = told.given === told.known;
    lesson.dataset.right = String(isRight);
    const values = { ...told, count: back };
    if (place === this.place) say(lesson, inWords(isRight ? "lessonRightHere" : "lessonWrongHere", values));
    else if (back === 1) say(lesson, inWords(isRight ? "lessonRight" : "lessonWrong", values));
    else say(lesson, inWords(isRight ? "lessonRightBack" : "lessonWrongBack", values));
  }

  paintRemarks() {
    const { flag, comment, commentName, commentBox } = this.parts;
    const item = this.shown;
    const { flagged, comment: written } = item ? this.remarks() : { flagged: false, comment: "" };
    flag.disabled = comment.disabled = !item;
    flag.setAttribute("aria-pressed", String(Boolean(flagged)));
    flag.classList.toggle("chosen", Boolean(flagged));
    comment.classList.toggle("chosen", Boolean(written));
    comment.setAttribute("aria-expanded", String(!commentBox.hidden));
    setText(commentName, inWords(written ? "commentKept" : "comment"));
  }

  paintWhy() {
    const { why, reason } = this.parts;
    why.hidden = !this.shown?.why;
    setText(reason, this.shown?.why ?? "");
  }

  paintProgress() {
    const { size, closed, round: number } = this.news.progress;
    setText(this.parts.count, size ? inWords("batch", { number, done: closed, size }) : "");
    const percent = size ? Math.round((100 * closed) / size) : 0;
    this.parts.bar.setAttribute("aria-valuenow", String(percent));
    this.parts.bar.firstElementChild.style.width = `${percent}%`;
  }

  paintRecent() {
    const last = this.past[this.past.length - 1];
    const { recent } = this.parts;
    recent.replaceChildren();
    if (!last) return;
    const text = document.createElement("span");
    text.lang = last.language;
    text.dir = "auto";
    showText(text, last.text.slice(0, 2000));
    recent.append(last.class === null ? inWords("recentSkipped") : inWords("recent", { name: last.class }), text);
  }

  paintState() {
    const waiting = this.outbox.underWay().length;
    const { state, announcement } = this.parts;
    const isOffline = this.outbox.isOffline();
    const kept = inWords(waiting === 1 ? "keptOne" : waiting ? "keptMany" : "keptAll", { count: waiting });
    const calm = waiting ? inWords("savingMany", { count: waiting }) : inWords("saved");
    setText(state, isOffline ? inWords("offline", { kept }) : calm);
    state.dataset.state = isOffline ? "offline" : waiting ? "saving" : "saved";
    if (isOffline === Boolean(this.wasOffline)) return;
    // Heard once, where "Saving" and "Saved" would be heard with every text.
    this.wasOffline = isOffline;
    setText(announcement, inWords(isOffline ? "offlineSaid" : "onlineSaid"));
  }

  paintGuidelines() {
    const { guidelines, guidelinesText } = this.parts;
    guidelines.hidden = !this.frame.guidelines;
    if (guidelinesText.textContent !== this.frame.guidelines) showText(guidelinesText, this.frame.guidelines);
  }
}

/* Only where it changes: what is set again may be read aloud again. */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function say(element, sentence) {
  setText(element, sentence);
  element.hidden = !sentence;
}
