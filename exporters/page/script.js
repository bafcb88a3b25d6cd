/* The case page's script: shows one lead at a time, sorts, filters, searches, and moves the graphs where cytoscape.js is there.
 * Everything can be read without it. Text from the case enters the page only as textContent. */
(function () {
  'use strict';
  var root = document.documentElement;
  var words = document.querySelector('main').dataset;
  function all(selector, from) { return Array.prototype.slice.call((from || document).querySelectorAll(selector)); }
  function make(tag, text, parent) {
    var element = document.createElement(tag);
    if (text) element.textContent = text;
    if (parent) parent.appendChild(element);
    return element;
  }

  /* ---- which part is shown: the overview, a lead, or all ---- */

  var leads = all('section.lead');
  function part() {
    var id;
    try { id = decodeURIComponent(location.hash.slice(1)); } catch (e) { id = ''; }
    var target = id && document.getElementById(id);
    return { id: id, target: target, lead: target && target.closest('section.lead') };
  }
  function route(moved) {
    var now = part(), everything = now.id === 'all';
    leads.forEach(function (lead) { lead.classList.toggle('open', everything || lead === now.lead); });
    root.classList.toggle('one', !!now.lead);
    if (now.lead) graph(now.lead.querySelector('.graph'));
    if (!moved) return;
    if (now.target && now.target !== now.lead) now.target.scrollIntoView();
    else window.scrollTo(0, 0);
    var head = now.lead && now.target === now.lead && now.lead.querySelector('h2');
    if (head) { head.tabIndex = -1; head.focus({ preventScroll: true }); }
  }
  window.addEventListener('hashchange', function () { route(true); });
  /* What a link leads to stands below the header, however many lines that takes. */
  function headroom() { root.style.scrollPaddingTop = document.querySelector('body > header').offsetHeight + 8 + 'px'; }
  window.addEventListener('resize', headroom);
  headroom();

  /* ---- the table of leads ---- */

  var table = document.querySelector('table.leads');
  function cell(row, column) { return row.cells[column].textContent.trim(); }
  function sort(column, numeric, falling) {
    var body = table.tBodies[0], rows = all('tr', body);
    function value(row) {
      var text = cell(row, column);
      return numeric ? parseFloat(text.replace(/[^0-9.\-]/g, '')) || 0 : text;
    }
    var keyed = rows.map(function (row, at) { return { row: row, at: at, value: value(row) }; });
    keyed.sort(function (a, b) {
      var order = a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
      return (falling ? -order : order) || a.at - b.at;
    });
    keyed.forEach(function (one) { body.appendChild(one.row); });
  }
  function sortable() {
    var heads = all('thead th', table);
    heads.forEach(function (head, column) {
      var button = document.createElement('button');
      button.type = 'button';
      button.textContent = head.textContent;
      head.textContent = '';
      head.appendChild(button);
      button.addEventListener('click', function () {
        var numeric = head.classList.contains('n');
        var falling = head.hasAttribute('aria-sort') ? head.getAttribute('aria-sort') === 'ascending' : numeric && column > 0;
        heads.forEach(function (other) { other.removeAttribute('aria-sort'); });
        head.setAttribute('aria-sort', falling ? 'descending' : 'ascending');
        sort(column, numeric, falling);
      });
    });
    heads[0].setAttribute('aria-sort', 'ascending');
  }
  function filters() {
    var pattern = document.getElementById('by-pattern'), region = document.getElementById('by-region'), text = document.getElementById('by-text');
    var count = document.getElementById('n-shown'), rows = all('tbody tr', table);
    function apply() {
      var wanted = text.value.trim().toLowerCase(), shown = 0;
      rows.forEach(function (row) {
        var fits = (!pattern.value || row.dataset.p === pattern.value) &&
          (!region.value || (' ' + row.dataset.r + ' ').indexOf(' ' + region.value + ' ') >= 0) &&
          (!wanted || row.textContent.toLowerCase().indexOf(wanted) >= 0);
        row.hidden = !fits;
        shown += fits;
      });
      count.textContent = shown === rows.length ? '' : shown + ' / ' + rows.length;
    }
    [pattern, region, text].forEach(function (input) { input.addEventListener('input', apply); });
    apply(); /* a browser that comes back may have kept what was chosen */
  }
  if (table) { sortable(); filters(); }

  /* ---- search over every entity of the case ---- */

  var form = document.querySelector('form.find'), find = document.getElementById('find'), found = form.querySelector('.found'), entities;
  var SHOWN = 30;
  function matches(wanted) {
    if (!entities) entities = JSON.parse(document.getElementById('entities').textContent);
    var hits = entities.e.filter(function (one) {
      return one[1].toLowerCase().indexOf(wanted) >= 0 || one[2].toLowerCase().indexOf(wanted) >= 0;
    });
    return hits.sort(function (a, b) { return (b[4].length > 0) - (a[4].length > 0); }); /* stable: else in the case's order */
  }
  function hit(one) {
    var line = make('p', '', found);
    make('span', entities.kinds[one[0]] + ' ', line).className = 'hint';
    var id = make('bdi', one[1], line);
    id.className = 'id';
    if (one[2]) { line.appendChild(document.createTextNode(' ')); make('bdi', one[2], line); }
    if (one[3]) make('span', ' ' + one[3], line).className = 'hint';
    if (one[4].length === 0) make('span', ' ' + form.dataset.off, line).className = 'hint';
    one[4].forEach(function (at) {
      line.appendChild(document.createTextNode(' '));
      var link = make('a', entities.leads[at], line);
      link.href = '#' + entities.leads[at];
      link.addEventListener('click', close);
    });
  }
  function close() { found.hidden = true; }
  function search() {
    var wanted = find.value.trim().toLowerCase();
    found.textContent = '';
    found.hidden = !wanted;
    if (!wanted) return;
    var hits = matches(wanted);
    if (hits.length === 0) make('p', form.dataset.none, found);
    hits.slice(0, SHOWN).forEach(hit);
    if (hits.length > SHOWN) make('p', '+' + (hits.length - SHOWN) + ' ' + form.dataset.more, found);
  }
  find.addEventListener('input', search);
  form.addEventListener('submit', function (event) {
    event.preventDefault();
    var first = found.querySelector('a');
    if (first) first.click();
  });
  document.addEventListener('keydown', function (event) { if (event.key === 'Escape') close(); });
  document.addEventListener('click', function (event) { if (!form.contains(event.target)) close(); });

  /* ---- a graph that moves ---- */

  var SHAPE = ['ellipse', 'triangle', 'rectangle', 'diamond'];
  function nodes(svg) {
    return all('.nodes > g', svg).map(function (g, at) {
      var place = /translate\(([-\d.]+),([-\d.]+)\)/.exec(g.getAttribute('transform')), shape = g.firstElementChild;
      var kind = +/k(\d)/.exec(g.getAttribute('class'))[1], label = g.querySelector('text'), box = shape.getBBox();
      return {
        group: 'nodes', position: { x: +place[1], y: +place[2] },
        data: {
          id: 'n' + at, kind: kind, label: label ? label.textContent : '', title: g.querySelector('title').textContent,
          size: box.width, color: getComputedStyle(shape).fill, border: parseFloat(getComputedStyle(shape).strokeWidth)
        }
      };
    });
  }
  function edges(figure) {
    var list = JSON.parse(figure.querySelector('.edges').textContent), opacity = figure.querySelector('svg.dense') ? 0.13 : 0.35;
    return list.map(function (edge, at) {
      return { group: 'edges', data: { id: 'e' + at, source: 'n' + edge[0], target: 'n' + edge[1], opacity: opacity, width: Math.min(4, 0.6 + Math.sqrt(edge[4]) / 2) } };
    });
  }
  var style = [
    { selector: 'node', style: {
      shape: function (node) { return SHAPE[node.data('kind')]; }, width: 'data(size)', height: 'data(size)', 'background-color': 'data(color)',
      'border-width': 'data(border)', 'border-color': '#1d2429', label: 'data(label)', 'font-size': 10.5, 'text-valign': 'bottom',
      'text-margin-y': 2, 'text-outline-color': '#fff', 'text-outline-width': 1.5, 'min-zoomed-font-size': 6, color: '#1d2429' } },
    { selector: 'edge', style: { width: 'data(width)', 'line-color': '#5d6770', opacity: 'data(opacity)', 'curve-style': 'haystack' } },
    { selector: '.dim', style: { opacity: 0.12 } },
    { selector: 'node.near', style: { opacity: 1, label: 'data(label)' } },
    { selector: 'edge.near', style: { opacity: 0.9, 'line-color': '#1d2429' } }];
  function hovering(cy, note) {
    var held = null;
    function clear() { cy.elements().removeClass('dim near'); note.hidden = true; }
    function show(node) {
      var near = node.closedNeighborhood();
      cy.elements().addClass('dim').removeClass('near');
      near.removeClass('dim').addClass('near');
      note.textContent = node.data('title');
      note.hidden = false;
    }
    cy.on('mouseover', 'node', function (event) { if (!held) show(event.target); });
    cy.on('mouseout', 'node', function () { if (!held) clear(); });
    cy.on('tap', function (event) {
      held = event.target === cy ? null : event.target.isNode() ? event.target : held;
      if (held) show(held); else clear();
    });
  }
  function kinds(cy, figure) {
    all('.legend [data-kind]', figure).forEach(function (key) {
      var label = document.createElement('label'), box = document.createElement('input');
      box.type = 'checkbox';
      box.checked = true;
      while (key.firstChild) label.appendChild(key.firstChild);
      label.insertBefore(box, label.firstChild);
      key.appendChild(label);
      box.addEventListener('change', function () {
        cy.nodes().filter(function (node) { return node.data('kind') === +key.dataset.kind; }).style('display', box.checked ? 'element' : 'none');
      });
    });
  }
  function tools(cy, canvas, live) {
    var bar = document.createElement('div');
    bar.className = 'tools';
    function zoom(by) { cy.zoom({ level: cy.zoom() * by, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } }); }
    function button(text, name, run) {
      var one = make('button', text, bar);
      one.type = 'button';
      one.title = name;
      one.setAttribute('aria-label', name);
      one.addEventListener('click', run);
    }
    button('+', words.zoomIn, function () { zoom(1.3); });
    button('−', words.zoomOut, function () { zoom(1 / 1.3); });
    button(words.fit, words.fit, function () { cy.fit(undefined, 20); });
    canvas.appendChild(bar);
    live.addEventListener('keydown', function (event) {
      var step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
      if (step) cy.panBy({ x: step[0], y: step[1] });
      else if (event.key === '+' || event.key === '=') zoom(1.3);
      else if (event.key === '-') zoom(1 / 1.3);
      else if (event.key === '0') cy.fit(undefined, 20);
      else return;
      event.preventDefault();
    });
  }
  /* The wheel moves the page until the graph was clicked. */
  function wheel(canvas) {
    var active = false;
    canvas.addEventListener('mousedown', function () { active = true; });
    canvas.addEventListener('mouseleave', function () { active = false; });
    canvas.addEventListener('wheel', function (event) { if (!active && !event.ctrlKey) event.stopPropagation(); }, true);
  }
  function graph(figure) {
    if (!figure || figure.dataset.live || typeof cytoscape !== 'function') return;
    figure.dataset.live = '1';
    var canvas = figure.querySelector('.canvas'), svg = canvas.querySelector('svg'), elements = nodes(svg).concat(edges(figure));
    if (elements.length === 0) return;
    var live = document.createElement('div'), note = document.createElement('div');
    live.className = 'live';
    live.tabIndex = 0;
    live.setAttribute('role', 'group');
    live.setAttribute('aria-label', svg.getAttribute('aria-label') + '; ' + words.keys);
    note.className = 'hover';
    note.hidden = true;
    canvas.appendChild(live);
    canvas.appendChild(note);
    wheel(canvas);
    var cy = cytoscape({ container: live, elements: elements, style: style, layout: { name: 'preset' }, minZoom: 0.2, maxZoom: 8, boxSelectionEnabled: false });
    cy.one('render', function () { svg.classList.add('still'); }); /* the still picture stays until the moving one is drawn */
    cy.fit(undefined, 20);
    hovering(cy, note);
    kinds(cy, figure);
    tools(cy, canvas, live);
    live.cy = cy;
  }

  window.addEventListener('beforeprint', function () { all('details').forEach(function (one) { one.open = true; }); });
  route(!!location.hash);
  root.classList.add('ready');
}());
