/// How the page looks: on a screen of any width, light or dark, and on paper.
let pageStyle = screenStyle + tableStyle + figureStyle + printStyle

private let screenStyle = """

  :root {
    --ground: #fff; --raised: #f6f7f8; --ink: #1b1f24; --soft: #5b6470; --line: #dfe3e8;
    --accent: #0b6a8c; --tint: #cfe5ee; --bad: #a8430a;
    color-scheme: light dark;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --ground: #14171a; --raised: #1d2125; --ink: #e6e9ec; --soft: #9aa5b1; --line: #30363c;
      --accent: #62bbdc; --tint: #1f4555; --bad: #f0a070;
    }
  }
  * { box-sizing: border-box; }
  html { scroll-padding-top: 3rem; -webkit-text-size-adjust: 100%; }
  body {
    margin: 0 auto; padding: 0 clamp(1rem, 4vw, 2.5rem) 4rem; max-width: 112rem;
    font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
    color: var(--ink); background: var(--ground); overflow-wrap: anywhere;
  }
  header { padding: clamp(2rem, 6vw, 4.5rem) 0 1.5rem; }
  h1 { margin: 0 0 .6rem; font-size: clamp(1.6rem, 4.5vw, 2.5rem); line-height: 1.15; letter-spacing: -.015em; }
  h2 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; letter-spacing: -.01em; }
  h3 { margin: 2.2rem 0 .6rem; font-size: 1.05rem; }
  h1, h2, h3 { font-weight: 650; overflow-wrap: anywhere; }
  p, ul, dl { margin: 0 0 1rem; }
  section { padding-top: 4rem; }
  section > p, header p, li { max-width: 46rem; }
  a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: .18em; }
  a:focus-visible, button:focus-visible, summary:focus-visible, .scroll:focus-visible, input:focus-visible {
    outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px;
  }
  code { font: .92em ui-monospace, "DejaVu Sans Mono", Menlo, monospace; overflow-wrap: anywhere; }
  .eyebrow { margin: 0 0 .5rem; color: var(--accent); font-weight: 600; }
  .lead, .soft, footer, nav { color: var(--soft); }
  .soft, footer { font-size: .9rem; }
  .lead { font-size: 1.08rem; }
  header .headline { font-size: 1.2rem; line-height: 1.45; max-width: 52rem; border-left: 3px solid var(--accent); padding-left: 1rem; }
  nav { border-block: 1px solid var(--line); padding: .7rem 0; font-size: .92rem; }
  nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.4rem; margin: 0; padding: 0; list-style: none; }
  nav a { color: inherit; text-decoration: none; display: inline-block; padding: .2rem 0; }
  nav a:hover { color: var(--accent); }
  footer { margin-top: 5rem; padding-top: 1.2rem; border-top: 1px solid var(--line); }
  .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1rem; margin: 0 0 1.5rem; max-width: 84rem; }
  .card { padding: 1.2rem 1.3rem; background: var(--raised); border-radius: 10px; border-top: 3px solid var(--line); }
  .card.main { border-top-color: var(--accent); }
  .card h3 { margin: 0; color: var(--soft); font-weight: 600; }
  .card p { margin: 0 0 .4rem; }
  .card p:last-child { margin: 0; }
  .big { font-size: 2.5rem; font-weight: 600; line-height: 1.25; letter-spacing: -.02em; }
  .big, table, dd, .score, svg text { font-variant-numeric: tabular-nums; }
  .findings { padding: 0; list-style: none; }
  .findings li { padding: .7rem 0 .7rem 5.2rem; border-top: 1px solid var(--line); position: relative; }
  .findings li::before { content: "notice"; position: absolute; left: 0; color: var(--soft); font-weight: 600; }
  .findings li.fault::before { content: "mistake"; color: var(--bad); }
  .findings .hint { display: block; color: var(--soft); font-size: .92rem; }
  .filter { display: none; margin: 0 0 .8rem; align-items: center; gap: .7rem; flex-wrap: wrap; }
  .js .filter { display: flex; }
  .fold { font-size: .92rem; color: var(--soft); }
  .fold label { cursor: pointer; }
  .fold input { width: auto; margin: 0 .4rem 0 0; accent-color: var(--accent); }
  section:not(:has(#class-table-idle:checked)) #class-table:not(.filtered) .idle { display: none; }
  input {
    font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: 6px;
    padding: .4rem .7rem; width: min(18rem, 100%);
  }
  """

