internal import Overlay
internal import Wording

extension TrainingCurves {
  /// The curves and a table of epochs as one HTML page, which loads nothing.
  public var page: String {
    let pictures = charts.map { "<figure>\(svg($0))</figure>\n" }.joined()
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
      base-uri 'none'; form-action 'none'">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(escapedHTML(title))</title>
      <link rel="icon" href="data:,">
      <style>
      \(style)</style>
      </head>
      <body>
      <header><h1>\(escapedHTML(title))</h1>
      <p>\(escapedHTML(headline))</p></header>
      <main>
      \(pictures)\(table)</main>
      <footer><p>Written by slowfast after each epoch, from metrics.jsonl.</p></footer>
      </body>
      </html>

      """
  }

  private var style: String {
    func colors(_ value: ((light: UInt32, dark: UInt32)) -> UInt32) -> String {
      Self.palette.enumerated().map { "--curve\($0.offset): #\(hex(value($0.element)));" }.joined(separator: " ")
    }
    return """
      :root { --ground: #fff; --ink: #1b1f24; --soft: #5b6470; --grid: #dfe3e8; \(colors(\.light)) color-scheme: light dark; }
      @media (prefers-color-scheme: dark) {
        :root { --ground: #14171a; --ink: #e6e9ec; --soft: #9aa5b1; --grid: #30363c; \(colors(\.dark)) }
      }
      @media print { :root { --ground: #fff; --ink: #000; --soft: #333; --grid: #ccc; } }
      body {
        margin: 0 auto; padding: 2rem clamp(1rem, 4vw, 2.5rem); max-width: 64rem; color: var(--ink);
        background: var(--ground); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
        overflow-wrap: anywhere;
      }
      h1 { margin: 0 0 .5rem; font-size: 1.7rem; line-height: 1.2; }
      header p, footer { color: var(--soft); }
      footer { font-size: .9rem; }
      figure { margin: 2rem 0; overflow-x: auto; }
      svg { width: 100%; min-width: 34rem; height: auto; }
      svg text { font-family: inherit; font-variant-numeric: tabular-nums; }
      .scroll { overflow-x: auto; }
      table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
      th, td { padding: .35rem .8rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--grid); }
      th { color: var(--soft); font-weight: 600; }

      """
  }

  private func hex(_ color: UInt32) -> String {
    let text = String(color, radix: 16)
    return String(repeating: "0", count: 6 - text.count) + text
  }

  // MARK: - Charts

  private func svg(_ chart: CurveChart) -> String {
    // What text measures in a browser is not known here: half an em a letter is enough for the room between names.
    let marks = chart.marks { 0.56 * Double($0.count) }.map(markup).joined(separator: "\n")
    return """
      <svg viewBox="0 0 \(tenths(CurveChart.width)) \(tenths(CurveChart.height))" role="img" \
      aria-label="\(escapedHTML(chart.description))">
      \(marks)
      </svg>
      """
  }

  private func markup(_ mark: CurveChart.Mark) -> String {
    switch mark {
    case .line(let points, let ink, let width, let opacity):
      let path = points.map { "\(tenths($0.x)) \(tenths($0.y))" }.joined(separator: "L")
      let pale = opacity < 1 ? " stroke-opacity=\"\(tenths(opacity))\"" : ""
      return "<path d=\"M\(path)\" fill=\"none\" stroke=\"\(color(ink))\" stroke-width=\"\(tenths(width))\"\(pale) "
        + "stroke-linejoin=\"round\" stroke-linecap=\"round\"/>"
    case .dot(let point, let ink):
      return "<circle cx=\"\(tenths(point.x))\" cy=\"\(tenths(point.y))\" r=\"3.5\" fill=\"\(color(ink))\"/>"
    case .text(let text, let place, let anchor, let ink, let size):
      let side = anchor == .start ? "start" : anchor == .middle ? "middle" : "end"
      return "<text x=\"\(tenths(place.x))\" y=\"\(tenths(place.y))\" text-anchor=\"\(side)\" "
        + "font-size=\"\(tenths(size))\" fill=\"\(color(ink))\">\(escapedHTML(text))</text>"
    }
  }

  private func color(_ ink: CurveChart.Ink) -> String {
    switch ink {
    case .grid: "var(--grid)"
    case .soft: "var(--soft)"
    case .ink: "var(--ink)"
    case .curve(let index): "var(--curve\(index))"
    }
  }

  private func tenths(_ value: Double) -> String {
    let text = fixed(value, 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  // MARK: - The table

  /// A row for each epoch with the columns that any epoch fills; "" for none.
  private var table: String {
    let columns: [(name: String, kind: LogEntry.Kind, metric: String, decimals: Int?)] = [
      ("loss", .trainEpoch, Metric.loss, 4), ("learning rate", .trainEpoch, Metric.learningRate, nil),
      ("top-1 error of training", .trainEpoch, Metric.top1Error, 2), ("mAP", .valEpoch, Metric.map, 4),
      ("top-1 error", .valEpoch, Metric.top1Error, 2), ("top-5 error", .valEpoch, Metric.top5Error, 2),
      ("not read", .valEpoch, Metric.unreadable, 0), ("seconds an iteration", .trainEpoch, Metric.seconds, 3),
      ("clips a second", .trainEpoch, Metric.clipsPerSecond, 2),
    ]
    var rows: [Int: [String]] = [:]
    for entry in entries {
      guard let epoch = entry.position?.epoch else { continue }
      for (column, wanted) in columns.enumerated() where wanted.kind == entry.kind {
        guard let value = entry[wanted.metric] else { continue }
        rows[epoch, default: columns.map { _ in "" }][column] =
          wanted.decimals.map { fixed(value, $0) } ?? rateText(value)
      }
    }
    if rows.isEmpty { return "" }
    let used = columns.indices.filter { column in rows.values.contains { !$0[column].isEmpty } }
    let head = used.map { "<th scope=\"col\">\(escapedHTML(columns[$0].name))</th>" }.joined()
    let body = rows.sorted { $0.key < $1.key }.map { epoch, cells in
      let cells = used.map { "<td>\(escapedHTML(cells[$0]))</td>" }.joined()
      return "<tr><th scope=\"row\">\(epoch + 1)</th>\(cells)</tr>\n"
    }
    return """
      <div class="scroll"><table><thead><tr><th scope="col">epoch</th>\(head)</tr></thead><tbody>
      \(body.joined())</tbody></table></div>

      """
  }
}

/// Escapes what means something in HTML's texts and attributes; control characters, which no page may hold, become U+FFFD.
func escapedHTML(_ words: String) -> String {
  var result = ""
  for scalar in words.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    case _ where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value): result += "\u{FFFD}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
