// The word that a node may ask for. It stays in this tab: reloads keep it, closing the tab forgets it.

const KEY = 'pitchlake-token';
let held = null;

/** @returns {string|null} */
export function token() {
  if (held === null) {
    try {
      held = sessionStorage.getItem(KEY);
    } catch {
      held = null; // no storage: a reload asks again
    }
  }
  return held;
}

/** @param {string|null} word null: forget it */
export function remember(word) {
  held = word;
  try {
    if (word === null) {
      sessionStorage.removeItem(KEY);
    } else {
      sessionStorage.setItem(KEY, word);
    }
  } catch {
    // No storage: it is kept until the page is left.
  }
}
