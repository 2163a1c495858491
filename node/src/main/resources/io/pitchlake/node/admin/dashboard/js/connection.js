// Whether the node answers, and since when not.

import { byId, say } from './dom.js';
import { clock, duration } from './format.js';

export class Connection {
  #lastAnswer = null;
  #nextTry = null;
  #trouble = null;

  constructor() {
    setInterval(() => this.#show(), 1000);
  }

  /** An answer has come. */
  answered() {
    this.#lastAnswer = Date.now();
    this.#trouble = null;
    this.#show();
  }

  /**
   * No answer has come.
   *
   * @param {string} trouble in words
   * @param {number} nextMillis when it is asked again
   */
  failed(trouble, nextMillis) {
    this.#trouble = trouble;
    this.#nextTry = Date.now() + nextMillis;
    this.#show();
  }

  /** @returns {boolean} */
  get isLost() {
    return this.#trouble !== null;
  }

  #show() {
    const place = byId('connection');
    const words = byId('connection-words');
    document.documentElement.toggleAttribute('data-stale', this.isLost);
    if (this.isLost) {
      place.dataset.level = 'bad';
      const since = this.#lastAnswer === null ? 'No answer yet' : `No answer since ${clock(this.#lastAnswer)}`;
      const wait = Math.max(0, Math.ceil((this.#nextTry - Date.now()) / 1000));
      say(words, `${since} (${this.#trouble}); next try in ${duration(wait)}`);
    } else if (this.#lastAnswer !== null) {
      place.dataset.level = 'ok';
      say(words, 'live');
    }
  }
}
