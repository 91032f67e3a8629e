/* What the card says by itself, in the reader's language: the page hands its words over. */

let words = {}; // one reader reads a page, so all cards on it speak alike

/* Take the words and put them where the card's own html has places for them. */
function takeWords(root, given) {
  if (JSON.stringify(given) === JSON.stringify(words)) return;
  words = given;
  for (const element of root.querySelectorAll("[data-word]")) showWords(element, words[element.dataset.word] ?? "");
  for (const element of root.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", words[element.dataset.label] ?? "");
  }
}

/* A sentence with its values in the places that stand in braces. */
function inWords(name, values = {}) {
  return (words[name] ?? "").replace(/\{(\w+)\}/g, (place, value) => values[value] ?? place);
}

/* Keys in a sentence stand between <kbd> and </kbd>; all the rest is text. */
function showWords(element, sentence) {
  const pieces = sentence.split(/<kbd>(.*?)<\/kbd>/);
  element.replaceChildren(
    ...pieces.map((piece, place) => {
      if (place % 2 === 0) return piece;
      const key = document.createElement("kbd");
      key.textContent = piece;
      return key;
    }),
  );
}
