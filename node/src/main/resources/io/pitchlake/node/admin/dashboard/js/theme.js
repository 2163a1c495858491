// Light or dark: as the system has it, unless the reader says otherwise.

const KEY = 'pitchlake-theme';

/**
 * Wires the switch.
 *
 * @param {function(): void} changed told when colours are others now
 */
export function theme(changed) {
  const buttons = [...document.querySelectorAll('[data-theme-choice]')];
  const choose = (choice) => {
    if (choice === 'auto') {
      delete document.documentElement.dataset.theme;
    } else {
      document.documentElement.dataset.theme = choice;
    }
    for (const button of buttons) {
      button.setAttribute('aria-pressed', String(button.dataset.themeChoice === choice));
    }
    changed();
  };
  for (const button of buttons) {
    button.addEventListener('click', () => {
      keep(button.dataset.themeChoice);
      choose(button.dataset.themeChoice);
    });
  }
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
  choose(kept());
}

function kept() {
  try {
    const choice = localStorage.getItem(KEY);
    return choice === 'light' || choice === 'dark' ? choice : 'auto';
  } catch {
    return 'auto';
  }
}

function keep(choice) {
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // No storage: until the page is left.
  }
}
