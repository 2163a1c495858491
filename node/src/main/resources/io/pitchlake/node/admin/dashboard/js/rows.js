// Lists and tables that are filled again and again.

import { element } from './dom.js';

/** What each list shows now. @type {WeakMap<HTMLElement, string>} */
const shown = new WeakMap();

/**
 * Fills a list or a table's body, unless it would be the same as last time: what a reader has
 * selected or focused stays.
 *
 * @template T
 * @param {HTMLElement} into
 * @param {T[]} items
 * @param {function(T): HTMLElement} make
 * @param {string} none said where there are no items
 */
export function fill(into, items, make, none) {
  const now = JSON.stringify(items);
  if (shown.get(into) === now) {
    return;
  }
  shown.set(into, now);
  into.replaceChildren(...(items.length > 0 ? items.map(make) : [nothing(into, none)]));
}

function nothing(into, words) {
  switch (into.tagName) {
    case 'TBODY':
      return element('tr', {}, element('td', { class: 'none', colspan: 9 }, words));
    case 'SELECT':
      return element('option', { value: '' }, words);
    default:
      return element('li', { class: 'none' }, words);
  }
}