private let tableStyle = """

  .scroll {
    overflow-x: auto; margin: 0 0 1.5rem;
    background: linear-gradient(to left, var(--ground) 35%, transparent) right / 2.5rem 100% no-repeat local,
      linear-gradient(to left, var(--line), transparent) right / 1rem 100% no-repeat scroll;
  }
  table { border-collapse: collapse; font-size: .9rem; line-height: 1.4; min-width: min(100%, 30rem); }
  caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  th, td { padding: .42rem .8rem; text-align: right; vertical-align: baseline; white-space: nowrap; }
  th { font-weight: 600; }
  th.t, td.t { text-align: left; }
  thead th {
    color: var(--soft); box-shadow: inset 0 -1px var(--line); vertical-align: bottom; font-size: .85rem;
    background: var(--ground);
  }
  tr > :first-child { position: sticky; left: 0; background: var(--ground); }
  tbody th { font-weight: 500; }
  .scroll:has(.sortable) { max-height: max(85vh, 20rem); overflow-y: auto; }
  .scroll.fits { max-height: none; overflow: visible; background: none; }
  .sortable thead th { position: sticky; top: 0; z-index: 1; }
  .sortable thead th:first-child { z-index: 2; }
  tbody tr + tr > * { border-top: 1px solid var(--line); }
  tr > :first-child { padding-left: 0; }
  .total > * { font-weight: 650; border-top: 2px solid var(--line) !important; }
  tbody th small { display: block; color: var(--soft); font-weight: 400; white-space: normal; max-width: 25rem; }
  thead button {
    font: inherit; color: inherit; background: none; border: 0; padding: 0; margin: 0; text-align: inherit;
    pointer-events: none;
  }
  .js thead button { cursor: pointer; pointer-events: auto; padding: .3rem 0; }
  .js thead button::after { content: "↕"; margin-left: .3em; opacity: .45; }
  .js [aria-sort=ascending] button::after { content: "↑"; opacity: 1; }
  .js [aria-sort=descending] button::after { content: "↓"; opacity: 1; }
  .js [aria-sort=ascending] button, .js [aria-sort=descending] button { color: var(--accent); }
  .meter { display: inline-flex; align-items: center; gap: .6rem; }
  .meter::before {
    content: ""; width: 5.5rem; height: .6rem; border-radius: 2px; flex: none;
    background: linear-gradient(var(--bar, var(--accent)), var(--bar, var(--accent))) 0 0 / var(--w) 100% no-repeat, var(--line);
    -webkit-print-color-adjust: exact; print-color-adjust: exact;
  }
  .meter.loss { --bar: var(--bad); }
  .meter.gain::before {
    background: repeating-linear-gradient(135deg, var(--accent) 0 2px, transparent 2px 5px) 0 0 / var(--w) 100%
      no-repeat, var(--line);
  }
  .sortable, .two table { font-size: .85rem; }
  :is(.sortable, .two table) :is(th, td) { padding-inline: .55rem; }
  :is(.sortable, .two table) tr > :first-child { padding-left: 0; }
  :is(.sortable, .two table) .meter::before { width: 3rem; }
  .idle > * { color: var(--soft); }
  @media (max-width: 40rem) {
    th, td { padding-inline: .55rem; }
    tbody th { white-space: normal; min-width: 7.5rem; max-width: 10rem; }
    tbody th small { max-width: 16rem; }
    .meter::before { width: 2.4rem !important; }
    .findings li { padding-left: 0; }
    .findings li::before { position: static; display: block; }
  }
  """

