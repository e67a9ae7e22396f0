// The live page: asks for the last collection once a second and draws what is new. What the application says goes in
// as text, never as HTML.
'use strict';
(() => {
  const PERIOD_MILLIS = 1000;
  const WINDOW_MILLIS = 300_000; // How much time a picture shows at most.
  const SHORTEST_MILLIS = 60_000; // A fresh picture shows less, so that it is not mostly empty.
  const MAX_COLUMNS = 400;
  const MAX_DOTS = 1200; // Of one metric.
  const MAX_PICTURED = 30; // Series of one metric that have a picture of their own.
  const MAX_ROWS = 28; // Of a picture of an exponential histogram.
  const byId = id => document.getElementById(id);

  // ---- Elements ----

  function make(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  /** Changes text only if it is another one: selections survive, and nothing flickers. */
  function say(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function mark(element, name, value) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }

  /** Makes these the children, in this order, and moves nothing that is in its place. */
  function arrange(parent, children) {
    children.forEach((child, i) => {
      if (parent.children[i] !== child) parent.insertBefore(child, parent.children[i] ?? null);
    });
    while (parent.children.length > children.length) parent.lastElementChild.remove();
  }

  // ---- Words ----

  const count = number => Number(number).toLocaleString('en-US');
  const clock = millis => new Date(millis).toLocaleTimeString('en-GB');

  /** Three significant digits, without an exponent where that is readable. */
  function digits(value) {
    const size = Math.abs(value);
    if (value === 0) return '0';
    if (size >= 1e15 || size < 1e-6) return value.toExponential(2);
    if (Number.isInteger(value) && size < 10_000) return String(value);
    const places = Math.max(0, 2 - Math.floor(Math.log10(size)));
    return String(+value.toFixed(Math.min(places, 9)));
  }

  function scaled(value, steps) {
    const step = steps.find(([size]) => Math.abs(value) >= size * 0.9995) ?? steps[steps.length - 1];
    return `${digits(value / step[0])} ${step[1]}`.trim();
  }

  const TIMES = [[3600, 'h'], [60, 'min'], [1, 's'], [1e-3, 'ms'], [1e-6, 'µs'], [1e-9, 'ns']];
  const BYTES = [[2 ** 40, 'TiB'], [2 ** 30, 'GiB'], [2 ** 20, 'MiB'], [2 ** 10, 'KiB'], [1, 'B']];
  const THOUSANDS = [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k'], [1, '']];
  const SECONDS = {s: 1, ms: 1e-3, us: 1e-6, ns: 1e-9, min: 60, h: 3600};

  /** A value with its unit, for people. */
  function quantity(value, unit) {
    if (typeof value === 'string') return value; // NaN, infinity, or more digits than a double has.
    if (!Number.isFinite(value)) return String(value);
    if (value === 0) return '0';
    if (Object.hasOwn(SECONDS, unit)) return scaled(value * SECONDS[unit], TIMES);
    if (unit === 'By') return scaled(value, BYTES);
    if (unit === '%') return `${digits(value)} %`;
    const word = unit === '1' ? '' : unit.replace(/^\{(.*)\}$/, '');
    const number = Math.abs(value) < 1 ? digits(value) : scaled(value, THOUSANDS);
    return `${number} ${word}`.trim();
  }

  const perSecond = rate => `${scaledRate(rate)} /s`;
  const scaledRate = rate => (rate < 1000 ? digits(+rate.toPrecision(3)) : scaled(rate, THOUSANDS));
  const numeric = value => (typeof value === 'string' ? Number(value) : value);
  const labelText = labels => Object.entries(labels).map(([key, value]) => `${key}=${value}`).join(', ');

  // ---- Buckets: rows of a picture, the lowest first ----

  /** Counts by row number, and how a row number becomes bounds. Explicit buckets have numbers from 0. */
  function buckets(point, bounds) {
    if (point.c) {
      return {bounds, counts: new Map(point.c.map((number, i) => [i, numeric(number)]).filter(([, n]) => n > 0))};
    }
    const counts = new Map();
    if (point.zero > 0) counts.set('0', numeric(point.zero));
    for (const [sign, side] of [['+', point.pos], ['-', point.neg]]) {
      side.slice(1).forEach((number, i) => {
        if (number) counts.set(sign + (side[0] + i), numeric(number));
      });
    }
    return {scale: point.scale, counts};
  }

  function downscale(cells, scale) {
    if (cells.scale === undefined || cells.scale <= scale) return cells;
    const counts = new Map();
    for (const [row, number] of cells.counts) {
      const lower = row === '0' ? row : row[0] + (+row.slice(1) >> (cells.scale - scale));
      counts.set(lower, (counts.get(lower) ?? 0) + number);
    }
    return {scale, counts};
  }

  /** What came between two collections: nothing that is known if a count has fallen, as a series has begun again. */
  function difference(now, before) {
    if (!before) return now;
    if (now.bounds && now.bounds.length !== before.bounds.length) return {...now, counts: new Map()};
    const scale = now.scale === undefined ? undefined : Math.min(now.scale, before.scale);
    const late = downscale(now, scale);
    const early = downscale(before, scale);
    const counts = new Map();
    for (const [row, number] of early.counts) {
      if ((late.counts.get(row) ?? 0) < number) return {...late, counts};
    }
    for (const [row, number] of late.counts) {
      const added = number - (early.counts.get(row) ?? 0);
      if (added > 0) counts.set(row, added);
    }
    return {bounds: now.bounds, scale, counts};
  }

  /** All cells in one, at the coarsest scale there is. */
  function together(all) {
    const scale = all.reduce((lowest, cells) => Math.min(lowest, cells.scale ?? Infinity), Infinity);
    const counts = new Map();
    for (const cells of all) {
      for (const [row, number] of downscale(cells, scale).counts) counts.set(row, (counts.get(row) ?? 0) + number);
    }
    return {bounds: all[0]?.bounds, scale: scale === Infinity ? undefined : scale, counts};
  }

  function rowBounds(row, cells) {
    if (cells.bounds) return [row === 0 ? -Infinity : cells.bounds[row - 1], cells.bounds[row] ?? Infinity];
    if (row === '0') return [0, 0];
    const base = 2 ** (2 ** -cells.scale);
    const index = +row.slice(1);
    return row[0] === '+' ? [base ** index, base ** (index + 1)] : [-(base ** (index + 1)), -(base ** index)];
  }

  function rowOf(value, cells) {
    if (cells.bounds) {
      const row = cells.bounds.findIndex(bound => value <= bound);
      return row < 0 ? cells.bounds.length : row;
    }
    if (value === 0) return '0';
    return (value > 0 ? '+' : '-') + (Math.ceil(Math.log2(Math.abs(value)) * 2 ** cells.scale) - 1);
  }

  /** From the lowest to the highest that is needed, none left out between: [number, lower, upper]. */
  function rowsFor(cells, values) {
    const needed = new Set(cells.counts.keys());
    for (const value of values) needed.add(rowOf(value, cells));
    let numbers;
    if (cells.bounds) {
      const used = [...needed];
      const low = Math.max(0, Math.min(...used) - 1);
      const high = Math.min(cells.bounds.length, Math.max(...used) + 1);
      numbers = Array.from({length: high - low + 1}, (unused, i) => low + i);
    } else {
      const side = sign => [...needed].filter(row => row[0] === sign).map(row => +row.slice(1));
      const between = (sign, indexes) => indexes.length === 0 ? [] : Array.from(
        {length: Math.max(...indexes) - Math.min(...indexes) + 1}, (unused, i) => sign + (Math.min(...indexes) + i));
      numbers = [...between('-', side('-')).reverse(), ...(needed.has('0') ? ['0'] : []), ...between('+', side('+'))];
    }
    return numbers.map(row => [row, ...rowBounds(row, cells)]);
  }

  /** As Prometheus estimates it; null if there is nothing to estimate it from. */
  function quantile(share, cells) {
    if (cells.bounds?.length === 0) return null; // One bucket, for all values that there are.
    const rows = cells.counts.size === 0 ? [] : rowsFor(cells, []);
    const total = [...cells.counts.values()].reduce((sum, number) => sum + number, 0);
    let rank = share * total;
    for (const [row, low, high] of rows) {
      const number = cells.counts.get(row) ?? 0;
      if (number > 0 && rank <= number) {
        if (high === Infinity) return low;
        if (low === -Infinity) return high <= 0 ? high : high * rank / number;
        return low > 0 && !cells.bounds ? low * (high / low) ** (rank / number) : low + (high - low) * rank / number;
      }
      rank -= number;
    }
    return null;
  }

  // ---- A picture: a heat map on a canvas, and dots that are links ----

  class Picture {
    constructor(metric) {
      this.metric = metric;
      this.canvas = make('canvas', {role: 'img'});
      this.dots = make('div', {class: 'dots'});
      this.element = make('div', {class: 'chart'}, this.canvas, this.dots);
      this.tip = make('p', {class: 'tip'});
      this.links = new Map();
      new ResizeObserver(() => this.draw()).observe(this.element);
      this.element.addEventListener('mousemove', event => this.hover(event));
      this.element.addEventListener('mouseleave', () => this.tell(null));
      this.dots.addEventListener('focusin', event => this.tell(event.target.words));
      this.dots.addEventListener('focusout', () => this.tell(null));
      this.dots.addEventListener('keydown', event => this.onKey(event));
      this.tell(null);
    }

    tell(words) {
      this.isTold = words !== null;
      say(this.tip, words ?? this.hint());
    }

    hint() {
      if (this.links.size === 0) return 'No exemplar in this time.';
      const link = traceUrl === null
        ? 'A dot is an exemplar. Give the endpoint setTraceUrlTemplate, and each is a link to its trace.'
        : 'A dot is an exemplar, and a link to its trace.';
      return `${link} Orange ones are above the 95th percentile.`;
    }

    /** The left and right end in milliseconds. */
    window() {
      const end = now();
      const age = end - firstTime;
      return [end - Math.min(WINDOW_MILLIS, Math.max(SHORTEST_MILLIS, 30_000 * Math.ceil(age / 30_000))), end];
    }

    x(millis) {
      const [begin, end] = this.span;
      return this.left + (millis - begin) / (end - begin) * (this.right - this.left);
    }

    y(value) {
      const row = this.places.get(rowOf(value, this.cells));
      if (row === undefined) return null;
      const [, low, high] = this.rows[row];
      let share = 0.5;
      if (low < value && value <= high && high !== Infinity && low !== high) {
        if (low === -Infinity) share = high > 0 && value >= 0 ? value / high : 0.5;
        else share = low > 0 && high / low > 1.5
          ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
      }
      return this.bottom - (row + share) * this.rowHeight;
    }

    draw() {
      const width = this.element.clientWidth;
      const height = this.element.clientHeight;
      if (!width || !this.metric.isShown) return;
      this.span = this.window();
      const columns = this.metric.columns.filter(column => column.to > this.span[0] && column.cells);
      const exemplars = this.metric.exemplarsBetween(...this.span);
      const values = exemplars.map(exemplar => exemplar.v);
      const ever = this.metric.latestCells();
      const inView = together(columns.map(column => column.cells));
      const isQuiet = inView.counts.size + values.length === 0;
      this.cells = isQuiet ? ever : {bounds: ever.bounds, scale: inView.scale ?? ever.scale, counts: inView.counts};
      this.rows = this.cells.counts.size + values.length === 0 ? [] : rowsFor(this.cells, values);
      while (this.rows.length > MAX_ROWS && this.cells.scale !== undefined) {
        this.cells = downscale(this.cells, this.cells.scale - 1);
        this.rows = rowsFor(this.cells, values);
      }
      this.places = new Map(this.rows.map(([row], i) => [row, i]));
      this.left = width < 560 ? 52 : 64;
      this.right = width - 6;
      this.top = 6;
      this.bottom = height - 22;
      this.rowHeight = (this.bottom - this.top) / Math.max(1, this.rows.length);
      this.paint(columns, width, height);
      this.place(exemplars);
      if (!this.isTold) this.tell(null);
    }

    paint(columns, width, height) {
      const ratio = window.devicePixelRatio || 1;
      if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
        this.canvas.width = Math.round(width * ratio);
        this.canvas.height = Math.round(height * ratio);
      }
      const pen = this.canvas.getContext('2d');
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.clearRect(0, 0, width, height);
      this.axes(pen);
      this.drawn = columns.map(column => {
        const {counts} = downscale(column.cells, this.cells.scale);
        return {column, counts, seconds: Math.max(0.1, (column.to - column.from) / 1000)};
      });
      const hottest = this.drawn.reduce(
        (most, {counts, seconds}) => Math.max(most, ...[...counts.values()].map(number => number / seconds)), 0);
      pen.fillStyle = colors.heat;
      for (const {column, counts, seconds} of this.drawn) {
        const from = Math.max(this.left, this.x(column.from));
        const to = this.x(column.to);
        if (to <= from) continue;
        for (const [row, number] of counts) {
          const place = this.places.get(row);
          if (place === undefined) continue;
          pen.globalAlpha = 0.14 + 0.8 * Math.sqrt(number / seconds / hottest);
          pen.fillRect(from, this.bottom - (place + 1) * this.rowHeight + 0.5,
            Math.max(1, to - from - 0.5), Math.max(1, this.rowHeight - 0.8));
        }
      }
      pen.globalAlpha = 1;
      const seen = this.drawn.reduce((sum, {counts}) => sum + [...counts.values()].reduce((a, b) => a + b, 0), 0);
      mark(this.canvas, 'aria-label',
        `Heat map of ${this.metric.said.name}: ${count(seen)} measurements in the last ${Math.round((this.span[1] - this.span[0]) / 1000)} s`);
      if (this.rows.length === 0) {
        pen.fillStyle = colors.dim;
        pen.textAlign = 'center';
        pen.fillText('Nothing was recorded in this time.', (this.left + this.right) / 2, height / 2);
      }
    }

    axes(pen) {
      pen.font = '11px system-ui, sans-serif';
      pen.textBaseline = 'middle';
      pen.textAlign = 'right';
      pen.lineWidth = 1;
      const step = Math.max(1, Math.ceil(24 / this.rowHeight));
      const unit = this.metric.said.unit;
      this.rows.forEach(([, low, high], i) => {
        const y = this.bottom - (i + 1) * this.rowHeight;
        if ((this.rows.length - 1 - i) % step !== 0 || (high === Infinity && low === -Infinity)) return;
        pen.strokeStyle = colors.line;
        pen.beginPath();
        pen.moveTo(this.left, y + 0.5);
        pen.lineTo(this.right, y + 0.5);
        pen.stroke();
        pen.fillStyle = colors.dim;
        const middle = y + this.rowHeight / 2;
        if (high === Infinity) pen.fillText(`> ${quantity(low, unit)}`, this.left - 6, middle);
        else pen.fillText(quantity(high, unit), this.left - 6, Math.max(y, 6));
      });
      const [begin, end] = this.span;
      const wide = this.right - this.left;
      const seconds = [10, 20, 30, 60].find(each => each * 1000 / (end - begin) * wide >= 70) ?? 120;
      pen.textAlign = 'center';
      for (let at = Math.ceil(begin / seconds / 1000) * seconds * 1000; at <= end; at += seconds * 1000) {
        const x = this.x(at);
        if (x < this.left + 24 || x > this.right - 24) continue;
        pen.strokeStyle = colors.line;
        pen.beginPath();
        pen.moveTo(Math.round(x) + 0.5, this.bottom);
        pen.lineTo(Math.round(x) + 0.5, this.bottom + 4);
        pen.stroke();
        pen.fillStyle = colors.dim;
        pen.fillText(clock(at), x, this.bottom + 13);
      }
      pen.strokeStyle = colors.line;
      pen.beginPath();
      pen.moveTo(this.left, this.bottom + 0.5);
      pen.lineTo(this.right, this.bottom + 0.5);
      pen.stroke();
    }

    place(exemplars) {
      const high = quantile(0.95, this.cells);
      this.dots.style.left = `${this.left}px`;
      this.dots.style.width = `${this.right - this.left + 5}px`;
      this.dots.style.top = '0';
      this.dots.style.height = `${this.bottom + 2}px`;
      const present = new Set();
      const lasts = new Map();
      for (const exemplar of [...exemplars].sort((a, b) => a.t - b.t)) {
        const y = this.y(exemplar.v);
        if (y === null) continue;
        const isHigh = high !== null && exemplar.v > high;
        // So many that nobody could hit one would only hide the picture.
        const row = rowOf(exemplar.v, this.cells);
        const last = lasts.get(row) ?? -Infinity;
        if ((exemplar.t - last) / (this.span[1] - this.span[0]) * (this.right - this.left) < (isHigh ? 5 : 16)) continue;
        lasts.set(row, exemplar.t);
        const dot = this.dot(exemplar);
        dot.style.left = `${(this.x(exemplar.t) - this.left).toFixed(1)}px`;
        dot.style.top = `${y.toFixed(1)}px`;
        dot.classList.toggle('high', isHigh);
        present.add(exemplar.key);
      }
      for (const [key, dot] of this.links) {
        if (present.has(key)) continue;
        // One that has the focus stays until it is left, although its time is over.
        if (dot === document.activeElement) continue;
        dot.remove();
        this.links.delete(key);
      }
      this.chooseCurrent();
    }

    dot(exemplar) {
      const known = this.links.get(exemplar.key);
      const address = addressOf(exemplar);
      if (known && (known.localName === 'a') === (address !== null)) {
        if (address !== null) mark(known, 'href', address);
        return known;
      }
      known?.remove();
      const dot = address === null
        ? make('span', {class: 'dot', role: 'img'})
        : make('a', {class: 'dot', href: address, target: '_blank', rel: 'noopener noreferrer'});
      dot.exemplar = exemplar;
      const {unit} = this.metric.said;
      const where = [exemplar.seriesText, labelText(exemplar.labels ?? {})].filter(text => text).join(', ');
      const trace = exemplar.trace ? `trace ${exemplar.trace}, span ${exemplar.span}` : 'outside of a span';
      dot.words = `${quantity(exemplar.v, unit)} at ${clock(exemplar.t)}${where ? ', ' + where : ''} → `
        + (address === null ? trace : 'its trace, in a new tab');
      mark(dot, 'aria-label', dot.words);
      mark(dot, 'tabindex', '-1');
      this.links.set(exemplar.key, dot);
      this.dots.append(dot);
      return dot;
    }

    // ---- Dots on the keyboard: one of them is in the tab order, arrows go from one to the next ----

    inOrder() {
      return [...this.links.values()].sort((a, b) => a.exemplar.t - b.exemplar.t);
    }

    /** The largest of those in view, unless one has the focus. */
    chooseCurrent() {
      if (this.dots.contains(document.activeElement)) return;
      const largest = this.inOrder().reduce(
        (best, dot) => (best && numeric(best.exemplar.v) >= numeric(dot.exemplar.v) ? best : dot), null);
      this.makeCurrent(largest);
    }

    makeCurrent(dot) {
      if (this.current === dot) return;
      if (this.current) mark(this.current, 'tabindex', '-1');
      this.current = dot;
      if (dot) mark(dot, 'tabindex', '0');
    }

    onKey(event) {
      const order = this.inOrder();
      const bySize = [...order].sort((a, b) => a.exemplar.v - b.exemplar.v);
      const here = event.target;
      const target = {
        ArrowLeft: () => order[order.indexOf(here) - 1],
        ArrowRight: () => order[order.indexOf(here) + 1],
        ArrowUp: () => bySize[bySize.indexOf(here) + 1],
        ArrowDown: () => bySize[bySize.indexOf(here) - 1],
        Home: () => order[0],
        End: () => order[order.length - 1],
      }[event.key]?.();
      if (target) {
        event.preventDefault();
        this.makeCurrent(target);
        target.focus();
      }
    }

    /** What is under the mouse: a dot, or a cell. */
    hover(event) {
      if (event.target.words) {
        this.tell(event.target.words);
        return;
      }
      const box = this.element.getBoundingClientRect();
      const x = event.clientX - box.left;
      const place = Math.floor((this.bottom - (event.clientY - box.top)) / this.rowHeight);
      const row = this.rows?.[place];
      const column = (this.drawn ?? []).find(each => this.x(each.column.from) <= x && x < this.x(each.column.to));
      const number = row && column && x >= this.left ? column.counts.get(row[0]) : undefined;
      if (number === undefined) {
        this.tell(null);
        return;
      }
      const {unit} = this.metric.said;
      const [, low, high] = row;
      const range = low === -Infinity && high === Infinity ? 'of any size'
        : low === -Infinity ? `up to ${quantity(high, unit)}`
        : high === Infinity ? `above ${quantity(low, unit)}` : `${quantity(low, unit)} to ${quantity(high, unit)}`;
      this.tell(`${clock(column.column.from)} to ${clock(column.column.to)}, ${range}: ${count(number)} measurements`);
    }
  }

  // ---- A line over time, without axes ----

  class Spark {
    constructor(metric) {
      this.metric = metric;
      this.element = make('canvas', {class: 'spark', role: 'img'});
      new ResizeObserver(() => this.draw()).observe(this.element);
    }

    draw() {
      const width = this.element.clientWidth;
      const height = this.element.clientHeight;
      if (!width || !this.metric.isShown) return;
      const ratio = window.devicePixelRatio || 1;
      if (this.element.width !== Math.round(width * ratio)) this.element.width = Math.round(width * ratio);
      if (this.element.height !== Math.round(height * ratio)) this.element.height = Math.round(height * ratio);
      const pen = this.element.getContext('2d');
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.clearRect(0, 0, width, height);
      const end = now();
      const age = Math.min(WINDOW_MILLIS, Math.max(SHORTEST_MILLIS, end - firstTime));
      const points = this.metric.columns.filter(column => column.to > end - age && Number.isFinite(column.figure));
      const values = points.map(column => column.figure);
      const low = Math.min(0, ...values);
      const high = Math.max(...values, low);
      const y = value => height - 3 - (high === low ? 0 : (value - low) / (high - low)) * (height - 6);
      pen.strokeStyle = colors.line;
      pen.beginPath();
      pen.moveTo(0, Math.round(y(0)) + 0.5);
      pen.lineTo(width, Math.round(y(0)) + 0.5);
      pen.stroke();
      if (points.length === 0) return;
      const x = millis => width - 2 - (end - millis) / age * (width - 4);
      pen.strokeStyle = colors.heat;
      pen.fillStyle = colors.heat;
      pen.lineWidth = 1.6;
      pen.lineJoin = 'round';
      pen.beginPath();
      points.forEach((column, i) => pen[i === 0 ? 'moveTo' : 'lineTo'](x(column.to), y(column.figure)));
      pen.stroke();
      pen.lineTo(x(points[points.length - 1].to), y(0));
      pen.lineTo(x(points[0].to), y(0));
      pen.globalAlpha = 0.13;
      pen.fill();
      pen.globalAlpha = 1;
      mark(this.element, 'aria-label', `${this.metric.said.name} over time, from ${digits(low)} to ${digits(high)}`);
    }
  }

  // ---- Metrics ----

  const HISTOGRAMS = ['histogram', 'exponential histogram'];
  const SHOWN_OPEN = 6; // Tables of so many series are open from the beginning.

  class Metric {
    constructor(said) {
      this.isHistogram = HISTOGRAMS.includes(said.kind);
      this.columns = [];
      this.exemplars = new Map();
      this.before = new Map();
      this.rows = new Map();
      this.chosen = ''; // The key of the series that is in the picture; empty for all.
      this.isShown = true;
      this.build(said);
      this.picture = this.isHistogram ? new Picture(this) : null;
      this.spark = this.isHistogram ? null : new Spark(this);
      if (this.picture) this.facts.after(this.picture.element, this.picture.tip);
      else this.facts.before(this.figure, this.spark.element);
      observer.observe(this.element);
      this.element.metric = this;
    }

    build(said) {
      this.title = make('code');
      this.kind = make('span', {class: 'kind'});
      this.help = make('p', {class: 'help'});
      this.figure = make('p', {class: 'figure'});
      this.facts = make('p', {class: 'facts'});
      this.why = make('p', {class: 'why', hidden: ''});
      this.summary = make('summary');
      this.body = make('tbody');
      this.head = make('tr');
      this.details = make('details', {}, this.summary,
        make('div', {class: 'series', tabindex: '0', role: 'region', 'aria-label': `Series of ${said.name}`},
          make('table', {}, make('thead', {}, this.head), this.body)));
      this.details.open = !this.isHistogram && said.points > 1 && said.points <= SHOWN_OPEN;
      this.details.addEventListener('toggle', () => this.drawTable());
      this.choice = make('select', {class: 'choice', 'aria-label': `Series of ${said.name} in the picture`, hidden: ''});
      this.choice.addEventListener('change', () => this.choose(this.choice.value));
      this.element = make('article', {class: 'metric'},
        make('header', {}, make('h2', {}, this.title), this.kind), this.help, this.facts, this.why, this.details);
      this.fact = {};
      for (const name of ['rate', 'p50', 'p95', 'p99', 'mean']) {
        this.fact[name] = make('b');
        this.fact[name].line = make('span', {hidden: ''}, `${name === 'rate' ? '' : name + ' '}`, this.fact[name]);
        this.facts.append(this.fact[name].line);
      }
      this.useBar = make('i');
      this.use = make('span', {class: 'use', hidden: ''}, this.useBar);
      this.useText = make('span');
      this.facts.append(make('span', {}, this.use, this.useText), this.choice);
    }

    take(said, time) {
      this.said = said;
      this.series = said.series.map((series, i) => ({...series, key: JSON.stringify(series.labels), text: labelText(series.labels), i}));
      const last = this.columns[this.columns.length - 1];
      const from = last ? last.to : null;
      // After an interruption the page may be sent what it has.
      if (from !== time) this.columns.push(this.isHistogram ? this.histogramColumn(from, time) : this.numberColumn(from, time));
      while (this.columns.length > MAX_COLUMNS || (this.columns[0] && this.columns[0].to < time - WINDOW_MILLIS)) this.columns.shift();
      for (const exemplar of said.exemplars ?? []) {
        const key = [exemplar.t, exemplar.v, exemplar.trace, exemplar.span].join();
        if (this.exemplars.has(key)) continue;
        const series = this.series[exemplar.series];
        this.exemplars.set(key, {...exemplar, v: numeric(exemplar.v), key, series: series?.key, seriesText: series?.text ?? ''});
      }
      this.forgetExemplars(time);
    }

    forgetExemplars(time) {
      for (const [key, exemplar] of this.exemplars) {
        if (exemplar.t < time - WINDOW_MILLIS) this.exemplars.delete(key);
      }
      const surplus = this.exemplars.size - MAX_DOTS;
      if (surplus > 0) [...this.exemplars.keys()].slice(0, surplus).forEach(key => this.exemplars.delete(key));
    }

    exemplarsBetween(begin, end) {
      return [...this.exemplars.values()].filter(exemplar =>
        exemplar.t >= begin && exemplar.t <= end + 5000 && Number.isFinite(exemplar.v)
        && (this.chosen === '' || exemplar.series === this.chosen));
    }

    /** Of each series and of all what came since the last collection; nothing at the first. */
    histogramColumn(from, time) {
      const column = {from, to: time, bySeries: new Map(), cells: null};
      const bounds = this.said.all?.bounds;
      const seen = new Map();
      const points = this.series.slice(0, MAX_PICTURED).map(series => [series.key, series]);
      // Where not all series are there, one that was not there before need not be new.
      const isAll = this.said.points <= this.series.length && this.series.length <= MAX_PICTURED;
      if (this.said.all) points.push(['', this.said.all]);
      for (const [key, point] of points) {
        if (point.c && bounds && point.c.length !== bounds.length + 1) continue;
        const cells = buckets(point, bounds);
        seen.set(key, cells);
        // A new series has counted from zero.
        if (from !== null && (isAll || this.before.has(key))) column.bySeries.set(key, difference(cells, this.before.get(key)));
      }
      this.before = seen;
      column.cells = column.bySeries.get(this.chosen) ?? null;
      column.from ??= time;
      return column;
    }

    numberColumn(from, time) {
      const {kind, all} = this.said;
      const column = {from: from ?? time, to: time, figure: NaN};
      if (kind === 'counter') {
        const before = this.total;
        this.total = all ? numeric(all.v) : 0;
        if (from !== null && before !== undefined) {
          // It falls if a series has begun again or is gone: then nobody knows the rate.
          column.figure = this.total < before ? NaN : (this.total - before) / Math.max(0.1, (time - from) / 1000);
        }
      } else if (kind === 'summary') {
        column.figure = this.series.length === 1 ? numeric(this.series[0].quantiles[this.series[0].quantiles.length - 1]?.[1] ?? NaN) : NaN;
      } else {
        column.figure = all ? numeric(all.v) : this.series.length === 0 ? NaN
          : this.series.reduce((sum, series) => sum + numeric(series.v), 0) / this.series.length;
      }
      return column;
    }

    /** What there is in all since the start, for scale and bounds before something new has come. */
    latestCells() {
      return this.before.get(this.chosen) ?? {bounds: this.said.all?.bounds, scale: this.said.all?.scale, counts: new Map()};
    }

    choose(key) {
      this.chosen = key;
      for (const column of this.columns) column.cells = column.bySeries.get(key) ?? null;
      this.draw();
    }

    draw() {
      const {said} = this;
      say(this.title, said.name);
      say(this.kind, [said.kind, said.unit && said.unit !== '1' ? said.unit : '', said.scope].filter(text => text).join(' · '));
      say(this.help, said.help);
      this.help.hidden = !said.help;
      this.drawUse();
      this.drawWhy();
      if (this.isHistogram) this.drawHistogram();
      else this.drawNumber();
      this.drawTable();
    }

    drawUse() {
      const {points, limit} = this.said;
      const series = limit ? `${count(Math.min(points, limit))} of at most ${count(limit)} series` : `${count(points)} series`;
      this.use.hidden = !limit;
      if (limit) {
        this.useBar.style.width = `${Math.min(100, points / limit * 100)}%`;
        this.use.classList.toggle('full', this.isFull());
      }
      say(this.useText, this.isFull() ? `${series}: the limit is reached, further attribute sets count as one` : series);
      this.useText.classList.toggle('bad', this.isFull());
    }

    isFull() {
      return this.said.limit !== undefined && this.said.points > this.said.limit;
    }

    drawWhy() {
      const verdict = verdicts.get(this.said.scope + '\n' + this.said.name);
      const words = [verdict?.verdict === 'TROUBLE' ? `No exemplars. ${verdict.sentence.split(':')[0]}.` : '', verdict?.advice ?? ''].join(' ').trim();
      this.why.hidden = words === '';
      say(this.why, words);
    }

    tellFact(name, text) {
      this.fact[name].line.hidden = text === null;
      if (text !== null) say(this.fact[name], text);
    }

    drawHistogram() {
      const {unit} = this.said;
      const recent = this.columns.filter(column => column.cells && column.to > now() - SHORTEST_MILLIS);
      const cells = together(recent.map(column => column.cells));
      const number = [...cells.counts.values()].reduce((sum, each) => sum + each, 0);
      const seconds = recent.reduce((sum, column) => sum + (column.to - column.from) / 1000, 0);
      this.tellFact('rate', seconds > 0 ? perSecond(number / seconds) : null);
      for (const [name, share] of [['p50', 0.5], ['p95', 0.95], ['p99', 0.99]]) {
        const value = number > 0 ? quantile(share, cells) : null;
        this.tellFact(name, value === null ? null : '≈ ' + quantity(value, unit));
      }
      this.drawChoice();
      this.drawPicture();
    }

    drawChoice() {
      this.choice.hidden = this.series.length < 2;
      const options = [['', `all ${count(this.said.points)} series`], ...this.series.slice(0, MAX_PICTURED).map(series => [series.key, series.text || 'without labels'])];
      // Options that move while the list is open would be picked by mistake.
      if (document.activeElement === this.choice) return;
      options.forEach(([key, text], i) => {
        const option = this.choice.options[i] ?? this.choice.appendChild(make('option'));
        mark(option, 'value', key);
        say(option, text);
      });
      while (this.choice.options.length > options.length) this.choice.lastElementChild.remove();
      if (this.choice.value !== this.chosen) {
        this.choice.value = this.chosen;
        if (this.choice.selectedIndex < 0) {
          this.choice.value = '';
          this.choose('');
        }
      }
    }

    drawNumber() {
      const {said} = this;
      const last = this.columns[this.columns.length - 1];
      const only = this.series.length === 1 && said.points === 1 ? this.series[0] : null;
      let big = '';
      let small = '';
      if (said.kind === 'counter') {
        big = said.all ? quantity(only ? only.v : said.all.v, said.unit) : '';
        small = Number.isFinite(last.figure) ? perSecond(last.figure) : '';
      } else if (only && said.kind !== 'summary') {
        big = quantity(only.v, said.unit);
      } else if (said.all) {
        big = quantity(said.all.v, said.unit);
        small = 'in all';
      } else if (Number.isFinite(last.figure)) {
        big = quantity(last.figure, said.unit);
        small = said.kind === 'summary' ? 'at the highest quantile' : `on average of ${count(this.series.length)}`;
      }
      if (this.figure.firstChild?.data !== big || this.figure.lastChild?.textContent !== ' ' + small) {
        this.figure.replaceChildren(big, make('small', {}, ' ' + small));
      }
      this.drawPicture();
    }

    /** The costly part: after the first time only in view. */
    drawPicture() {
      if (!this.isShown || (this.isDrawn && !this.isVisible)) return;
      this.isDrawn = true;
      (this.picture ?? this.spark).draw();
    }

    // ---- The table of series ----

    drawTable() {
      const {points} = this.said;
      say(this.summary, `${count(points)} series`);
      if (!this.details.open) return;
      const columns = this.isHistogram || this.said.kind === 'summary' ? ['labels', 'count', 'mean', 'largest'] : ['labels', 'value', 'exemplar'];
      const heads = columns.filter(name => name !== 'exemplar' || this.exemplars.size > 0);
      if (this.head.children.length !== heads.length) {
        this.head.replaceChildren(...heads.map(name => make('th', name === 'labels' || name === 'exemplar' ? {scope: 'col'} : {scope: 'col', class: 'number'}, name)));
        this.rows.clear();
      }
      const sorted = [...this.series].sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : a.i - b.i));
      const shown = sorted.filter(series => matches(this.words() + series.text.toLowerCase()));
      const elements = shown.map(series => this.drawRow(series, heads));
      const hidden = points - this.series.length;
      if (hidden > 0) {
        this.more ??= make('tr', {}, make('td', {colspan: heads.length}));
        say(this.more.firstChild, `${count(hidden)} more series are not on this page: it shows the ${count(this.series.length)} with the most. Scrapes have all.`);
        elements.push(this.more);
      }
      arrange(this.body, elements);
    }

    drawRow(series, heads) {
      const key = series.key;
      let row = this.rows.get(key);
      if (!row) {
        const labels = make('td', {class: 'labels'});
        for (const [name, value] of Object.entries(series.labels)) labels.append(make('span', {}, make('em', {}, name + '='), value), ' ');
        if (series.text === '') labels.append(make('em', {}, 'without labels'));
        row = make('tr', {}, labels, ...heads.slice(1).map(name => make('td', name === 'exemplar' ? {} : {class: 'number'})));
        this.rows.set(key, row);
      }
      const {unit} = this.said;
      if (series.n === undefined) {
        say(row.children[1], quantity(series.v, unit));
        if (heads.length > 2) this.drawLink(row.children[2], key);
      } else {
        say(row.children[1], count(series.n));
        say(row.children[2], numeric(series.n) > 0 && typeof series.s === 'number' ? quantity(series.s / numeric(series.n), unit) : '');
        const largest = series.max ?? series.quantiles?.[series.quantiles.length - 1]?.[1];
        say(row.children[3], largest === undefined ? '' : quantity(largest, unit));
      }
      return row;
    }

    /** To the trace of the newest exemplar of a series. */
    drawLink(cell, key) {
      const newest = [...this.exemplars.values()].filter(exemplar => exemplar.series === key)
        .reduce((best, exemplar) => (best && best.t >= exemplar.t ? best : exemplar), null);
      const address = newest && addressOf(newest);
      if (!newest) return;
      const text = `${quantity(newest.v, this.said.unit)} at ${clock(newest.t)}`;
      if (address === null) {
        say(cell, newest.trace ? `${text}, trace ${newest.trace}` : text);
        return;
      }
      // There may be text: an exemplar that was recorded outside of a span has no link.
      if (!cell.firstElementChild) cell.replaceChildren(make('a', {target: '_blank', rel: 'noopener noreferrer'}));
      mark(cell.firstElementChild, 'href', address);
      say(cell.firstElementChild, text);
    }

    // ---- Search ----

    words() {
      const {name, exposed, scope, unit, kind, help} = this.said;
      return [name, exposed, scope, unit, kind, help, ''].join(' ').toLowerCase();
    }

    find() {
      const words = this.words() + this.series.map(series => series.text).join(' ').toLowerCase();
      this.isShown = matches(words);
      if (this.element.hidden === this.isShown) this.element.hidden = !this.isShown;
    }
  }

  // ---- Why there are exemplars or not ----

  const VERDICTS = [['TROUBLE', 'Trouble'], ['LINKED', 'With exemplars'], ['WAITING', 'Not yet'], ['WITHOUT', 'Without, as is meant']];

  function drawVerdict(known, verdict) {
    if (!known) {
      known = make('article', {class: 'verdict'}, make('h3', {}, make('code')), make('p'),
        make('details', {}, make('summary', {}, 'Numbers'), make('p', {class: 'more fine'}), make('dl')));
    }
    mark(known, 'data-verdict', verdict.verdict);
    const [title, sentence, details] = known.children;
    say(title.firstChild, verdict.name);
    say(sentence, verdict.sentence);
    say(details.children[1], verdict.more);
    const numbers = Object.entries(verdict.numbers).filter(([what, number]) => numeric(number) > 0 || what === 'measurements').flat();
    const list = details.children[2];
    numbers.forEach((text, i) => {
      const child = list.children[i] ?? list.appendChild(make(i % 2 === 0 ? 'dt' : 'dd'));
      say(child, i % 2 === 0 ? text : count(text));
    });
    while (list.children.length > numbers.length) list.lastElementChild.remove();
    return known;
  }

  const drawnVerdicts = new Map();

  function drawOverview(data) {
    const all = data.exemplars;
    byId('overview').hidden = false;
    byId('others').hidden = !all;
    if (all) {
      const number = word => all.filter(each => each.verdict === word).length;
      const [trouble, linked] = [number('TROUBLE'), number('LINKED')];
      const summary = byId('summary');
      const words = trouble + linked === 0
        ? 'Nothing was recorded yet that could have an exemplar.'
        : `${linked} of ${trouble + linked} metrics that could have exemplars have them.`;
      const bad = trouble === 0 ? '' : ` ${trouble} ${trouble === 1 ? 'needs' : 'need'} your attention.`;
      if (summary.textContent !== words + bad) summary.replaceChildren(words, make('span', {class: 'bad'}, bad));
      const kept = new Set();
      const groups = new Map(VERDICTS.map(([word]) => [word, []]));
      for (const verdict of all) {
        const key = verdict.scope + '\n' + verdict.name;
        if (kept.has(key)) continue;
        kept.add(key);
        drawnVerdicts.set(key, drawVerdict(drawnVerdicts.get(key), verdict));
        if (matches([verdict.name, verdict.scope, verdict.sentence].join(' ').toLowerCase())) {
          groups.get(verdict.verdict).push(drawnVerdicts.get(key));
        }
      }
      for (const key of drawnVerdicts.keys()) if (!kept.has(key)) drawnVerdicts.delete(key);
      arrange(byId('trouble'), groups.get('TROUBLE'));
      arrange(byId('verdicts'), [...groups.get('LINKED'), ...groups.get('WAITING'), ...groups.get('WITHOUT')]);
    } else {
      say(byId('summary'), 'Why there are exemplars or not is told of metrics of a GlintMeterProvider; this endpoint has another one.');
    }
    const limited = data.metrics.filter(metric => metric.limit);
    const fullest = limited.reduce((most, metric) => (most && most.points / most.limit >= metric.points / metric.limit ? most : metric), null);
    const full = limited.filter(metric => metric.points > metric.limit).map(metric => metric.name);
    say(byId('fullest'), !fullest ? '' : full.length > 0
      ? `At the cardinality limit: ${full.slice(0, 3).join(', ')}${full.length > 3 ? ` and ${full.length - 3} more` : ''}. Drop the attribute with the most values, or raise the limit by a view.`
      : `${count(data.metrics.length)} metrics. The one that is closest to its cardinality limit is ${fullest.name}: ${count(fullest.points)} of ${count(fullest.limit)} series.`);
  }

  // ---- The state of things ----

  const metrics = new Map();
  let verdicts = new Map();
  let traceUrl = null;
  let process = null;
  let number = -1;
  let firstTime = Infinity;
  let latest = null; // The last data.
  let lead = 0; // By how much the clock of the process is ahead of this one, in milliseconds.
  let isPaused = false;
  let search = [];
  const colors = {};

  const now = () => (isPaused ? pausedAt : Date.now() + lead);
  let pausedAt = 0;

  const matches = words => search.every(term => words.includes(term));

  /** The address of the trace, or null. Only what is an id gets into it, and only a web address is one. */
  function addressOf({trace, span}) {
    if (traceUrl === null || !/^[0-9a-f]{32}$/.test(trace ?? '') || !/^[0-9a-f]{16}$/.test(span ?? '')) return null;
    try {
      const address = new URL(traceUrl.replaceAll('{traceId}', trace).replaceAll('{spanId}', span), document.baseURI);
      return ['http:', 'https:'].includes(address.protocol) ? address.href : null;
    } catch {
      return null;
    }
  }

  const observer = new IntersectionObserver(entries => {
    for (const {target, isIntersecting} of entries) {
      target.metric.isVisible = isIntersecting;
      if (isIntersecting) target.metric.drawPicture();
    }
  }, {rootMargin: '300px'});

  function readColors() {
    const style = getComputedStyle(document.documentElement);
    for (const name of ['heat', 'line', 'dim', 'ink']) colors[name] = style.getPropertyValue('--' + name).trim();
  }

  function take(answer) {
    if (answer.process !== process) {
      // Another process, or the first: what was counted before belongs to the other one.
      process = answer.process;
      firstTime = answer.time;
      metrics.forEach(metric => {
        observer.unobserve(metric.element);
        metric.element.remove();
      });
      metrics.clear();
    }
    number = answer.number;
    traceUrl = answer.traceUrl ?? null;
    latest = answer.data;
    verdicts = new Map((latest.exemplars ?? []).map(verdict => [verdict.scope + '\n' + verdict.name, verdict]));
    const present = new Set();
    for (const said of latest.metrics) {
      let key = JSON.stringify([said.scope, said.version, said.name, said.kind, said.unit]);
      while (present.has(key)) key += '+';
      present.add(key);
      if (!metrics.has(key)) metrics.set(key, new Metric(said));
      metrics.get(key).take(said, answer.time);
    }
    for (const [key, metric] of metrics) {
      if (present.has(key)) continue;
      observer.unobserve(metric.element);
      metric.element.remove();
      metrics.delete(key);
    }
    const title = latest.service ? `${latest.service}: live metrics` : 'Live metrics';
    say(byId('service'), title);
    if (document.title !== title) document.title = title;
    const leftOut = [];
    if (latest.leftOut > 0) leftOut.push(`${count(latest.leftOut)} more metrics are not on this page; scrapes have them.`);
    if (latest.unreadable > 0) leftOut.push(`${count(latest.unreadable)} metrics could not be read. They come from a MetricProducer, whose data is broken.`);
    say(byId('left-out'), leftOut.join(' '));
    drawAll();
  }

  function drawAll() {
    if (!latest) return;
    const byName = [...metrics.values()].sort((a, b) => (a.said.name < b.said.name ? -1 : a.said.name > b.said.name ? 1 : 0));
    // What the application measures comes before what the SDK says of itself.
    const own = byName.filter(metric => /^(io\.glint|otel\.sdk)/.test(metric.said.scope) || /^otel\.sdk\./.test(metric.said.name));
    const order = [...byName.filter(metric => !own.includes(metric)), ...own];
    arrange(byId('pictures'), order.filter(metric => metric.isHistogram).map(metric => metric.element));
    arrange(byId('tiles'), order.filter(metric => !metric.isHistogram).map(metric => metric.element));
    for (const metric of order) {
      metric.find();
      metric.draw();
    }
    drawOverview(latest);
    const isAny = order.some(metric => metric.isShown);
    byId('empty').hidden = isAny;
    say(byId('empty'), order.length === 0 ? 'No metric has a point yet.' : isAny ? '' : 'No metric has that in its name, labels or help.');
  }

  function tellState(state, text) {
    mark(byId('state'), 'data-state', state);
    say(byId('state'), text);
  }

  async function ask() {
    try {
      const answer = await fetch('-/live/data.json?after=' + number, {headers: {Accept: 'application/json'}});
      const isJson = answer.headers.get('Content-Type') === 'application/json';
      return isJson ? await answer.json() : {error: `The endpoint answers with status ${answer.status}. Reload this page.`};
    } catch (failure) {
      number = -1;
      // A TypeError is what the browser makes of a connection that fails.
      if (!(failure instanceof TypeError)) console.error(failure);
      return {error: 'The process does not answer. This page goes on trying.'};
    }
  }

  function show(said) {
    if (said.error) {
      tellState('lost', said.error);
    } else if (!isPaused) {
      lead = said.time + said.age * 1000 - Date.now();
      if (said.data) take(said);
      else metrics.forEach(metric => metric.drawPicture());
      tellState('live', said.interval > 0
        ? `live, with each scrape: every ${digits(+said.interval.toPrecision(2))} s`
        : 'live, every 2 s while this page is open');
    }
  }

  async function refresh() {
    if (!isPaused && !document.hidden) {
      const said = await ask();
      try {
        show(said);
      } catch (failure) {
        // A fault of this page, which must not look like one of the process.
        tellState('lost', 'This page could not show what the process answered. Reload it.');
        console.error(failure);
      }
    }
    setTimeout(refresh, PERIOD_MILLIS);
  }

  byId('search').addEventListener('input', event => {
    search = event.target.value.toLowerCase().split(/\s+/).filter(term => term);
    drawAll();
  });
  byId('pause').addEventListener('click', () => {
    pausedAt = now();
    isPaused = !isPaused;
    mark(byId('pause'), 'aria-pressed', String(isPaused));
    say(byId('pause'), isPaused ? 'Go on' : 'Pause');
    if (isPaused) tellState('paused', 'paused');
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    readColors();
    drawAll();
  });
  document.addEventListener('keydown', event => {
    if (event.key === '/' && !/^(input|select|textarea)$/.test(event.target.localName)) {
      event.preventDefault();
      byId('search').focus();
    }
  });

  readColors();
  refresh();
})();
