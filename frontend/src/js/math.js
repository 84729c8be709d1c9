// Formulas, set by KaTeX in the browser: what it makes on a server has style attributes, which our pages forbid.

import katex from "katex";
import renderMathInElement from "katex/contrib/auto-render";

const OPTIONS = { throwOnError: false, strict: "ignore", trust: false };
const DELIMITERS = [
  { left: "$$", right: "$$", display: true },
  { left: "\\[", right: "\\]", display: true },
  { left: "$", right: "$", display: false },
  { left: "\\(", right: "\\)", display: false },
];

/** Set every formula inside an element that has not been set yet. */
export function setFormulas(container) {
  const marked = container.querySelectorAll(".math, .math-block");
  for (const element of marked) setOne(element);
  if (!marked.length) renderMathInElement(container, { ...OPTIONS, delimiters: DELIMITERS });
}

function setOne(element) {
  if (element.dataset.formula !== undefined) return;
  const source = element.textContent;
  const text = source.trim();
  const found = DELIMITERS.find(({ left, right }) => text.startsWith(left) && text.endsWith(right) && text.length >= left.length + right.length);
  const formula = found ? text.slice(found.left.length, -found.right.length) : text;
  const displayMode = found?.display ?? element.matches(".block, .math-block");
  element.dataset.formula = source;
  element.classList.add("is-set");
  katex.render(formula, element, { ...OPTIONS, displayMode });
}