private let figureStyle = """

  svg text { font-size: 10.5px; fill: var(--soft); }
  svg text.strong { fill: var(--ink); font-weight: 600; paint-order: stroke; stroke: var(--ground); stroke-width: 3px; }
  .chart { display: block; width: 100%; max-width: 34rem; height: auto; }
  .grid { stroke: var(--line); fill: none; }
  .area { fill: var(--tint); stroke: var(--accent); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
  .line { fill: none; stroke: var(--ink); stroke-width: 1; stroke-opacity: .55; stroke-linejoin: round; }
  .limit { fill: none; stroke: var(--soft); stroke-dasharray: 2 4; }
  .mark { fill: var(--ground); stroke: var(--ink); stroke-width: 2; }
  .bin { fill: var(--tint); stroke: var(--accent); }
  .bin.few { fill: none; stroke-dasharray: 3 3; }
  .gap { display: inline-flex; align-items: baseline; gap: .7rem; }
  .gap > span { min-width: 4.4rem; }
  .difference { width: 8.75rem; height: 1.125rem; flex: none; align-self: center; overflow: visible; }
  .zero { stroke: var(--soft); stroke-width: 1; }
  .gap.scale { display: flex; justify-content: flex-end; font-weight: 400; }
  .gap.scale svg text { font-size: 10px; }
  .bar { stroke: var(--tint); stroke-width: 9; }
  .whisker { stroke: var(--ink); stroke-width: 1.5; }
  .dot { fill: var(--accent); stroke: var(--ground); stroke-width: 1.5; }
  .diagonal { stroke: var(--soft); stroke-dasharray: 5 4; fill: none; }
  .spark { width: 4.5rem; height: 2rem; border: solid var(--line); border-width: 0 0 1px 1px; flex: none; }
  details.class { max-width: 84rem; border-top: 1px solid var(--line); }
  details.class:last-of-type { border-bottom: 1px solid var(--line); }
  summary { cursor: pointer; padding: .55rem 0; }
  .class > summary { display: flex; align-items: center; gap: 1rem; list-style: none; }
  .class > summary::-webkit-details-marker { display: none; }
  .class > summary::before { content: "+"; width: 1rem; color: var(--accent); font-weight: 600; text-align: center; }
  .class[open] > summary::before { content: "−"; }
  .class > summary .name { flex: 1; min-width: 0; font-weight: 500; }
  .score { text-align: right; }
  .why { color: var(--soft); font-size: .88rem; width: 13rem; text-align: right; }
  .two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.5rem 2.5rem; }
  .two > * { min-width: 0; }
  .two.inside { padding: .8rem 0 1.6rem; }
  @media (min-width: 64rem) { .two.inside { grid-template-columns: 5fr 6.6fr; } }
  dl.facts { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .25rem 1.2rem; font-size: .92rem; }
  dt { color: var(--soft); }
  dd { margin: 0; }
  .frames { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 30rem), 1fr)); gap: 2.5rem 2rem; }
  figure { margin: 0; min-width: 0; }
  figure h3 { margin: 0 0 .5rem; display: flex; flex-wrap: wrap; gap: 0 .8rem; align-items: baseline; }
  figure h3 span { color: var(--soft); font-weight: 400; font-size: .9rem; }
  .picture { display: block; width: 100%; height: auto; border-radius: 6px; background: var(--raised); }
  .none { padding: 1rem; color: var(--soft); background: var(--raised); border-radius: 6px; font-size: .92rem; }
  .under { fill: none; stroke: #000; stroke-opacity: .55; stroke-width: 9; }
  .box-found { fill: none; stroke: #fff; stroke-width: 3; stroke-dasharray: 3 9; stroke-linecap: round; }
  .box-missed { fill: none; stroke: #ffb52e; stroke-width: 6; stroke-dasharray: 22 13; }
  .box-wrong { fill: none; stroke: #6fd0ff; stroke-width: 5; }
  .badge-missed { fill: #ffb52e; stroke: #111; stroke-width: 2; }
  .badge-wrong { fill: #6fd0ff; stroke: #111; stroke-width: 2; }
  svg text.letter { font-size: 32px; font-weight: 700; fill: #111; text-anchor: middle; }
  .whole { white-space: nowrap; }
  .words { white-space: normal; min-width: 14rem; max-width: 26rem; }
  .rows { list-style: none; margin: .7rem 0 0; padding: 0; font-size: .9rem; }
  .rows li { display: grid; grid-template-columns: 1.7rem minmax(0, 1fr) auto; gap: 0 .6rem; padding: .3rem 0; }
  .rows li + li { border-top: 1px solid var(--line); }
  .badge {
    display: inline-block; min-width: 1.5rem; height: 1.5rem; padding: 0 .3rem; text-align: center;
    line-height: 1.5rem; font-size: .8rem; font-weight: 700; color: #111; border-radius: .8rem; background: #ffb52e;
    -webkit-print-color-adjust: exact; print-color-adjust: exact;
  }
  .badge.false { border-radius: 2px; background: #6fd0ff; }
  .swatch { width: 2.5rem; height: 1rem; vertical-align: -.2em; background: #6b7480; border-radius: 3px; }
  .legend { display: flex; flex-wrap: wrap; gap: .4rem 1.6rem; padding: 0; list-style: none; font-size: .92rem; }
  @media (max-width: 40rem) {
    .why { display: none; }
    .spark { width: 3.4rem; }
    .gap { gap: .4rem; }
    .difference { width: 5rem; }
  }
  """

