'use strict';
(() => {
  const find = (id) => document.getElementById(id);
  // More people than this make a list that nobody reads and a phone that cannot keep up.
  const mostPeople = 100;
  const words = {
    connecting: 'connecting', watching: 'watching', reconnecting: 'source lost, reconnecting',
    stalled: 'source stalled', ended: 'ended', lost: 'connection lost, trying again',
  };
  const picture = find('picture');
  let known = {};
  let isConnected = false;
  let attempt = 0;

  const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);
  const list = (value) => Array.isArray(value) ? value.filter((item) => item !== null && typeof item === 'object') : [];

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function clock(seconds) {
    const tenths = Math.round(Math.abs(seconds) * 10);
    const two = (value) => String(value).padStart(2, '0');
    const hours = Math.floor(tenths / 36000);
    const minutes = Math.floor(tenths / 600) % 60;
    const rest = `${two(Math.floor(tenths / 10) % 60)}.${tenths % 10}`;
    return (seconds < 0 ? '-' : '') + (hours ? `${hours}:${two(minutes)}` : minutes) + ':' + rest;
  }

  function setText(id, text) {
    const target = find(id);
    // Screen readers speak when a text is set, changed or not.
    if (target.textContent !== text) target.textContent = text;
  }

  function showStatus() {
    const status = known.status === 'ended' || isConnected ? known.status : (attempt ? 'lost' : 'connecting');
    const name = typeof status === 'string' && status ? status : 'watching';
    find('status').dataset.status = name;
    setText('status', Object.hasOwn(words, name) ? words[name] : name);
  }

  function actionLine(action) {
    const line = element('li', 'action');
    const score = isNumber(action.score) ? Math.min(1, Math.max(0, action.score)) : null;
    if (score !== null) {
      const bar = element('span', 'bar');
      bar.setAttribute('aria-hidden', 'true');
      bar.style.width = `${score * 100}%`;
      line.append(bar);
    }
    line.append(element('span', 'name', typeof action.name === 'string' ? action.name : 'unnamed'));
    if (score !== null) line.append(element('span', 'score', action.score.toFixed(2)));
    return line;
  }

  function card(person, index) {
    const item = element('li');
    const name = isNumber(person.id) || typeof person.id === 'string' ? person.id : index + 1;
    item.append(element('h3', '', `Person ${name}`));
    const actions = list(person.actions);
    if (actions.length) {
      const lines = element('ul');
      lines.append(...actions.map(actionLine));
      item.append(lines);
    } else {
      item.append(element('p', 'none', 'no action'));
    }
    return item;
  }

  function show(state) {
    known = state !== null && typeof state === 'object' ? state : {};
    showStatus();
    setText('time', isNumber(known.time) ? clock(known.time) : '-');
    setText('latency', isNumber(known.latency) ? `${known.latency.toFixed(1)} s` : '-');
    setText('dropped', isNumber(known.dropped) ? String(known.dropped) : '-');
    const note = typeof known.note === 'string' ? known.note : '';
    setText('note', note);
    find('note').hidden = !note;
    const people = list(known.people);
    const cards = people.slice(0, mostPeople).map(card);
    if (people.length > mostPeople) cards.push(element('li', 'more', `and ${people.length - mostPeople} more`));
    find('people').replaceChildren(...cards);
    find('nobody').hidden = people.length > 0;
    setText('count', people.length ? String(people.length) : '');
  }

  function load() {
    attempt += 1;
    // A stream that has ended is not loaded again under the same address.
    picture.src = `/stream.mjpeg?${attempt}`;
  }

  function connect() {
    const events = new EventSource('/events');
    events.onopen = () => {
      isConnected = true;
      load();
      showStatus();
    };
    events.onmessage = (event) => {
      try { show(JSON.parse(event.data)); } catch { show({ note: 'The state cannot be read.' }); }
    };
    events.onerror = () => {
      isConnected = false;
      attempt += 1;
      showStatus();
      // The browser tries again by itself, unless it was refused.
      if (events.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
    };
  }

  picture.onload = () => {
    picture.hidden = false;
    find('waiting').hidden = true;
  };
  picture.onerror = () => setTimeout(() => { if (isConnected) load(); }, 2000);
  connect();
})();
