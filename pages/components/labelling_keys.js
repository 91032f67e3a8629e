/* Which key means what, on every keyboard and under every layout. */

// Commands and class keys; letters that are no command stand for the classes after the ninth.
const COMMANDS = { S: "skip", F: "flag", U: "undo", C: "comment", G: "guidelines" };
const CLASS_KEYS = [..."123456789", ..."ABDEHIJKLMNOPQRTVWXYZ"];
const PLAIN_CODES = {
  Backspace: "undo",
  ArrowLeft: "back",
  ArrowRight: "forth",
  ArrowUp: "up",
  ArrowDown: "down",
};

/* The command of a key, the place of its class as a number, or null. */
function meaningOf(event) {
  const { code, key, shiftKey } = event;
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(code)?.[1];
  // The signs stand on different keys in different layouts, on some of them over a digit.
  if (key === "?" && (!digit || shiftKey)) return "help";
  if (key === "/" && (!digit || shiftKey)) return "search";
  if (code === "Slash") return shiftKey ? "help" : "search";
  if (digit) return Number(digit) - 1;
  // The letter on the key where it is a Latin one; else the key that has it on most keyboards.
  const letter = /^[a-z]$/i.test(key) ? key.toUpperCase() : /^Key([A-Z])$/.exec(code)?.[1];
  if (letter === undefined) return PLAIN_CODES[code] ?? null;
  return COMMANDS[letter] ?? CLASS_KEYS.indexOf(letter);
}

/* True where a key belongs to somebody else: to a field, to an input method, to the browser. */
function isMeantElsewhere(event) {
  const { repeat, ctrlKey, altKey, metaKey, isComposing, key, keyCode } = event;
  if (repeat || ctrlKey || altKey || metaKey || isComposing || key === "Process" || keyCode === 229) return true;
  if (event.getModifierState("AltGraph")) return true;
  const target = event.composedPath()[0];
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}

/* True while a dialog, a menu or a list of choices of the page is open. */
function isBehindDialog() {
  dismissConnectionNotice();
  return [...document.querySelectorAll('[role="dialog"], [role="listbox"], [role="menu"]')].some(
    (each) => !isConnectionNotice(each),
  );
}

/* The page lays a notice over everything when it loses the server. The card says so too, and labelling goes on. */
function dismissConnectionNotice() {
  for (const dialog of document.querySelectorAll('[role="dialog"]')) {
    if (isConnectionNotice(dialog)) dialog.querySelector('button[aria-label="Close"]')?.click();
  }
}

function isConnectionNotice(dialog) {
  return dialog.textContent.trim().startsWith("Connection error");
}

/* Keys typed into a field of the card are nobody else's: the page has shortcuts of its own on plain letters. */
function keepKeysIn(field) {
  for (const kind of ["keydown", "keypress", "keyup"]) field.addEventListener(kind, (event) => event.stopPropagation());
}
