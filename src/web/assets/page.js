// What makes the pages handier where scripts run; without it they work as well. Data is read from the page's own tables.
(() => {
  const root = document.documentElement;

  /** Keeps a choice for a year, where the server sees it, so that the next page comes in the right colours at once. */
  function keepTheme(theme) {
    const secure = location.protocol === 'https:' ? '; Secure' : '';
    // biome-ignore lint/suspicious/noDocumentCookie: CookieStore is not in every browser.
    document.cookie = `modtally_theme=${theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  }

  function setUpTheme() {
    const button = document.querySelector('.theme');
    if (!button) return;
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : dark.matches);
    const show = () => {
      button.textContent = isDark() ? '☀' : '☾';
    };
    button.hidden = false;
    show();
    button.addEventListener('click', () => {
      const theme = isDark() ? 'light' : 'dark';
      root.dataset.theme = theme;
      keepTheme(theme);
      show();
      drawPlots();
    });
    dark.addEventListener('change', () => {
      show();
      drawPlots();
    });
  }

  /** The numbers of the table below a picture: moments, and a series for each column of numbers. */
  function readSeries(table) {
    const headings = [...table.tHead.rows[0].cells];
    const rows = [...table.tBodies[0].rows];
    const places = headings.flatMap((cell, place) => (cell.classList.contains('number') ? [place] : []));
    return {
      times: rows.map((row) => Date.parse(row.cells[0].textContent) / 1000),
      series: places.map((place) => ({
        key: headings[place].dataset.key,
        title: headings[place].textContent,
        values: rows
          .map((row) => Number(row.cells[place].dataset.value ?? Number.NaN))
          .map((value) => (Number.isNaN(value) ? null : value)),
      })),
    };
  }

  const plots = new Map();

  /** Colours of lines, by what they are of. */
  const lines = { loads: '--second', modules: '--third' };

  /** A colour of the theme as a picture can use it. */
  function colour(value) {
    const probe = document.createElement('span');
    probe.style.color = value;
    document.body.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  }

  function drawPlots() {
    for (const box of document.querySelectorAll('[data-plot=time]')) {
      const table = box.parentElement.querySelector('table');
      if (table && window.uPlot) drawPlot(box, readSeries(table));
    }
  }

  function drawPlot(box, { times, series }) {
    if (times.length < 2 || times.some(Number.isNaN)) return;
    plots.get(box)?.destroy();
    const colourOf = (key) => colour(`var(${lines[key] ?? '--accent'})`);
    const axis = {
      stroke: colour('var(--soft)'),
      grid: { stroke: colour('var(--line)'), width: 1 },
      ticks: { show: false },
    };
    const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });
    const picture = box.querySelector('svg');
    const label = picture?.getAttribute('aria-label') ?? box.getAttribute('aria-label') ?? '';
    picture?.remove();
    box.setAttribute('role', 'img');
    box.setAttribute('aria-label', label);
    const plot = new window.uPlot(
      {
        width: box.clientWidth,
        height: 250,
        tzDate: (seconds) => window.uPlot.tzDate(new Date(seconds * 1000), 'UTC'),
        legend: { live: true },
        cursor: { points: { size: 7 }, drag: { x: false, y: false } },
        scales: Object.fromEntries(
          series.map(({ key }) => [key, { range: (_, __, most) => [0, Math.max(1, most * 1.08)] }]),
        ),
        series: [
          {
            label: 'Date',
            value: (_, seconds) => (seconds === null ? '–' : new Date(seconds * 1000).toISOString().slice(0, 10)),
          },
          ...series.map(({ key, title }, place) => ({
            label: title,
            scale: key,
            stroke: colourOf(key),
            fill:
              place === 0 ? colour(`color-mix(in srgb, var(${lines[key] ?? '--accent'}) 8%, transparent)`) : undefined,
            width: 2,
            points: { show: times.length < 20 },
            value: (_, value) => (value === null ? '–' : value.toLocaleString('en-US')),
          })),
        ],
        axes: [
          { ...axis, grid: { show: false } },
          // More than two would leave the picture no room: what the others are is told where one points.
          ...series.slice(0, 2).map(({ key }, place) => ({
            ...axis,
            scale: key,
            side: place === 0 ? 3 : 1,
            stroke: colourOf(key),
            grid: place === 0 ? axis.grid : { show: false },
            size: 52,
            values: (_, values) => values.map((value) => short.format(value)),
          })),
        ],
      },
      [times, ...series.map(({ values }) => values)],
      box,
    );
    box.querySelector('.legend')?.remove();
    plots.set(box, plot);
  }

  function setUpPlots() {
    drawPlots();
    new ResizeObserver(() => {
      for (const [box, plot] of plots) {
        if (box.clientWidth > 0 && box.clientWidth !== plot.width)
          plot.setSize({ width: box.clientWidth, height: 250 });
      }
    }).observe(document.body);
  }

  const pages = { package: 'module', module: 'module', user: 'user', cluster: 'cluster' };

  /** A field with a list of hits below it, for keyboard and screen reader as the ARIA patterns have it (combobox). */
  function setUpSearch() {
    const field = document.querySelector('#search');
    if (!field) return;
    const list = document.createElement('ul');
    list.id = 'hits';
    list.className = 'hits';
    list.hidden = true;
    list.setAttribute('role', 'listbox');
    list.setAttribute('aria-label', 'Hits');
    field.after(list);
    for (const [name, value] of Object.entries({
      role: 'combobox',
      'aria-controls': 'hits',
      'aria-expanded': 'false',
      'aria-autocomplete': 'list',
    })) {
      field.setAttribute(name, value);
    }
    let chosen = -1;
    let asked = 0;
    let timer = 0;

    const close = () => {
      list.hidden = true;
      chosen = -1;
      field.setAttribute('aria-expanded', 'false');
      field.removeAttribute('aria-activedescendant');
    };
    const choose = (place) => {
      const hits = [...list.children];
      chosen = (place + hits.length) % hits.length;
      for (const [index, hit] of hits.entries()) hit.setAttribute('aria-selected', String(index === chosen));
      hits[chosen]?.scrollIntoView({ block: 'nearest' });
      field.setAttribute('aria-activedescendant', `hit-${chosen}`);
    };
    const open = ({ kind, name }) => {
      location.href = `${field.dataset.pages}${pages[kind]}?name=${encodeURIComponent(name)}`;
    };
    const show = (found) => {
      list.replaceChildren(
        ...found.map((hit, index) => {
          const item = document.createElement('li');
          const kind = document.createElement('span');
          item.id = `hit-${index}`;
          item.setAttribute('role', 'option');
          item.setAttribute('aria-selected', 'false');
          item.textContent = showText(hit.name);
          kind.textContent = hit.kind;
          item.append(kind);
          item.addEventListener('mousedown', (event) => {
            event.preventDefault();
            open(hit);
          });
          item.hit = hit;
          return item;
        }),
      );
      list.hidden = found.length === 0;
      field.setAttribute('aria-expanded', String(found.length > 0));
      chosen = -1;
    };
    const ask = async () => {
      const turn = ++asked;
      const response = await fetch(`${field.dataset.search}?q=${encodeURIComponent(field.value)}`);
      if (!response.ok) return;
      const { found } = await response.json();
      if (turn === asked && document.activeElement === field) show(found);
    };

    field.addEventListener('input', () => {
      clearTimeout(timer);
      if (field.value.trim() === '') close();
      else timer = setTimeout(() => ask().catch(close), 120);
    });
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') close();
      if (list.hidden) return;
      if (event.key === 'ArrowDown') choose(chosen + 1);
      else if (event.key === 'ArrowUp') choose(chosen - 1);
      else if (event.key === 'Enter' && chosen >= 0) open(list.children[chosen].hit);
      else return;
      event.preventDefault();
    });
    field.addEventListener('blur', close);
    document.addEventListener('keydown', (event) => {
      const isTyping = /^(?:INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName ?? '');
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      field.focus();
    });
  }

  /** What would turn the direction of writing, or vanish, is shown by its number, as the server shows it. */
  function showText(text) {
    return text.replace(
      /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
      (character) => `\\u${character.codePointAt(0).toString(16).padStart(4, '0')}`,
    );
  }

  /** A choice from a list is shown at once; empty fields stay out of the URL. */
  function setUpFilters() {
    for (const form of document.querySelectorAll('form.filters')) {
      form.addEventListener('change', (event) => {
        if (event.target.tagName === 'SELECT') form.requestSubmit();
      });
      form.addEventListener('submit', () => {
        for (const field of form.elements) if (field.value === '') field.disabled = true;
      });
    }
  }

  setUpTheme();
  setUpSearch();
  setUpFilters();
  setUpPlots();
})();
