// Server-sent events as text becomes them (WHATWG HTML, 9.2.6): what of that a node says.

/** Takes pieces of a stream, however they were cut, and gives whole events. */
export class EventParser {
  #rest = '';
  #id = null;
  #data = [];

  /**
   * @param {string} piece
   * @returns {{id: string|null, data: string}[]} events that are whole now
   */
  take(piece) {
    const lines = (this.#rest + piece).split('\n');
    this.#rest = lines.pop();
    const whole = [];
    for (const line of lines) {
      if (line === '') {
        if (this.#data.length > 0) {
          whole.push({ id: this.#id, data: this.#data.join('\n') });
        }
        this.#data = [];
      } else if (line.startsWith('data: ')) {
        this.#data.push(line.slice('data: '.length));
      } else if (line.startsWith('id: ')) {
        this.#id = line.slice('id: '.length);
      }
    }
    return whole;
  }
}
