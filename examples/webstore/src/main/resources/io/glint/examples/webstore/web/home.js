// The start page: asks /live once a second and draws what is new. All text goes in as text, never as HTML.
'use strict';
(() => {
  const PERIOD_MILLIS = 1000;
  const FLOOR_SECONDS = 0.005; // The lower end of the scale.
  const NARROW = 560; // Pixels.
  const REACH = 16; // How far, in pixels, a click may be from the middle of a dot.
  const byId = id => document.getElementById(id);

  // ---- Words ----

  const seconds = value =>
    value < 0.9995 ? (value * 1000).toFixed(1) + ' ms' : value.toFixed(3) + ' s';
  const shortSeconds = value => (value < 1 ? Math.round(value * 1000) + ' ms' : value + ' s');
  const clock = millis => new Date(millis).toLocaleTimeString('en-GB');
  const count = number => number.toLocaleString('en-US');
  const usd = amount => amount.toLocaleString('en-US', {style: 'currency', currency: 'USD'});
  const say = (id, text) => {
    const element = byId(id);
    if (element.textContent !== text) element.textContent = text;
  };

  // ---- The chart ----

  const SVG = 'http://www.w3.org/2000/svg';

  function svg(name, attributes, ...children) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  /**
   * A heat map of payments over time, their p95, and exemplars as links. Slices are drawn once and moved from then on. Of all
   * dots one is in the tab order; arrow keys go from dot to dot.
   */
  class Chart {
    constructor(container, tip) {
      this.container = container;
      this.tip = tip;
      this.hint = tip.textContent;
      this.slices = [];
      this.incidents = [];
      this.drawn = new Map();
      new ResizeObserver(() => this.layOut(false)).observe(container);
    }

    /** The next slices are those of another run, and count from zero. */
    clear() {
      this.slices = [];
      this.root = null;
    }

    /** Payments in view that were slow. */
    slowPayments() {
      const first = this.bounds.indexOf(this.slow) + 1;
      return this.slices.reduce(
        (sum, slice) => slice.counts.slice(first).reduce((inSlice, payments) => inSlice + payments, sum), 0);
    }

    /** Takes what the server says; the bounds of buckets never change. */
    add(feed) {
      this.bounds = feed.bounds;
      this.slow = feed.slow;
      this.slices = this.slices.concat(feed.slices).slice(-feed.window);
      this.window = feed.window;
      this.incidents = feed.incidents;
      if (!this.root || this.seconds !== this.span()) this.layOut(true);
      else this.draw();
    }

    /** Seconds that are shown: at first fewer, so that a fresh chart is not mostly empty. */
    span() {
      const most = this.container.clientWidth < NARROW ? this.window / 2 : this.window;
      const age = this.slices.length === 0 ? 0 : (this.slices[this.slices.length - 1].to - this.slices[0].from) / 1000;
      return Math.min(most, Math.max(60, 30 * Math.ceil(age / 30)));
    }

    layOut(always) {
      const width = Math.round(this.container.clientWidth);
      if (!this.bounds || !width || (!always && width === this.width)) return;
      const focused = this.root && this.root.contains(document.activeElement);
      this.width = width;
      this.height = width < NARROW ? 280 : 340;
      this.left = 52;
      this.right = width - 8;
      this.top = 22;
      this.bottom = this.height - 26;
      this.seconds = this.span();
      this.drawn.clear();
      this.ticks = svg('g', {class: 'axis'});
      this.bands = svg('g', {class: 'bands'});
      this.cells = svg('g', {class: 'cells'});
      this.line = svg('path', {class: 'p95'});
      this.dots = svg('g', {class: 'dots'});
      this.root = svg(
        'svg',
        {viewBox: `0 0 ${width} ${this.height}`, width, height: this.height, role: 'group',
          'aria-label': 'Payments over time by duration; dots are links to traces'},
        svg('clipPath', {id: 'plot'},
          svg('rect', {x: this.left, y: 0, width: this.right - this.left, height: this.bottom + 1})),
        this.scale(), this.ticks,
        svg('g', {'clip-path': 'url(#plot)'}, this.bands, this.cells, this.line, this.dots));
      this.root.addEventListener('keydown', event => this.onKey(event));
      this.root.addEventListener('focusin', event => this.point(event.target.closest('a')));
      this.root.addEventListener('focusout', () => this.point(null));
      this.root.addEventListener('mousemove', event => this.hover(this.nearest(event)));
      this.root.addEventListener('mouseleave', () => this.hover(null));
      this.root.addEventListener('click', event => this.onClick(event));
      this.container.replaceChildren(this.root);
      this.draw();
      if (focused) this.current?.focus();
    }

    x(millis) {
      return this.right - (this.end - millis) / 1000 / this.seconds * (this.right - this.left);
    }

    y(value) {
      const top = this.bounds[this.bounds.length - 1];
      const share = Math.log(Math.min(top, Math.max(FLOOR_SECONDS, value)) / FLOOR_SECONDS)
        / Math.log(top / FLOOR_SECONDS);
      return this.bottom - share * (this.bottom - this.top);
    }

    scale() {
      const scale = svg('g', {class: 'axis'});
      for (const value of [0.01, 0.1, 0.5, 1, 2, 5]) {
        const y = this.y(value);
        scale.append(
          svg('line', {x1: this.left, x2: this.right, y1: y, y2: y}),
          svg('text', {x: this.left - 6, y: y + 4, 'text-anchor': 'end'}, shortSeconds(value)));
      }
      return scale;
    }

    draw() {
      if (this.slices.length === 0) return;
      this.end = this.slices[this.slices.length - 1].to;
      const begin = this.end - this.seconds * 1000;
      const shown = this.slices.filter(slice => slice.to > begin);
      const numbers = new Set(shown.map(slice => slice.number));
      const keeper = this.root.contains(document.activeElement);
      for (const [number, nodes] of this.drawn) {
        if (!numbers.has(number)) {
          nodes.forEach(node => node.remove());
          this.drawn.delete(number);
        }
      }
      for (const slice of shown) {
        if (!this.drawn.has(slice.number)) this.drawn.set(slice.number, this.drawSlice(slice));
        const move = `translate(${this.x(slice.from).toFixed(2)} 0)`;
        this.drawn.get(slice.number).forEach(node => node.setAttribute('transform', move));
      }
      this.line.setAttribute('d', this.path(shown));
      this.drawBands(begin);
      this.drawTicks(begin);
      this.chooseCurrent(keeper);
    }

    drawSlice(slice) {
      const width = this.x(slice.to) - this.x(slice.from);
      const cells = svg('g', {});
      slice.counts.forEach((payments, bucket) => {
        if (payments === 0) return;
        const from = bucket === 0 ? FLOOR_SECONDS : this.bounds[bucket - 1];
        const to = this.bounds[Math.min(bucket, this.bounds.length - 1)];
        cells.append(svg('rect', {
          class: from >= this.slow ? 'slow' : 'quick', x: 0, y: this.y(to).toFixed(2),
          width: Math.max(1, width - 0.6).toFixed(2), height: Math.max(1, this.y(from) - this.y(to) - 0.6).toFixed(2),
          'fill-opacity': (0.18 + 0.72 * (1 - Math.exp(-payments / 7))).toFixed(2)}));
      });
      const dots = svg('g', {});
      for (const dot of slice.dots) dots.append(this.drawDot(slice, dot, width / 2));
      this.cells.append(cells);
      this.dots.append(dots);
      return [cells, dots];
    }

    drawDot(slice, dot, x) {
      const slow = dot.value > this.slow;
      const label = `${seconds(dot.value)}, ${dot.country} ${dot.method}, ${clock(slice.from)}`;
      const y = this.y(dot.value);
      const link = svg(
        'a',
        {href: `/traces/${encodeURIComponent(dot.trace)}#${encodeURIComponent(dot.span)}`,
          class: slow ? 'dot slow' : 'dot', tabindex: -1,
          'aria-label': label + ', open its trace',
          'data-value': dot.value, 'data-slice': slice.number},
        svg('circle', {class: 'halo', cx: x, cy: y, r: slow ? 8 : 5}),
        svg('circle', {class: 'spot', cx: x, cy: y, r: slow ? 4 : 2.2}));
      link.words = label;
      link.spot = {slice, x, y};
      return link;
    }

    path(shown) {
      let path = '';
      let pen = 'M';
      for (const slice of shown) {
        if (slice.p95 === null) {
          pen = 'M';
          continue;
        }
        path += `${pen}${this.x((slice.from + slice.to) / 2).toFixed(1)} ${this.y(slice.p95).toFixed(1)}`;
        pen = 'L';
      }
      return path;
    }

    drawBands(begin) {
      const bands = this.incidents.filter(incident => incident.to > begin);
      while (this.bands.childNodes.length > bands.length) this.bands.lastChild.remove();
      bands.forEach((incident, i) => {
        if (!this.bands.childNodes[i]) {
          this.bands.append(svg('g', {}, svg('rect', {y: 0, height: this.bottom}),
            svg('text', {y: 14})));
        }
        const [rect, text] = this.bands.childNodes[i].childNodes;
        const from = this.x(Math.max(begin, incident.from));
        const width = Math.max(0, this.x(Math.min(this.end, incident.to)) - from);
        rect.setAttribute('x', from);
        rect.setAttribute('width', width);
        text.setAttribute('x', from + 4);
        const words = width > 84 ? 'provider slow' : width > 32 ? 'slow' : '';
        if (text.textContent !== words) text.textContent = words;
      });
    }

    drawTicks(begin) {
      const step = this.seconds > 100 ? 30_000 : this.width < NARROW ? 20_000 : 10_000;
      this.ticks.replaceChildren();
      for (let at = Math.ceil(begin / step) * step; at <= this.end; at += step) {
        const x = this.x(at);
        if (x < this.left + 20 || x > this.right - 22) continue;
        this.ticks.append(
          svg('line', {x1: x, x2: x, y1: this.bottom, y2: this.bottom + 4}),
          svg('text', {x, y: this.bottom + 18, 'text-anchor': 'middle'}, clock(at)));
      }
    }

    // ---- Dots on the keyboard ----

    allDots() {
      return [...this.dots.querySelectorAll('a')];
    }

    /** The slowest, unless a dot has the focus and is still there. */
    chooseCurrent(hadFocus) {
      const focused = this.root.contains(document.activeElement) ? document.activeElement : null;
      if (focused) return;
      const slowest = this.allDots().reduce(
        (best, dot) => (!best || +dot.dataset.value > +best.dataset.value ? dot : best), null);
      this.makeCurrent(slowest);
      if (hadFocus) slowest?.focus();
    }

    makeCurrent(dot) {
      if (this.current) this.current.setAttribute('tabindex', -1);
      this.current = dot;
      if (dot) dot.setAttribute('tabindex', 0);
    }

    onKey(event) {
      const from = event.target.closest('a');
      if (!from) return;
      const dots = this.allDots();
      const distance = dot => Math.abs(Math.log(+dot.dataset.value / +from.dataset.value));
      const nearest = slice => dots.filter(dot => +dot.dataset.slice === slice)
        .reduce((best, dot) => (!best || distance(dot) < distance(best) ? dot : best), null);
      const slices = [...new Set(dots.map(dot => +dot.dataset.slice))].sort((a, b) => a - b);
      const here = slices.indexOf(+from.dataset.slice);
      const column = dots.filter(dot => dot.dataset.slice === from.dataset.slice);
      const target = {
        ArrowLeft: () => nearest(slices[here - 1]),
        ArrowRight: () => nearest(slices[here + 1]),
        ArrowUp: () => column[column.indexOf(from) + 1],
        ArrowDown: () => column[column.indexOf(from) - 1],
        Home: () => nearest(slices[0]),
        End: () => nearest(slices[slices.length - 1]),
      }[event.key]?.();
      if (target) {
        event.preventDefault();
        this.makeCurrent(target);
        target.focus();
      }
    }

    // ---- Dots under the mouse ----

    /** Dots are small, overlap and move: the nearest one is meant. */
    nearest(event) {
      const box = this.root.getBoundingClientRect();
      const distance = dot => Math.hypot(
        this.x(dot.spot.slice.from) + dot.spot.x - (event.clientX - box.left),
        dot.spot.y - (event.clientY - box.top));
      let nearest = null;
      for (const dot of this.allDots()) {
        if (distance(dot) < (nearest ? distance(nearest) : REACH)) nearest = dot;
      }
      return nearest;
    }

    hover(dot) {
      if (this.hovered === dot) return;
      this.hovered?.classList.remove('near');
      dot?.classList.add('near');
      this.root.classList.toggle('clickable', dot !== null);
      this.hovered = dot;
      this.point(dot);
    }

    /** A click with a modifier, or of the keyboard, is the browser's business. */
    onClick(event) {
      const byKeyboard = event.detail === 0;
      if (byKeyboard || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const dot = this.nearest(event);
      if (dot) location.assign(dot.getAttribute('href'));
    }

    point(dot) {
      const text = dot ? dot.words + ' → its trace' : this.hint;
      if (this.tip.textContent !== text) this.tip.textContent = text;
    }
  }

  // ---- The state of things ----

  function drawHighlight(id, exemplar, words) {
    const highlight = byId(id);
    highlight.hidden = exemplar === null;
    if (exemplar === null) return;
    const link = highlight.querySelector('a');
    const address = `/traces/${encodeURIComponent(exemplar.trace)}#${encodeURIComponent(exemplar.span)}`;
    const text = `${words(exemplar.value)}, ${exemplar.country} ${exemplar.method} → its trace`;
    if (link.getAttribute('href') !== address) link.href = address;
    if (link.textContent !== text) link.textContent = text;
  }

  function drawStatus(feed) {
    const last = feed.incidents[feed.incidents.length - 1];
    const status = byId('status');
    let text;
    let state = 'calm';
    if (last && last.to > feed.now) {
      state = 'incident';
      text = `The payment provider is slow, for another ${Math.ceil((last.to - feed.now) / 1000)} s. See the spike grow, and click a dot on it.`;
    } else if (last && feed.now - last.to < 60_000) {
      state = 'after';
      text = 'The incident is over. Each dot on the spike still leads to its trace.';
    } else if (feed.nextIncident !== null) {
      text = `All is well. The payment provider turns slow by itself in ${Math.max(0, Math.ceil((feed.nextIncident - feed.now) / 1000))} s.`;
    } else {
      text = 'All is well. Cause an incident to see a spike.';
    }
    if (status.dataset.state !== state) status.dataset.state = state;
    say('status', text);

    drawHighlight('slowest', feed.slowest, seconds);
    drawHighlight('largest', feed.largest, usd);
    say('payments', count(feed.payments));
    say('linked', count(feed.linkedTraces));
  }

  // ---- Glint beside the stock SDK ----

  const ROWS = [['glint', 0, 'Glint, first'], ['glint', 1, 'Glint, second'],
    ['stock', 0, 'Stock, first'], ['stock', 1, 'Stock, second']];

  function html(name, className, text) {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  }

  function buildBuckets(bounds) {
    const grid = byId('buckets');
    const labels = bounds.map(shortSeconds).concat('more');
    for (const [, , name] of ROWS) {
      const row = html('div', 'row');
      const squares = html('div', 'squares');
      squares.setAttribute('role', 'img');
      labels.forEach(() => squares.append(html('i')));
      row.append(html('span', 'name', name), squares, html('span', 'number', '-'));
      grid.append(row);
    }
    const names = html('div', 'row bounds');
    const squares = html('div', 'squares');
    labels.forEach(label => squares.append(html('small', '', label)));
    names.append(html('span', 'name', 'up to'), squares, html('span', 'number'));
    grid.append(names);
  }

  function drawBuckets(feed) {
    const grid = byId('buckets');
    if (!grid.firstChild) buildBuckets(feed.bounds);
    ROWS.forEach(([sdk, scraper, name], i) => {
      const {hit, linked} = feed[sdk][scraper];
      const [, squares, total] = grid.childNodes[i].childNodes;
      let allHit = 0;
      let allLinked = 0;
      hit.forEach((series, bucket) => {
        allHit += series;
        allLinked += linked[bucket];
        const share = series === 0 ? 'none' : String(Math.round(10 * linked[bucket] / series));
        const square = squares.childNodes[bucket];
        if (square.dataset.share !== share) square.dataset.share = share;
        const words = series === 0 ? 'not used' : `${linked[bucket]} of ${series} series have an exemplar`;
        if (square.title !== words) square.title = words;
      });
      const words = `${allLinked} of ${allHit}`;
      if (total.textContent !== words) {
        total.textContent = words;
        squares.setAttribute('aria-label', `${name} scraper: ${words} buckets in use have an exemplar`);
      }
    });
  }

  function drawCompare(feed) {
    drawBuckets(feed);
    for (const sdk of ['glint', 'stock']) {
      const [first, second] = feed[sdk];
      say(sdk + '-first', count(first.slow));
      say(sdk + '-second', count(second.slow));
      say(sdk + '-both', count(first.slowByBoth));
    }
    const cost = feed.cost;
    if (!cost) return;
    say('cost-glint', cost.glintNanos.toFixed(0) + ' ns');
    say('cost-stock', cost.stockNanos.toFixed(0) + ' ns');
    say('cost-ratio', cost.ratio.toFixed(1) + ' times');
    say('cost-note',
      `Half of the pairs are between ${cost.lowRatio.toFixed(1)} and ${cost.highRatio.toFixed(1)} times. `
      + `Medians of the last ${cost.pairs} pairs of ${count(cost.calls)} calls, by turns, in a sampled span on one thread, `
      + 'one series, in this JVM beside the shop. A glance: ./bench measures it properly, on your machine.');
  }

  // ---- Buttons ----

  function tell(text, trace, linkText) {
    const result = byId('result');
    result.replaceChildren(text);
    if (trace) {
      const link = document.createElement('a');
      link.href = trace;
      link.textContent = linkText;
      result.append(' ', link);
    }
  }

  function onClick(id, address, then) {
    const button = byId(id);
    button.addEventListener('click', async () => {
      button.disabled = true;
      try {
        const answer = await fetch(address, {method: 'POST', headers: {Accept: 'application/json'}});
        then(await answer.json());
      } catch {
        tell('The shop does not answer.');
      }
      button.disabled = false;
      button.focus({preventScroll: true});
    });
  }

  const paid = order => (order.paid ? '' : ' The payment was declined.');
  const UNTRACED = ' It was not sampled, so there is no trace of it.';

  onClick('incident', '/incident', incident => tell(
    `The payment provider is slow from now until ${clock(incident.to)}.`));
  onClick('huge', '/checkout?product=kettle&quantity=500&country=US&method=card', order => tell(
    `Order ${order.order} of ${usd(order.amount)} took ${seconds(order.seconds)}.${paid(order)}`
      + (order.trace ? '' : UNTRACED),
    order.trace, 'Open its trace'));
  onClick('orphan', '/checkout?product=mug&country=FR&method=card&giftwrap=true', order => tell(
    `Order ${order.order} was placed, and its gift is wrapped on a pool that nobody wrapped.${paid(order)}`,
    '/explain', 'See what explain says'));

  // ---- Once a second ----

  const chart = new Chart(byId('chart'), byId('tip'));
  let last = -1;
  let started = null;

  async function refresh() {
    try {
      const answer = await fetch('/live?after=' + last, {headers: {Accept: 'application/json'}});
      const feed = await answer.json();
      if (started !== null && started !== feed.started) {
        started = null;
        last = -1;
        chart.clear();
        setTimeout(refresh, 0);
        return;
      }
      started = feed.started;
      if (feed.slices.length > 0) last = feed.slices[feed.slices.length - 1].number;
      chart.add(feed);
      drawStatus(feed);
      drawCompare(feed);
      say('slow-payments', count(chart.slowPayments()));
    } catch (failure) {
      byId('status').dataset.state = 'lost';
      say('status', 'The shop does not answer. This page goes on trying.');
      if (!(failure instanceof TypeError)) console.error(failure);
    }
    setTimeout(refresh, PERIOD_MILLIS);
  }

  refresh();
})();
