/* Texts of users: set as text, never as html, and with what nobody could see in them made visible. */

// Their short names; the long ones are words.
const MARKS = new Map([
  [0x00ad, "SHY"], [0x061c, "ALM"], [0x115f, "HF"], [0x1160, "HF"], [0x180e, "MVS"], [0x200b, "ZWSP"],
  [0x200c, "ZWNJ"], [0x200d, "ZWJ"], [0x200e, "LRM"], [0x200f, "RLM"], [0x2028, "LS"], [0x2029, "PS"],
  [0x202a, "LRE"], [0x202b, "RLE"], [0x202c, "PDF"], [0x202d, "LRO"], [0x202e, "RLO"], [0x2060, "WJ"],
  [0x2066, "LRI"], [0x2067, "RLI"], [0x2068, "FSI"], [0x2069, "PDI"], [0x3164, "HF"], [0xfeff, "BOM"],
  [0xffa0, "HF"],
]);
// Runs of one such character make one mark; so does a run of tag characters, which can hide a whole sentence.
const HIDDEN =
  "\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u115f\\u1160\\u180e" +
  "\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\u3164\\ufeff\\uffa0\\ufff9-\\ufffb";
const INVISIBLE = new RegExp(`([${HIDDEN}])\\1*|[\\u{e0000}-\\u{e007f}]+`, "gu");
// Letters that change their shape beside a joiner, and emoji built with one: marks between them would break them.
const SHAPED_SCRIPTS = [
  "Arabic", "Bengali", "Devanagari", "Gujarati", "Gurmukhi", "Kannada", "Khmer", "Malayalam", "Mandaic", "Mongolian",
  "Myanmar", "Nko", "Oriya", "Sinhala", "Syriac", "Tamil", "Telugu", "Thaana", "Tibetan",
].map((script) => `\\p{Script=${script}}`);
const EMOJI = "\\ufe0f|\\p{Extended_Pictographic}|\\p{Emoji_Modifier}";
const SHAPED = new RegExp(`^(?:${SHAPED_SCRIPTS.join("|")}|${EMOJI})$`, "u");
// Scripts written without spaces, in which a zero-width space parts words.
const UNSPACED = /^[\p{Script=Khmer}\p{Script=Lao}\p{Script=Myanmar}\p{Script=Thai}\p{Script=Tibetan}]$/u;
const BLACK_FLAG = "\u{1f3f4}"; // begins the flags that are spelt in tag characters, such as Scotland's

/* Show a text in an element; gives the names of what was marked. */
function showText(element, text) {
  const names = new Set();
  const pieces = document.createDocumentFragment();
  let from = 0;
  for (const match of text.matchAll(INVISIBLE)) {
    const before = [...text.slice(Math.max(0, match.index - 2), match.index)].pop() ?? "";
    if (belongs(match[0], before, text[match.index + match[0].length])) continue;
    pieces.append(text.slice(from, match.index), markOf(match[0], names));
    from = match.index + match[0].length;
  }
  pieces.append(text.slice(from));
  element.replaceChildren(pieces);
  return [...names];
}

/* True for what does its work in the place where it stands: between letters that join, inside an emoji.
 * `before` and `after` are the characters beside it. */
function belongs(run, before, after) {
  if (run === "\u200c" || run === "\u200d") return SHAPED.test(before);
  if (run === "\u200b") return UNSPACED.test(before);
  if (run === "\r") return after === "\n";
  return run.codePointAt(0) >= 0xe0000 && before === BLACK_FLAG;
}

/* The character stays in the text, so that it is copied as it was; the mark around it is drawn by the style sheet. */
function markOf(run, names) {
  const code = run.codePointAt(0);
  const point = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  const short = code >= 0xe0000 ? "TAGS" : MARKS.get(code);
  const name = words.marks?.[short ?? ""] ?? "";
  const count = [...run].length;
  const mark = document.createElement("span");
  mark.className = "mark";
  mark.dataset.mark = count > 1 ? `${short ?? point} × ${count}` : short ?? point;
  mark.title = inWords("markTitle", { name, point });
  // An override would turn round what follows it, to the end of the line; shut in here it cannot.
  if (code === 0x202d || code === 0x202e) mark.classList.add("shut");
  mark.textContent = run;
  names.add(name);
  return mark;
}
