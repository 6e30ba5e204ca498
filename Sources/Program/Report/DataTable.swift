internal import Wording

/// A table of a page: a header, rows, in a box that scrolls by itself where the screen is too narrow.
struct DataTable {
  /// What a screen reader calls it.
  var caption: String
  var columns: [Column]
  var rows: [Row] = []
  /// Lets the reader sort it; an id for the script and for links.
  var sortableID: String?

  /// How many columns fit on paper as they are. With more the style saves room: it is told by the classes of the table.
  private static let columnsOnPaper = 11

  struct Column {
    var title: String
    /// Whether its cells are text, which stands to the left.
    var isText = false
    /// What it means, for a pointer that rests on it.
    var hint: String?
    /// What stands under the title.
    var scale: HTML?

    static func text(_ title: String) -> Column { Column(title: title, isText: true) }

    static func number(_ title: String, _ hint: String? = nil) -> Column { Column(title: title, hint: hint) }
  }

  struct Row {
    var cells: [Cell]
    var isTotal = false
    /// Whether there is nothing to say: its numbers are missing.
    var isIdle = false
    /// What a filter looks at.
    var keywords: String?
  }

  struct Cell {
    var content: HTML
    /// What the script sorts by, where that is not the text; empty for what has no number.
    var key: String?

    static func text(_ words: String) -> Cell { Cell(content: "\(words)") }

    /// A key frame's name, which breaks before its second and not within.
    static func keyFrame(_ video: String, _ second: String) -> Cell {
      Cell(content: "\(video),<wbr><span class=\"whole\">\(second)</span>")
    }

    static func count(_ count: Int) -> Cell { Cell(content: "\(grouped(count))", key: "\(count)") }

    static func figure(_ value: Double?) -> Cell {
      Cell(content: "\(value.map { Wording.figure($0) } ?? "–")", key: sortKey(value))
    }

    /// A number from 0 to 1, or to `limit`, with a bar of its length.
    ///
    /// - Parameter kind: "loss" for what is missing, "gain" for what could be had; a score where neither.
    static func bar(_ value: Double?, limit: Double = 1, _ kind: String = "") -> Cell {
      guard let value else { return .figure(nil) }
      let width = share(value, of: limit)
      return Cell(
        content: "<span class=\"meter \(kind)\" style=\"--w:\(width)\">\(Wording.figure(value))</span>",
        key: sortKey(value))
    }
  }

  var html: HTML {
    let excess = columns.count - Self.columnsOnPaper
    let width = excess > 1 ? " wide widest" : excess == 1 ? " wide" : ""
    let id: HTML = sortableID.map { " id=\"\($0)\" class=\"sortable\(width)\"" } ?? ""
    let head = columns.html { column in
      let hint: HTML = column.hint.map { " title=\"\($0)\"" } ?? ""
      let kind: HTML = column.isText ? " class=\"t\"" : ""
      let title: HTML = sortableID == nil ? "\(column.title)" : "<button type=\"button\">\(column.title)</button>"
      return "<th scope=\"col\"\(kind)\(hint)>\(title)\(column.scale ?? "")</th>"
    }
    return """
      <div class="scroll" role="region" aria-label="\(caption)" tabindex="0"><table\(id)>
      <caption>\(caption)</caption>
      <thead><tr>\(head)</tr></thead>
      <tbody>
      \(rows.html(markup))</tbody></table></div>

      """
  }

  private func markup(_ row: Row) -> HTML {
    let kind: HTML = row.isTotal ? " class=\"total\"" : row.isIdle ? " class=\"idle\"" : ""
    let keywords: HTML = row.keywords.map { " data-find=\"\($0)\"" } ?? ""
    let cells = zip(columns, row.cells).enumerated().html { place, pair in
      let key: HTML = sortableID == nil ? "" : pair.1.key.map { " data-v=\"\($0)\"" } ?? ""
      let kind: HTML = pair.0.isText ? " class=\"t\"" : ""
      return place == 0
        ? "<th scope=\"row\"\(kind)\(key)>\(pair.1.content)</th>" : "<td\(kind)\(key)>\(pair.1.content)</td>"
    }
    return "<tr\(kind)\(keywords)>\(cells)</tr>\n"
  }
}

private func sortKey(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }

/// A length for a style: hundredths of the whole, between nothing and all of it.
func share(_ value: Double, of limit: Double) -> String {
  limit > 0 ? fixed(min(max(value / limit, 0), 1) * 100, 1) + "%" : "0%"
}
