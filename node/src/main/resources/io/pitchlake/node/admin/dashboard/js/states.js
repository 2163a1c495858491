// What an address can be. A letter and a colour for each, so that neither stands alone.

/**
 * @typedef {object} State
 * @property {string} letter in the API
 * @property {string} shown in a cell
 * @property {string} name in the legend
 * @property {string} words for one address
 */

/** @type {State[]} in the legend's order */
export const STATES = [
  { letter: 'r', shown: 'R', name: 'real', words: 'real, a machine lives there' },
  { letter: 's', shown: 'S', name: 'simulated', words: 'simulated' },
  { letter: 'a', shown: 'A', name: 'asked now', words: 'simulated, asked for in the last 10 seconds' },
  { letter: 'h', shown: 'H', name: 'held', words: 'held, silent for a machine that comes up' },
  { letter: 'p', shown: 'P', name: 'in proof', words: 'being proved' },
  { letter: 'o', shown: 'O', name: 'own', words: "this cluster's own" },
  { letter: 'x', shown: '×', name: 'exempt', words: 'never simulated' },
  { letter: '.', shown: '·', name: 'unknown', words: 'nothing known' },
];

const BY_LETTER = new Map(STATES.map((state) => [state.letter, state]));

/**
 * @param {string} letter of the API
 * @returns {State}
 */
export function stateOf(letter) {
  return BY_LETTER.get(letter) ?? BY_LETTER.get('.');
}
