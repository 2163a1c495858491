// Asks the reader for the node's token.

import { Unauthorized, read } from './api.js';
import { byId, say } from './dom.js';
import { remember, token } from './token.js';

/**
 * Wires the question and the button that forgets.
 *
 * @param {function(): void} known told when the node takes the token
 * @returns {function(): void} asks, unless it is asking
 */
export function login(known) {
  const dialog = byId('login');
  const input = byId('login-token');
  const trouble = byId('login-trouble');
  byId('login-form').addEventListener('submit', async (event) => {
    event.preventDefault();
    remember(input.value.trim());
    say(trouble, '');
    try {
      await read('status');
    } catch (failure) {
      if (failure instanceof Unauthorized) {
        remember(null);
        say(trouble, 'The node does not know this token.');
        input.select();
        return;
      }
      // It is known; what else is wrong the page itself tells.
    }
    input.value = '';
    dialog.close();
    known();
  });
  byId('forget').addEventListener('click', () => {
    remember(null);
    location.reload();
  });
  return () => {
    if (!dialog.open) {
      if (token() !== null) {
        remember(null);
        say(trouble, 'The node does not know this token any more.');
      }
      dialog.showModal();
      input.focus();
    }
  };
}
