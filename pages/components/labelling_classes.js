/* The classes as buttons, in groups, each with its key; where they are many, a field finds them by their name. */

const FEW = 12; // more than these cannot be taken in at a glance

class ClassList {
  constructor(parts, give) {
    this.box = parts.classes;
    this.field = parts.search;
    this.found = parts.found;
    this.give = give;
    this.names = [];
    this.buttons = [];
    this.marked = null;
    this.field.oninput = () => this.filter();
    this.field.addEventListener("keydown", (event) => this.keyInField(event));
    keepKeysIn(this.field);
  }

  paint(names) {
    if (this.names.join("\n") === names.join("\n")) return;
    this.names = names;
    this.shown = null;
    this.keys = names.map(searchable);
    this.buttons = names.map((name, place) => this.button(name, place));
    this.isMany = names.length > FEW;
    this.field.hidden = !this.isMany;
    const groups = new Map();
    names.forEach((name, place) => {
      const group = groupOf(name);
      groups.set(group, [...(groups.get(group) ?? []), this.buttons[place]]);
    });
    this.groups = [...groups].map(([group, buttons]) => groupBox(group, buttons));
    this.box.replaceChildren(...this.groups);
  }

  button(name, place) {
    const button = document.createElement("button");
    button.type = "button";
    button.onclick = (event) => this.give(place, restAfter(event));
    if (place < CLASS_KEYS.length) {
      const hint = document.createElement("kbd");
      hint.textContent = CLASS_KEYS[place];
      button.append(hint);
    }
    const label = document.createElement("span");
    label.textContent = shortName(name);
    label.dir = "auto";
    button.append(label);
    return button;
  }

  /* Show which class was given and which the model suggests; without an item there is nothing to choose. */
  show(isOpen, chosen, suggested) {
    const shown = JSON.stringify([isOpen, chosen ?? 0, chosen === undefined, suggested]);
    if (shown === this.shown) return;
    this.shown = shown;
    this.names.forEach((name, place) => {
      const button = this.buttons[place];
      button.disabled = !isOpen;
      button.classList.toggle("chosen", name === chosen);
      button.classList.toggle("suggested", name === suggested);
      if (chosen === undefined) button.removeAttribute("aria-pressed");
      else button.setAttribute("aria-pressed", String(name === chosen));
    });
    this.field.disabled = !isOpen;
    this.field.placeholder = inWords("searchHint");
  }

  filter() {
    const typed = searchable(this.field.value).split(/\s+/).filter(Boolean);
    const ranks = this.keys.map((key) => rankOf(key, typed));
    this.buttons.forEach((button, place) => (button.hidden = ranks[place] === null));
    for (const group of this.groups) group.hidden = [...group.querySelectorAll("button")].every((each) => each.hidden);
    const best = Math.min(...ranks.filter((rank) => rank !== null));
    this.mark(typed.length && Number.isFinite(best) ? ranks.indexOf(best) : null);
    const count = ranks.filter((rank) => rank !== null).length;
    this.found.textContent = typed.length ? inWords("found", { count, all: this.names.length }) : "";
  }

  mark(place) {
    this.buttons[this.marked]?.classList.remove("marked");
    this.marked = place;
    const button = this.buttons[place];
    button?.classList.add("marked");
    button?.scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-description", place === null ? "" : inWords("enterGives", { name: this.names[place] }));
  }

  keyInField(event) {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.altKey || event.metaKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.step(step);
    else if (event.key === "Escape") this.close();
    else if (event.key !== "Enter") return;
    else if (!event.repeat && this.marked !== null) this.give(this.marked, REST_AFTER_PAINT_MS);
    event.preventDefault();
  }

  step(by) {
    const shown = this.buttons.map((_, place) => place).filter((place) => !this.buttons[place].hidden);
    if (!shown.length) return;
    const at = shown.indexOf(this.marked);
    this.mark(shown[at < 0 ? (by > 0 ? 0 : shown.length - 1) : (at + by + shown.length) % shown.length]);
  }

  open() {
    if (!this.field.hidden) this.field.focus();
  }

  /* Empty the field and leave it, so that keys are commands again. */
  close() {
    if (this.field.value) {
      this.field.value = "";
      this.filter();
    }
    this.mark(null);
    this.field.blur();
  }
}

const GROUP_SIGN = " > ";

/* The group of a class named "Group > name"; none for any other. */
function groupOf(name) {
  const at = name.indexOf(GROUP_SIGN);
  return at > 0 && at + GROUP_SIGN.length < name.length ? name.slice(0, at) : "";
}

/* The name of a class within its group. */
function shortName(name) {
  const group = groupOf(name);
  return group ? name.slice(group.length + GROUP_SIGN.length) : name;
}

function groupBox(group, buttons) {
  const box = document.createElement("div");
  box.className = "group";
  if (group) {
    const heading = document.createElement("div");
    heading.className = "heading";
    heading.textContent = group;
    heading.dir = "auto";
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", group);
    box.append(heading);
  }
  box.append(...buttons);
  return box;
}

/* Without accents and case: who searches types neither. */
function searchable(name) {
  return name.normalize("NFKD").replace(/\p{Mn}/gu, "").toLowerCase().trim();
}

/* How well a name fits what was typed, 0 best; null where it does not. */
function rankOf(name, typed) {
  if (!typed.every((word) => name.includes(word))) return null;
  if (!typed.length) return 0;
  const own = shortName(name);
  if (own === typed.join(" ")) return 0;
  if (own.startsWith(typed[0])) return 1;
  return name.split(/[^\p{L}\p{N}]+/u).some((part) => part.startsWith(typed[0])) ? 2 : 3;
}
