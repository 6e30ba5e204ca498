"use strict";
(() => {
  const at = (id) => document.getElementById(id);
  const data = JSON.parse(at("data").textContent);
  const names = new Map(data.actions);
  const film = at("film");
  const still = at("still");
  const marks = at("marks");
  const keys = at("keys");
  document.documentElement.style.setProperty("--ratio", data.ratio);

  const make = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    element.append(...children);
    return element;
  };

  // What tells people apart: the colour of a track, and what can be read on it; white for who is in none.
  const colour = (person) => {
    const all = data.colours;
    return person === null ? ["#fff", "#000"] : all[(((person - 1) % all.length) + all.length) % all.length];
  };
  const paint = (element, person) => {
    const [ground, ink] = colour(person);
    element.style.setProperty("--c", ground);
    element.style.setProperty("--on", ink);
    return element;
  };
  const chip = (person) => paint(make("span", { class: "chip" }, person === null ? "–" : String(person)), person);
  const called = (person) => (person === null ? "somebody" : "person " + person);
  const clock = (seconds) => {
    const time = seconds + data.start;
    return (Math.round(time * 100) / 100).toString() + " s";
  };

  // What is asked for.
  const asked = { action: null, person: null, least: data.least, order: "time" };
  const isWanted = ([action, score]) => score >= asked.least && (asked.action === null || action === asked.action);
  const isNarrow = () => asked.action !== null || asked.least > data.least;
  // The people of a key frame that match, with those of their actions that do.
  const matching = (frame) =>
    frame.people
      .filter((person) => asked.person === null || person.p === asked.person)
      .map((person) => ({ p: person.p, b: person.b, a: person.a.filter(isWanted) }))
      .filter((person) => person.a.length > 0 || !isNarrow());

  const isPhone = matchMedia("(max-width: 40rem)");
  // Boxes over a picture, large ones first: none hides another. A label takes the first place at its box that is free:
  // above, inside, below. All is in thousandths of the picture's width.
  const draw = (layer, people, ratio, words) => {
    const height = 1000 / ratio;
    const letter = (layer.classList.contains("small") ? 62 : 30) * (isPhone.matches ? 1.38 : 1);
    const shape = (name, attributes) => {
      const element = document.createElementNS(layer.namespaceURI, name);
      for (const key in attributes) element.setAttribute(key, attributes[key]);
      return element;
    };
    const area = ([x1, y1, x2, y2]) => (x2 - x1) * (y2 - y1);
    const taken = [];
    const labels = [];
    layer.setAttribute("viewBox", "0 0 1000 " + height);
    layer.style.fontSize = letter + "px";
    layer.replaceChildren();
    for (const person of [...people].sort((a, b) => area(b.b) - area(a.b))) {
      const [x1, y1, x2, y2] = person.b.map((side) => Math.min(Math.max(side, 0), 1));
      const box = {
        x: Math.min(x1, x2) * 1000, y: Math.min(y1, y2) * height, width: Math.abs(x2 - x1) * 1000,
        height: Math.abs(y2 - y1) * height,
      };
      const line = shape("rect", { ...box, class: person.a.length > 0 ? "box" : "box faint" });
      line.style.stroke = colour(person.p)[0];
      layer.append(shape("rect", { ...box, class: "under" }), line);
      const label = words(person);
      const width = label.length * letter * 0.6;
      const x = Math.max(4, Math.min(box.x + 4, 1000 - width));
      const tops = [box.y - letter * 1.3, box.y, box.y + box.height, box.y + box.height - letter * 1.3]
        .filter((top) => top >= 0 && top + letter * 1.2 <= height);
      const isFree = (top) => !taken.some((other) =>
        x < other.x + other.width && other.x < x + width && Math.abs(top - other.top) < letter * 1.15);
      const top = tops.find(isFree) ?? tops[0] ?? 0;
      taken.push({ x, top, width });
      const text = shape("text", { x, y: top + letter });
      text.textContent = label;
      labels.push(text);
    }
    layer.append(...labels);
  };

  // ---- The video, or the pictures in its place.

  let time = data.frames.find((frame) => frame.t !== null)?.t ?? 0;
  let isPlayed = film !== null;
  const placed = data.frames.filter((frame) => frame.t !== null);
  const gaps = placed.slice(1).map((frame, index) => frame.t - placed[index].t).sort((a, b) => a - b);
  const spacing = gaps.length > 0 ? gaps[gaps.length >> 1] : 1;

  const nearest = (moment) => {
    let best = null;
    for (const frame of placed) {
      if (best === null || Math.abs(frame.t - moment) < Math.abs(best.t - moment)) best = frame;
    }
    return best;
  };

  // Where each person is at which key frames.
  const paths = new Map();
  for (const frame of placed) {
    for (const person of frame.people) {
      if (person.p === null) continue;
      if (!paths.has(person.p)) paths.set(person.p, []);
      paths.get(person.p).push([frame.t, person.b]);
    }
  }
  // Between two key frames a box moves straight; beyond the first and the last it stays for half their distance.
  const whereIs = (path, moment) => {
    let next = 0;
    while (next < path.length && path[next][0] < moment) next += 1;
    const [before, after] = [path[next - 1], path[next]];
    if (before && after && after[0] - before[0] <= 2.6 * spacing) {
      const share = (moment - before[0]) / (after[0] - before[0]);
      return before[1].map((side, index) => side + share * (after[1][index] - side));
    }
    if (after && after[0] - moment <= spacing / 2) return after[1];
    return before && moment - before[0] <= spacing / 2 ? before[1] : null;
  };
  const doing = new Map(data.people.map((person) => [person.p, person.spans]));
  const actionsAt = (person, moment) =>
    (doing.get(person) ?? [])
      .filter((span) => span[1] <= moment && moment < span[2])
      .map((span) => [span[0], span[3]])
      .filter(isWanted)
      .sort((a, b) => b[1] - a[1]);

  const peopleAt = (moment) => {
    const people = [];
    for (const [person, path] of paths) {
      if (asked.person !== null && person !== asked.person) continue;
      const box = whereIs(path, moment);
      const actions = actionsAt(person, moment);
      if (box !== null && (actions.length > 0 || !isNarrow())) people.push({ p: person, b: box, a: actions });
    }
    const frame = nearest(moment);
    if (frame !== null && asked.person === null && Math.abs(frame.t - moment) <= spacing / 2) {
      people.push(...matching(frame).filter((person) => person.p === null));
    }
    return people;
  };

  let current = null;
  const follow = () => {
    if (isPlayed && film.readyState > 0) time = film.currentTime;
    const frame = nearest(time);
    const people = isPlayed || frame === null ? peopleAt(time) : matching(frame);
    draw(marks, people, data.ratio, (person) => {
      const action = person.a[0];
      return (person.p ?? "") + (action === undefined ? "" : " " + names.get(action[0]).split(" (")[0]);
    });
    const words = people.filter((person) => person.a.length > 0).slice(0, 6).map((person) => {
      const list = person.a.slice(0, 3).map(([action, score]) => names.get(action) + " " + score.toFixed(2));
      return [chip(person.p), " " + list.join(", ") + "  "];
    });
    at("now").replaceChildren(make("span", { class: "soft" }, clock(time) + "  "), ...words.flat());
    const share = data.duration > 0 ? Math.min(Math.max(time / data.duration, 0), 1) : 0;
    at("people").style.setProperty("--at", share * 100 + "%");
    if (!isPlayed && frame !== null && frame !== current) {
      still.hidden = frame.p === null;
      if (frame.p !== null) still.src = frame.p;
    }
    if (frame !== current) {
      current = frame;
      for (const key of keys.children) mark(key);
    }
  };
  const mark = (key) => {
    const isCurrent = key.frame === current;
    key.classList.toggle("current", isCurrent);
    if (isCurrent) key.firstChild.setAttribute("aria-current", "true");
    else key.firstChild.removeAttribute("aria-current");
  };

  const seek = (moment) => {
    time = moment;
    // A little into the frame: rounding must not show the one before.
    if (isPlayed) film.currentTime = moment + 0.001;
    follow();
  };

  const usePictures = () => {
    isPlayed = false;
    if (film !== null) {
      film.hidden = true;
      at("unplayable").hidden = false;
    }
    current = null;
    follow();
  };

  const loop = () => {
    follow();
    if (!film.paused && !film.ended) requestAnimationFrame(loop);
  };
  if (film !== null) {
    film.addEventListener("play", () => requestAnimationFrame(loop));
    for (const event of ["timeupdate", "seeked"]) film.addEventListener(event, follow);
    // The first key frame has somebody to see; the film's first frame often has not.
    film.addEventListener("loadedmetadata", () => seek(time), { once: true });
    if (placed[0]?.p) film.poster = placed[0].p;
    film.addEventListener("error", usePictures);
    const content = at("film-content");
    if (content === null) {
      film.src = data.film;
    } else {
      // Browsers seek in a file, not in an address of megabytes.
      const text = atob(content.textContent);
      const bytes = new Uint8Array(text.length);
      for (let index = 0; index < text.length; index += 1) bytes[index] = text.charCodeAt(index);
      content.remove();
      film.src = URL.createObjectURL(new Blob([bytes], { type: content.dataset.type }));
    }
  }

  // ---- Key frames, some at a time.

  const portion = 48;
  let list = [];
  const figure = (frame) => {
    const people = matching(frame);
    const words = people.map((person) => {
      const actions = person.a.map(([action, score]) => names.get(action) + " " + score.toFixed(2));
      return called(person.p) + (actions.length > 0 ? ": " + actions.join(", ") : "");
    });
    const shot = make("button", { type: "button", class: "shot", "aria-label": frame.s + " s. " + words.join("; ") });
    const ratio = frame.w > 0 ? frame.w / frame.h : data.ratio;
    shot.style.setProperty("--ratio", ratio);
    if (frame.p === null) {
      shot.append(make("span", { class: "none" }, "no picture"));
    } else {
      shot.append(make("img", { src: frame.p, alt: "", loading: "lazy", decoding: "async" }));
    }
    const layer = document.createElementNS(marks.namespaceURI, "svg");
    for (const [key, value] of [["class", "marks small"], ["preserveAspectRatio", "none"], ["aria-hidden", "true"]]) {
      layer.setAttribute(key, value);
    }
    draw(layer, people, ratio, (person) => String(person.p ?? ""));
    shot.append(layer);
    if (frame.t !== null) shot.addEventListener("click", () => seek(frame.t));
    const rows = people.filter((person) => person.a.length > 0).map((person) => {
      const actions = make("span", {});
      person.a.slice(0, 3).forEach(([action, score], index) => {
        actions.append(index > 0 ? ", " : "", names.get(action) + " ", make("b", {}, score.toFixed(2)));
      });
      return make("li", {}, chip(person.p), actions);
    });
    const shown = rows.slice(0, 4);
    if (rows.length > 4) shown.push(make("li", { class: "soft" }, "and " + (rows.length - 4) + " more"));
    const caption = make("figcaption", {}, make("span", { class: "when" }, frame.s + " s"), make("ul", {}, ...shown));
    const result = make("figure", { class: "key" }, shot, caption);
    result.frame = frame;
    mark(result);
    return result;
  };
  const more = () => {
    const next = list.slice(keys.children.length, keys.children.length + portion);
    keys.append(...next.map(figure));
    at("more").hidden = keys.children.length >= list.length;
    // An observer tells of changes only: what is still in sight is asked for anew.
    sight.disconnect();
    sight.observe(at("more"));
  };
  const sight = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) more();
  }, { rootMargin: "800px" });
  at("more").addEventListener("click", more);

  keys.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const own = event.target.closest(".key");
    const next = step === 1 ? own?.nextElementSibling : step === -1 ? own?.previousElementSibling : null;
    if (!next) return;
    next.firstChild.focus();
    event.preventDefault();
  });

  const best = (frame) => Math.max(0, ...matching(frame).flatMap((person) => person.a.map((action) => action[1])));

  // ---- People through time.

  const duration = Math.max(data.duration, 1e-6);
  const across = (element, from, to) => {
    const left = Math.min(Math.max(from / duration, 0), 1);
    element.style.left = left * 100 + "%";
    element.style.width = Math.max(Math.min(to / duration, 1) - left, 0) * 100 + "%";
    return element;
  };
  const row = (name, bar) => [make("span", { class: "name", title: name }, name), bar];
  const personSection = (person) => {
    const spans = person.spans.filter((span) => isWanted([span[0], span[3]]));
    if (asked.person !== null && person.p !== asked.person) return null;
    if (isNarrow() && spans.length === 0) return null;
    const button = make("button", { type: "button", "aria-pressed": String(asked.person === person.p) }, called(person.p));
    button.addEventListener("click", () => {
      at("person").value = asked.person === person.p ? "" : String(person.p);
      refresh();
      at("people").querySelector("button")?.focus();
    });
    const lines = make("div", { class: "lines" });
    const seen = make("div", { class: "bar seen" }, across(make("span", { class: "here" }), person.from, person.to));
    lines.append(...row("seen", seen));
    for (const action of [...new Set(spans.map((span) => span[0]))]) {
      const bar = make("div", { class: "bar" });
      for (const [, from, to, score] of spans.filter((span) => span[0] === action)) {
        const words = names.get(action) + ", " + clock(from) + " to " + clock(to) + ", score " + score.toFixed(2);
        const part = make("button", { type: "button", title: words, "aria-label": words });
        // Half a number would say another.
        if ((to - from) / duration > (isPhone.matches ? 0.12 : 0.08)) part.textContent = score.toFixed(2);
        part.addEventListener("click", () => seek(Math.max(from, 0)));
        bar.append(across(part, from, to));
      }
      lines.append(...row(names.get(action), bar));
    }
    const title = make("h2", {}, chip(person.p), button,
      make("span", { class: "soft" }, clock(person.from) + " to " + clock(person.to)));
    return paint(make("article", { class: "person" }, title, lines), person.p);
  };

  const refresh = () => {
    const number = (id) => (at(id).value === "" ? null : Number(at(id).value));
    asked.action = number("action");
    asked.person = number("person");
    asked.least = Number(at("least").value);
    asked.order = at("order").value;
    at("least-text").value = asked.least.toFixed(2);
    list = data.frames.filter((frame) => matching(frame).length > 0);
    if (asked.order === "score") {
      const scores = new Map(list.map((frame) => [frame, best(frame)]));
      list.sort((a, b) => scores.get(b) - scores.get(a));
    }
    keys.replaceChildren();
    more();
    at("count").textContent = list.length + " of " + data.frames.length + " key frames";
    const people = data.people.map(personSection).filter((section) => section !== null);
    const axis = make("div", { class: "axis" }, ...[0, 0.5, 1].map((share) => make("span", {}, clock(share * data.duration))));
    at("people").replaceChildren(...people, make("div", { class: "lines" }, make("span", {}), axis));
    follow();
  };
  at("filters").addEventListener("input", refresh);
  at("filters").addEventListener("submit", (event) => event.preventDefault());
  if (matchMedia("(max-width: 59.99rem)").matches) at("people-fold").open = false;
  if (film === null) usePictures();
  refresh();
})();
