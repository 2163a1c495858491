// The page: asks the node every two seconds and hands what it says to the parts.

import { NoAnswer, Refused, Unauthorized, read } from './api.js';
import { showAttackers } from './attackers.js';
import { showCards } from './cards.js';
import { Connection } from './connection.js';
import { byId, element, say } from './dom.js';
import { Events } from './events.js';
import { login } from './login.js';
import { NetworkMap } from './networks.js';
import { Poller } from './poller.js';
import { Rates } from './rates.js';
import { showRouters } from './routers.js';
import { fill } from './rows.js';
import { showTakeovers } from './takeovers.js';
import { showTargets } from './targets.js';
import { theme } from './theme.js';
import { token } from './token.js';
import { showSilence, showVerdict } from './verdict.js';

const EVERY_MILLIS = 2000;

/** What is asked for, and in every how many rounds. */
const QUESTIONS = [
  ['status', {}, 1],
  ['vrrp', {}, 1],
  ['targets', {}, 1],
  ['asked', { limit: 256 }, 1],
  ['servers', {}, 2],
  ['top', { limit: 20 }, 2],
  ['sync', {}, 3],
  ['takeovers', {}, 3],
  ['networks', {}, 5],
];

/** What an event has made old, before its turn comes. */
const wanted = new Set();

const seen = {};
let round = 0;
let uptime = 0;
let headline = '';

const connection = new Connection();
const rates = new Rates();
const map = new NetworkMap(() => poller.now());
const poller = new Poller(goRound, EVERY_MILLIS);
const askForToken = login(() => begin());
const events = new Events(important, askForToken);

/** Says something to those who do not see it. */
function announce(words) {
  say(byId('announcer'), words);
}

/** Something has happened that is not just another trapped peer. */
function important(line) {
  announce(line);
  wanted.add('takeovers').add('vrrp').add('servers');
  poller.now();
}

/** @returns {Promise<boolean>} whether the node has answered */
async function goRound() {
  const due = QUESTIONS.filter(([name, , every]) => round % every === 0 || wanted.has(name) || !seen[name] || seen[name] instanceof Error);
  wanted.clear();
  round++;
  const answers = await Promise.allSettled(due.map(([name, values]) => read(name, values)));
  if (answers.some((answer) => answer.reason instanceof Unauthorized)) {
    askForToken();
    return false;
  }
  const silent = answers.find((answer) => answer.reason instanceof NoAnswer || answer.reason?.status === 429);
  if (silent) {
    return lost(silent.reason);
  }
  answers.forEach((answer, i) => {
    seen[due[i][0]] = answer.status === 'fulfilled' ? answer.value : answer.reason;
  });
  try {
    await notice();
  } catch (failure) {
    if (failure instanceof NoAnswer) {
      return lost(failure);
    }
    if (!(failure instanceof Refused)) {
      throw failure;
    }
  }
  connection.answered();
  show();
  return true;
}

function lost(failure) {
  if (!connection.isLost) {
    announce('The node does not answer.');
  }
  showSilence();
  headline = '';
  // The wait after one more failure.
  connection.failed(failure.message, Math.min(15000, poller.waitMillis * 2));
  return false;
}

/** A node that was started anew counts anew; what else is read is told by what was. */
async function notice() {
  if (!(seen.status instanceof Error)) {
    if (seen.status.uptime_seconds < uptime) {
      rates.forget();
      await events.forget();
    }
    uptime = seen.status.uptime_seconds;
  }
  if (!(seen.networks instanceof Error)) {
    map.offer(seen.networks.networks);
  }
  await Promise.all([rates.refresh(), map.refresh()]);
}

function show() {
  const now = showVerdict(seen);
  if (now !== headline) {
    headline = now;
    announce(now);
  }
  showCards(seen, rates.last);
  if (!(seen.status instanceof Error)) {
    say(byId('node-name'), seen.status.name);
    say(byId('version'), `Pitchlake ${seen.status.version}`);
    document.title = `${seen.status.name} ${seen.status.role} – Pitchlake`;
  }
  if (!(seen.vrrp instanceof Error)) {
    showRouters(seen.vrrp);
  }
  if (!(seen.targets instanceof Error) && !(seen.servers instanceof Error)) {
    showTargets(seen.servers.servers, seen.targets.targets, seen.targets.checks);
  }
  if (!(seen.top instanceof Error)) {
    showAttackers(seen.top);
  }
  if (!(seen.takeovers instanceof Error)) {
    showTakeovers(seen.takeovers.takeovers);
  }
  if (!(seen.asked instanceof Error)) {
    const addresses = seen.asked.asked.slice(0, 24).map((one) => one.address);
    fill(byId('asked'), addresses, (address) => element('li', { class: 'mono' }, address), 'no decoy, in the last ten seconds');
  }
}

function begin() {
  byId('forget').hidden = token() === null;
  poller.now();
  void events.run();
}

theme(() => {
  rates.repaint();
  map.repaint();
});
begin();
