// The event stream: latest first, bounded, and still when the reader wants it so.

import { Refused, Unauthorized, read } from './api.js';
import { byId, element, say } from './dom.js';
import { follow } from './follow.js';
import { clock, plural } from './format.js';

const SHOWN = 200;
const SHORTEST_WAIT_MILLIS = 1000;
const LONGEST_WAIT_MILLIS = 15000;

export class Events {
  #list = byId('events');
  #kind = byId('events-kind');
  #pause = byId('events-pause');
  #kept = [];
  #last = null;
  #waiting = 0;
  #drawing = false;
  #running = false;
  #trouble = null;
  #important;
  #unauthorized;

  /**
   * @param {function(string): void} important told of lines about election, peers and targets
   * @param {function(): void} unauthorized told when a token is wanted
   */
  constructor(important, unauthorized) {
    this.#important = important;
    this.#unauthorized = unauthorized;
    this.#kind.addEventListener('change', () => this.#draw());
    this.#pause.addEventListener('click', () => {
      const paused = !this.#isPaused;
      this.#pause.setAttribute('aria-pressed', String(paused));
      say(this.#pause, paused ? 'Go on' : 'Pause');
      this.#waiting = 0;
      this.#draw();
    });
  }

  get #isPaused() {
    return this.#pause.getAttribute('aria-pressed') === 'true';
  }

  /** Reads what was, then follows what comes, until a token is wanted. */
  async run() {
    if (!this.#running) {
      this.#running = true;
      await this.#run();
      this.#running = false;
    }
  }

  async #run() {
    let wait = SHORTEST_WAIT_MILLIS;
    for (;;) {
      try {
        if (this.#last === null) {
          await this.#recall();
        }
        await follow(
          this.#last,
          (event) => {
            this.#add(event);
            this.#tell(event.line);
          },
          () => {
            wait = SHORTEST_WAIT_MILLIS;
            this.#trouble = null;
            this.#state();
          },
        );
      } catch (failure) {
        if (failure instanceof Unauthorized) {
          this.#unauthorized();
          return;
        }
        this.#trouble = failure instanceof Refused ? failure.message : 'interrupted; it is tried again';
        this.#state();
      }
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = Math.min(LONGEST_WAIT_MILLIS, wait * 2);
    }
  }

  async #recall() {
    this.#last = 0;
    const before = await read('events', { limit: SHOWN });
    before.events.forEach((event) => this.#add(event));
  }

  /** The node has begun to count anew. */
  async forget() {
    if (this.#last !== null) {
      await this.#recall();
    }
  }

  #add(event) {
    if (event.number <= this.#last) {
      return; // heard twice: by question and by stream
    }
    if (this.#last > 0 && event.number > this.#last + 1) {
      this.#kept.unshift({ gap: event.number - this.#last - 1 });
    }
    this.#last = event.number;
    this.#kept.unshift(event);
    this.#kept.length = Math.min(this.#kept.length, SHOWN);
    if (this.#isPaused) {
      this.#waiting++;
      this.#state();
    } else if (!this.#drawing) {
      // However many come at once, the list is drawn once a frame.
      this.#drawing = true;
      requestAnimationFrame(() => {
        this.#drawing = false;
        this.#draw();
      });
    }
  }

  #tell(line) {
    if (!line.startsWith('TARPIT ')) {
      this.#important(line);
    }
  }

  #state() {
    const quiet = this.#trouble ?? 'latest first';
    say(byId('events-state'), this.#isPaused ? `paused; ${plural(this.#waiting, 'new event')}` : quiet);
  }

  #draw() {
    this.#state();
    if (this.#isPaused && this.#waiting > 0) {
      return;
    }
    const wanted = this.#kept.filter((event) => !this.#kind.value || event.gap || kindOf(event.line) === this.#kind.value);
    this.#list.replaceChildren(...(wanted.length > 0 ? wanted.map(item) : [element('li', { class: 'none' }, 'No events yet.')]));
  }
}

/** The first word of a line says where it comes from. */
function kindOf(line) {
  const word = line.split(' ', 1)[0];
  return word === 'ARP' || word === 'ND' ? 'TARPIT' : word;
}

function item(event) {
  if (event.gap) {
    return element('li', { class: 'gap' }, `${plural(event.gap, 'event')} not shown here; the log has them`);
  }
  const kind = kindOf(event.line);
  return element(
    'li',
    { 'data-kind': kind },
    element('time', { datetime: event.time, title: new Date(event.time).toLocaleString() }, clock(event.time)),
    element('span', { class: 'kind' }, kind),
    element('span', { class: 'line' }, event.line),
  );
}
