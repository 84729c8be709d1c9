// Make one tree of elements like another by changing as little as possible: what did not change keeps its focus, its
// selection, its scroll position, and is not read aloud again.

/** Make `old` like `fresh` (an element of the same name). Gives the elements that were added. */
export function morph(old, fresh, added = []) {
  if (isSame(old, fresh)) return added;
  morphAttributes(old, fresh);
  morphChildren(old, fresh, added);
  return added;
}

/** A set formula differs from its source, and is the same nevertheless. */
function isSame(old, fresh) {
  if (old.dataset?.formula !== undefined) return old.dataset.formula === fresh.textContent;
  return old.isEqualNode(fresh);
}

function morphAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    // Whether a reader has opened something is his business.
    if (!fresh.hasAttribute(name) && !(name === "open" && old.matches("details"))) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !(name === "open" && old.matches("details"))) old.setAttribute(name, value);
  }
}

const keyOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node.id || node.dataset.key || "" : "");

const matches = (old, fresh) => old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName && keyOf(old) === keyOf(fresh);

function morphChildren(parent, freshParent, added) {
  const keyed = new Map([...parent.children].filter(keyOf).map((child) => [keyOf(child), child]));
  let place = parent.firstChild;
  for (const fresh of [...freshParent.childNodes]) {
    const candidate = keyed.get(keyOf(fresh)) ?? place;
    if (candidate && candidate.parentNode === parent && matches(candidate, fresh)) {
      if (candidate === place) place = place.nextSibling;
      else parent.insertBefore(candidate, place);
      morphNode(candidate, fresh, added);
    } else {
      const node = document.importNode(fresh, true);
      parent.insertBefore(node, place);
      if (node.nodeType === Node.ELEMENT_NODE) added.push(node);
    }
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

function morphNode(old, fresh, added) {
  if (old.nodeType === Node.ELEMENT_NODE) morph(old, fresh, added);
  else if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
}
