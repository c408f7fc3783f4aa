// A table with more rows than the page holds gets the height of all of them: parts are fetched as they come near, and
// dropped when they are far away. Without this file one turns pages.
(() => {
  // How far beyond what is in sight rows are kept, in pixels.
  const NEAR = 1500;
  // Parts that fly by while one scrolls are not fetched, in milliseconds.
  const SETTLED = 80;
  // Browsers lay out no more than about this many pixels.
  const TALLEST = 15_000_000;

  function begin(table) {
    const { long: href, total, from, part } = table.dataset;
    const [all, size, shown] = [Number(total), Number(part), table.tBodies[0]];
    const rowHeight = shown.offsetHeight / shown.rows.length;
    if (all <= size || all * rowHeight > TALLEST) return;
    table.dataset.begun = '';
    const columns = table.tHead.rows[0].cells.length;
    const waiting = new Map();

    function gap(body, height) {
      const cell = document.createElement('td');
      const row = document.createElement('tr');
      cell.colSpan = columns;
      row.className = 'gap';
      row.style.height = `${height}px`;
      row.append(cell);
      body.replaceChildren(row);
      body.ariaHidden = 'true';
      return cell;
    }
    const isGap = (body) => body.rows[0]?.className === 'gap';

    async function fill(body, first) {
      const address = new URL(href, location.href);
      address.searchParams.set('from', first);
      const asked = new AbortController();
      waiting.set(body, () => asked.abort());
      try {
        const answer = await fetch(address, { signal: asked.signal });
        const fetched = document.createElement('template');
        fetched.innerHTML = answer.ok ? await answer.text() : '';
        const rows = fetched.content.querySelectorAll('tbody > tr');
        if (!rows.length) throw new Error('no rows');
        body.ariaHidden = null;
        body.replaceChildren(...rows);
        number(body, first);
      } catch (error) {
        if (error.name !== 'AbortError') gap(body, body.offsetHeight).textContent = 'These rows could not be read. Scroll away and back to try again.';
      } finally {
        waiting.delete(body);
      }
    }
    function number(body, first) {
      [...body.rows].forEach((row, at) => { row.ariaRowIndex = first + at + 2; });
    }
    function seen(entries) {
      for (const { target: body, isIntersecting } of entries) {
        const first = Number(body.dataset.first);
        if (isIntersecting && isGap(body) && !waiting.has(body)) {
          const timer = setTimeout(() => fill(body, first), SETTLED);
          waiting.set(body, () => clearTimeout(timer));
        } else if (!isIntersecting) {
          waiting.get(body)?.();
          waiting.delete(body);
          if (!isGap(body) && !body.contains(document.activeElement)) gap(body, body.offsetHeight);
        }
      }
    }

    const observer = new IntersectionObserver(seen, { rootMargin: `${NEAR}px 0px` });
    for (let first = 0; first < all; first += size) {
      let body = shown;
      if (first !== Number(from)) {
        body = shown.cloneNode(false);
        gap(body, Math.min(size, all - first) * rowHeight);
        if (first < Number(from)) shown.before(body);
        else table.append(body);
      }
      body.dataset.first = first;
      observer.observe(body);
    }
    number(shown, Number(from));
    if (Number(from) > 0) shown.scrollIntoView();
  }

  function beginAll() {
    document.querySelectorAll('table[data-long]:not([data-begun])').forEach(begin);
  }
  document.addEventListener('htmx:after:swap', beginAll);
  beginAll();
})();
