/* Texts of users on a page: set as text, never as html, each in its own direction. */
export default function ({ parentElement, data }) {
  takeWords(parentElement, data.words);
  const place = parentElement.querySelector("[data-part=texts]");
  place.replaceChildren(...data.blocks.map(blockOf));
}

function blockOf({ head, text, language, big }) {
  const block = document.createElement("div");
  block.className = big ? "block big" : "block";
  const [title, words] = [document.createElement("p"), document.createElement("p")];
  title.className = "head";
  title.textContent = head;
  words.className = "words";
  words.dir = "auto";
  words.lang = language;
  if (big) words.tabIndex = 0; // so that a long text can be scrolled by keys
  showText(words, text);
  block.append(...(head ? [title] : []), words);
  return block;
}
