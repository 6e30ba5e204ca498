"use strict";
(() => {
  document.documentElement.classList.add("js");

  const key = (row, column) => {
    const cell = row.cells[column];
    if (cell.dataset.v === undefined) return cell.textContent.trim().toLowerCase();
    return cell.dataset.v === "" ? null : Number(cell.dataset.v);
  };

  // What has no number comes last in either direction; equal ones keep the page's order.
  const compare = (a, b, sign) => {
    if (a === null || b === null) return (a === null) - (b === null);
    return sign * (typeof a === "number" ? a - b : a.localeCompare(b, "en"));
  };

  const sort = (table, heading) => {
    const column = heading.cellIndex;
    const body = table.tBodies[0];
    const before = heading.getAttribute("aria-sort");
    const first = heading.classList.contains("t") ? "ascending" : "descending";
    const other = first === "ascending" ? "descending" : "ascending";
    const direction = before === first ? other : first;
    const sign = direction === "ascending" ? 1 : -1;
    table.original ??= [...body.rows];
    const rows = table.original.map((row) => [key(row, column), row]);
    rows.sort((a, b) => compare(a[0], b[0], sign));
    body.append(...rows.map((entry) => entry[1]));
    for (const cell of heading.parentElement.cells) cell.setAttribute("aria-sort", "none");
    heading.setAttribute("aria-sort", direction);
  };

  for (const table of document.querySelectorAll("table.sortable")) {
    for (const heading of table.tHead.rows[0].cells) {
      heading.setAttribute("aria-sort", "none");
      heading.firstElementChild.addEventListener("click", () => sort(table, heading));
    }
  }

  for (const input of document.querySelectorAll("input[data-table]")) {
    const rows = [...document.getElementById(input.dataset.table).tBodies[0].rows];
    const result = document.getElementById(input.dataset.table + "-shown");
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      document.getElementById(input.dataset.table).classList.toggle("filtered", words.length > 0);
      for (const row of rows) {
        const text = row.dataset.find.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
      }
      result.textContent = words.length === 0 ? "" : rows.filter((row) => !row.hidden).length + " shown";
    });
  }

  // A table that fits needs no box of its own, and its header stays at the top of the window.
  const boxes = [...document.querySelectorAll(".scroll:has(.sortable)")];
  const fit = () => {
    for (const box of boxes) box.classList.toggle("fits", box.firstElementChild.offsetWidth <= box.clientWidth);
  };
  addEventListener("resize", fit);
  fit();

  const reveal = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const fold = target && target.closest("details");
    if (fold && !fold.open) {
      fold.open = true;
      target.scrollIntoView();
    }
  };
  addEventListener("hashchange", reveal);
  reveal();

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const fold of closed) fold.open = true;
  });
  addEventListener("afterprint", () => {
    for (const fold of closed) fold.open = false;
    closed = [];
  });
})();
