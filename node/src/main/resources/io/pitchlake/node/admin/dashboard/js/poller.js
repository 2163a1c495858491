// Does something again and again: at a steady pace while it goes well, ever later while it does not,
// and not at all while nobody looks.

const LONGEST_MILLIS = 15000;

export class Poller {
  #round;
  #everyMillis;
  #failures = 0;
  #timer = 0;
  #running = false;
  #again = false;

  /**
   * @param {function(): Promise<boolean>} round whether it went well
   * @param {number} everyMillis from one round's end to the next
   */
  constructor(round, everyMillis) {
    this.#round = round;
    this.#everyMillis = everyMillis;
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) {
        this.now();
      }
    });
  }

  /** Goes round at once; goes on from there. */
  now() {
    clearTimeout(this.#timer);
    if (this.#running) {
      this.#again = true;
    } else {
      void this.#go();
    }
  }

  /** @returns {number} how long the next wait is */
  get waitMillis() {
    return Math.min(LONGEST_MILLIS, this.#everyMillis * 2 ** Math.min(this.#failures, 5));
  }

  async #go() {
    this.#running = true;
    do {
      this.#again = false;
      const good = await this.#round().catch(fault);
      this.#failures = good ? 0 : this.#failures + 1;
    } while (this.#again);
    this.#running = false;
    if (!document.hidden) {
      this.#timer = setTimeout(() => this.now(), this.waitMillis);
    }
  }
}

/** A mistake of the page's own: the next round may go better. */
function fault(mistake) {
  console.error(mistake);
  return false;
}