private let printStyle = """

  @page { margin: 13mm 12mm; }
  @media print {
    :root {
      --ground: #fff; --raised: #f6f7f8; --ink: #000; --soft: #444; --line: #ccc; --accent: #0b6a8c; --tint: #cfe5ee;
      --bad: #a8430a; color-scheme: light;
    }
    html { font-size: 9pt; }
    body { line-height: 1.4; max-width: none; padding: 0; }
    nav, .filter, .fold, .spark, .class > summary::before, thead button::after { display: none !important; }
    header { padding: 0 0 .6rem; }
    h1 { font-size: 18pt; }
    h2 { font-size: 13pt; margin-bottom: .5rem; }
    h3 { font-size: 10pt; margin: 1rem 0 .4rem; }
    p, ul { margin-bottom: .6rem; }
    section { padding-top: 1.2rem; }
    section > p, header p, li { max-width: none; }
    footer { margin-top: 1.5rem; padding-top: .5rem; }
    h2, h3, summary, section > p, .legend { break-after: avoid; }
    tr, p, figure, .class, .scroll:not(:has(.sortable)), .card, .chart, .findings li { break-inside: avoid; }
    .cards { gap: .6rem; margin-bottom: .8rem; }
    .card { padding: .6rem .8rem; }
    .big { font-size: 20pt; }
    .findings li { padding-block: .3rem; }
    .scroll.scroll { overflow: visible; max-height: none; background: none; margin-bottom: .8rem; }
    :is(table, .sortable, .two table) { font-size: 7.2pt; line-height: 1.3; min-width: 0; }
    :is(table, .sortable, .two table) :is(th, td) {
      padding: .12rem .3rem; white-space: normal; overflow-wrap: break-word;
    }
    :is(table, .sortable, .two table) tr > :first-child { padding-left: 0; }
    thead { display: table-header-group; }
    thead th.t, thead th { font-size: inherit; position: static !important; color: var(--ink); }
    .swatch { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
    thead button { display: contents !important; color: inherit !important; }
    td:not(.t):not(:has(.words)) { white-space: nowrap !important; }
    tbody th.t { position: static; max-width: none; min-width: 7rem; overflow-wrap: anywhere !important; }
    .inside tbody th.t { min-width: 0; overflow-wrap: break-word !important; }
    tbody th small { font-size: 6.6pt; }
    .words { min-width: 8rem; max-width: none; overflow-wrap: anywhere; }
    .meter { gap: .35rem; }
    .meter.meter::before { width: 1.6rem !important; height: .4rem; }
    #class-table .meter::before { display: none; }
    #class-table td.t:last-child { min-width: 9.4rem; }
    #class-table:has(th:nth-child(12)) tr > :nth-child(2) { display: none; }
    #class-table:has(th:nth-child(13)) { font-size: 6.6pt; }
    #class-table:has(th:nth-child(13)) :is(th, td) { padding-inline: .18rem; }
    #class-table:has(th:nth-child(13)) td.t:last-child { min-width: 8.4rem; }
    .two { grid-template-columns: 1fr 1fr; gap: 1rem; }
    .two.inside { grid-template-columns: 4.3cm minmax(0, 1fr) 7.9cm; gap: 0 .8rem; padding: 0 0 .4rem; }
    .inside > :last-child { display: contents; }
    .inside svg { overflow: visible; }
    .inside svg text { font-size: 13px; }
    .inside svg text.strong { font-size: 12px; }
    .class > summary { padding: .2rem 0; }
    .class > summary .name { font-weight: 650; }
    .inside .scroll { margin: 0; }
    .inside table { width: 100%; }
    .inside .meter.meter::before { width: 1.2rem !important; }
    dl.facts { font-size: 7.2pt; line-height: 1.3; gap: 0 .6rem; margin: 0; align-content: start; }
    .two > div > .chart { max-width: 8cm; }
    .frames { grid-template-columns: 1fr 1fr; gap: 1rem; }
    .rows { margin-top: .3rem; font-size: 7.6pt; line-height: 1.3; }
    .rows li { padding: .15rem 0; }
    details::details-content { content-visibility: visible; block-size: auto; }
    a { color: inherit; text-decoration: none; }
  }

  """
