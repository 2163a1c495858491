// Follows the node's events. EventSource could not say the token, so the stream is read by hand.

import { ask } from './api.js';
import { EventParser } from './sse.js';

/** A node that lives says something every three seconds. */
const SILENCE_MILLIS = 10000;

/**
 * Reads the stream until it ends.
 *
 * @param {number|null} after the last event that is known; null: those to come alone
 * @param {function({number: number, time: string, line: string}): void} tell
 * @param {function(): void} begun
 * @returns {Promise<void>} when the node has ended it
 * @throws {Error} as ask(), or when it has fallen silent
 */
export async function follow(after, tell, begun) {
  const control = new AbortController();
  let silence = setTimeout(() => control.abort(), SILENCE_MILLIS);
  try {
    const headers = { Accept: 'text/event-stream' };
    if (after !== null) {
      headers['Last-Event-ID'] = String(after);
    }
    const response = await ask('/events', headers, control.signal);
    begun();
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    const parser = new EventParser();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      clearTimeout(silence);
      silence = setTimeout(() => control.abort(), SILENCE_MILLIS);
      for (const event of parser.take(decoder.decode(piece.value, { stream: true }))) {
        tell(JSON.parse(event.data));
      }
    }
  } finally {
    clearTimeout(silence);
  }
}
