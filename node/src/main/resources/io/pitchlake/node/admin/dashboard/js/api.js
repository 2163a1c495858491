// Questions to the node that has served this page.

import { token } from './token.js';

const PATIENCE_MILLIS = 8000;

/** The node wants a token, or another one. */
export class Unauthorized extends Error {}

/** The node has said why not, in a sentence. */
export class Refused extends Error {
  /**
   * @param {number} status of HTTP
   * @param {string} sentence
   */
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

/** Nobody answers there. */
export class NoAnswer extends Error {}

/**
 * Asks for something.
 *
 * @param {string} path
 * @param {Object<string, string>} headers beside the token
 * @param {AbortSignal} signal
 * @returns {Promise<Response>} a good one
 * @throws {Unauthorized|Refused|NoAnswer}
 */
export async function ask(path, headers, signal) {
  const all = { ...headers };
  if (token() !== null) {
    all.Authorization = `Bearer ${token()}`;
  }
  let response;
  try {
    response = await fetch(path, { headers: all, signal, cache: 'no-store', credentials: 'omit', redirect: 'error' });
  } catch (cause) {
    throw new NoAnswer('nobody answers', { cause });
  }
  if (response.ok) {
    return response;
  }
  if (response.status === 401) {
    throw new Unauthorized('the node wants a token');
  }
  throw new Refused(response.status, await sentenceOf(response));
}

async function sentenceOf(response) {
  try {
    return (await response.json()).error;
  } catch {
    return `the node has answered ${response.status}`;
  }
}

/**
 * Asks for a page of the API.
 *
 * @param {string} name such as status
 * @param {Object<string, string|number>} [values] parameters
 * @returns {Promise<any>}
 */
export async function read(name, values = {}) {
  const query = new URLSearchParams(Object.entries(values)).toString();
  const signal = AbortSignal.timeout(PATIENCE_MILLIS);
  const response = await ask(`/api/v1/${name}${query ? `?${query}` : ''}`, {}, signal);
  try {
    return await response.json();
  } catch (cause) {
    throw new NoAnswer('the answer was cut short', { cause });
  }
}
