// Progressive extras only: every page works without this file.
const root = document.documentElement;
const $ = (selector, scope = document) => scope.querySelector(selector);

// A control that is switched off stays focusable, says why, and does nothing.
document.addEventListener('click', (event) => {
  if (event.target.closest('[aria-disabled=true]')) event.preventDefault(), event.stopImmediatePropagation();
}, true);

// Theme: the system's unless the person chose one. theme.js applies the choice before the first paint.
document.addEventListener('click', (event) => {
  if (!event.target.closest('[data-theme-toggle]')) return;
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
  try { localStorage.setItem('theme', root.dataset.theme); } catch { /* then it holds for this page */ }
});

// Dialogs open and close by command attributes; browsers without them are helped.
document.addEventListener('click', (event) => {
  const button = event.target.closest('button[commandfor]');
  if (!button || 'commandForElement' in HTMLButtonElement.prototype) return;
  const dialog = document.getElementById(button.getAttribute('commandfor'));
  if (button.getAttribute('command') === 'show-modal') dialog?.showModal();
  else dialog?.close();
});
// A confirmed dialog has done its work: the toast says the rest.
document.addEventListener('submit', (event) => event.target.closest('dialog')?.close());

// Keyboard map. Off while typing, or when the profile says so (data-keys="off" on <html>).
// Places carry their letter (data-go); the address is the link's own.
let chordAt = -Infinity;
// Through its button, so that the menu is anchored to it.
const press = (id) => $(`[popovertarget="${id}"]`)?.click();
function step(by) {
  const rows = [...document.querySelectorAll('[data-rows] tbody > tr:not(.sub, .gap)')];
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement.closest?.('tr'));
  const row = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
  $('.row-a', row)?.focus();
  row.scrollIntoView({ block: 'nearest' });
}
function place(key) {
  if (key === 't') return press('tenants'), $('#tenant-q')?.focus(), true;
  const address = key === 'p' ? root.dataset.allTenants : $(`a[data-go="${CSS.escape(key)}"]`)?.href;
  if (address) location.assign(address);
  return Boolean(address);
}
const keys = {
  '/': () => $('#q')?.focus(),
  '?': () => press('keys'),
  j: () => step(1),
  k: () => step(-1),
  f: () => $('.filters .input, .filters .btn')?.focus(),
  p: () => $('[data-pause]')?.click(),
  x: () => { const row = document.activeElement.closest('tr'); if (row) $('.c-sel input', row)?.click(); },
};
document.addEventListener('keydown', (event) => {
  if (root.dataset.keys === 'off' || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches('input, select, textarea, [contenteditable]')) {
    // Leaves the search, so that the keys work again; a tick box stands in a menu, which closes by itself.
    if (event.key === 'Escape' && event.target.matches('[type=search]')) event.target.blur();
    return;
  }
  if (event.timeStamp - chordAt < 1200) {
    chordAt = -Infinity;
    if (place(event.key)) return event.preventDefault();
  }
  if (event.key === 'g') chordAt = event.timeStamp;
  else if (keys[event.key]) keys[event.key](), event.preventDefault();
});

// Live updates. While paused, the stream waits at its next message and nothing is lost: the messages follow in order.
// The mark is hidden until a stream is open: without scripts nothing is live.
let paused = false;
let resume = () => {};
let shown = null;
function mark(words, state) {
  shown = { words, state };
  show();
}
function show() {
  if (!shown) return;
  for (const live of document.querySelectorAll('[data-live-mark]')) {
    live.hidden = false;
    live.classList.toggle('paused', shown.state === 'paused' || shown.state === 'ended');
    live.classList.toggle('late', shown.state === 'late');
    const text = $('[data-live]', live);
    if (text.textContent !== shown.words) text.textContent = shown.words;
    const pause = $('[data-pause]', live);
    pause.hidden = shown.state === 'ended';
    $('span', pause).textContent = paused ? 'Resume' : 'Pause';
  }
}
// Where nothing is shown yet, what is new takes its place without being asked for.
document.addEventListener('htmx:after:process', () => {
  const bar = $('[data-awaits]:not([data-asked])')?.closest('section')?.querySelector('.newer');
  if (!bar) return;
  $('[data-awaits]').dataset.asked = '';
  bar.click();
});
// A filtered list brings a mark of its own, which does not know yet.
document.addEventListener('htmx:after:swap', show);
document.addEventListener('click', (event) => {
  if (!event.target.closest('[data-pause]')) return;
  paused = !paused;
  if (!paused) resume();
  mark(paused ? 'Paused' : 'Live', paused ? 'paused' : 'live');
});
document.addEventListener('htmx:sse:before:message', (event) => {
  if (!paused || !event.detail.waitUntil) return;
  event.detail.waitUntil(new Promise((done) => { resume = done; }));
});
document.addEventListener('htmx:sse:after:connection', () => { if (!paused) mark('Live', 'live'); });
document.addEventListener('htmx:sse:error', () => { if (!paused) mark('Reconnecting', 'late'); });
document.addEventListener('htmx:sse:close', (event) => {
  if (event.detail.reason === 'message') mark('Ended, nothing more will change', 'ended');
});

// Selecting rows: a form with data-selects has boxes in the table's rows. All of them work without this.
const boxes = (form) => [...form.elements].filter((field) => field.type === 'checkbox');
function selecting(form) {
  const [all, chosen] = [boxes(form), boxes(form).filter((box) => box.checked)];
  const page = $('[data-select-page]', form);
  page.hidden = !all.length;
  page.dataset.words ??= page.textContent;
  page.textContent = chosen.length === all.length ? 'Clear' : page.dataset.words;
  const said = $('[data-selected]', form);
  said.dataset.words ??= said.textContent;
  said.textContent = chosen.length ? `${chosen.length} selected` : said.dataset.words;
}
const selectingAll = () => document.querySelectorAll('[data-selects]').forEach(selecting);
selectingAll();
document.addEventListener('htmx:after:swap', selectingAll);
document.addEventListener('change', (event) => {
  if (event.target.form?.matches('[data-selects]')) selecting(event.target.form);
});
document.addEventListener('click', (event) => {
  const form = event.target.closest('[data-select-page]')?.form;
  if (!form) return;
  const on = !boxes(form).every((box) => box.checked);
  for (const box of boxes(form)) box.checked = on;
  selecting(form);
});

// Copies what the button names and says so.
document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy]');
  if (!button) return;
  try { await navigator.clipboard.writeText(button.dataset.copy); } catch { return; }
  const said = document.createElement('span');
  said.className = 'copied';
  said.textContent = 'Copied';
  button.querySelector('.copied')?.remove();
  button.append(said);
  said.addEventListener('animationend', () => said.remove());
});

// Narrows a menu while one types.
document.addEventListener('input', (event) => {
  const list = document.getElementById(event.target.dataset?.narrows);
  if (!list) return;
  const wanted = event.target.value.trim().toLowerCase();
  for (const line of list.children) line.hidden = !line.textContent.toLowerCase().includes(wanted);
});

// Toasts stay until dismissed, for they carry a link.
document.addEventListener('click', (event) => event.target.closest('[data-dismiss]')?.closest('.toast').remove());
