// What is said in both languages, Hindi first: the pages on which anybody checks something put it into themselves by this.

export function pair(element, [hindi, english]) {
  element.className = "pair";
  const spans = [["hi", hindi], ["en", english]].filter(([, text]) => text).map(([language, text]) => {
    const span = document.createElement("span");
    span.lang = language;
    span.textContent = text;
    return span;
  });
  element.replaceChildren(...spans);
}

export function entry(name, texts) {
  const element = document.createElement(name);
  pair(element, texts);
  return element;
}
