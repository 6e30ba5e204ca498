internal import AVAEval
internal import AVARecords
internal import Datasets
internal import Statistics
internal import Wording

extension ComparisonPage {
  /// mAP and its difference under every protocol, and by group under the first.
  var summary: HTML {
    let cards = comparisons.enumerated().html { card($0.offset, $0.element) }
    var table = DifferenceTable(caption: "Groups of actions", first: "group", limit: groupLimit)
    for (group, difference) in zip(first.dataset.groups, first.groups)
    where difference.a != nil || difference.b != nil {
      table.add("\(group.title)", difference)
    }
    table.add("all", first.mAP, isTotal: true)
    let resampling = first.resampling
    let line: HTML =
      first.truthVideoCount < 2
      ? """
      There are no intervals over videos: the ground truth that counts lies in \
      \(counted(first.truthVideoCount, "video")).
      """
      : """
      The line through a dot is where \(percent(resampling.confidence)) of \(grouped(resampling.count)) resamples of \
      \(counted(first.videoCount, "video")) lie. The share tells how well they agree on which file is better: near 0 \
      nearly all name the same one, at 1 they say nothing.
      """
    return """
      <div class="cards">\(cards)</div>
      <p>Differences are B − A: a dot to the right of the zero line means that B is better. \(line)</p>
      <h3>By group of actions, \(first.rules.name)</h3>
      \(table.html)
      """
  }

  private func card(_ place: Int, _ comparison: Comparison) -> HTML {
    let kind: HTML = place == 0 ? " main" : ""
    let mAP = comparison.mAP
    let interval: HTML =
      mAP.interval.map { "<p>\(signedSpan($0)) <span class=\"soft\">by other videos</span></p>" } ?? ""
    let share: HTML = mAP.share.map { "<p class=\"soft\">share \(figure($0))</p>" } ?? ""
    return """
      <article class="card\(kind)"><h3>\(comparison.rules.name)</h3>
      <p class="big">\(signed(mAP.difference))</p>
      <p>\(figure(mAP.a)) <span class="soft">A</span> → \(figure(mAP.b)) <span class="soft">B</span></p>
      \(interval)\(share)</article>

      """
  }

  private var groupLimit: Double { largest(first.groups + [first.mAP]) }

  /// Every class that either file has an AP of, from B's gains to its losses.
  var classSection: HTML {
    let known = first.classes.filter { $0.ap.a != nil || $0.ap.b != nil }
    if known.isEmpty { return "<p class=\"none\">No class counts in either file.</p>\n" }
    var table = DifferenceTable(
      caption: "Classes", first: "class", limit: largest(known.map(\.ap)), sortableID: "class-table")
    for entry in known.sorted(by: { ($0.ap.difference ?? 0) > ($1.ap.difference ?? 0) }) {
      table.add("\(entry.label.name)", entry.ap, truth: entry.groundTruthCount, keywords: entry.label.name)
    }
    return """
      <p class="filter"><label for="class-filter">Filter</label>
      <input id="class-filter" type="search" data-table="class-table" placeholder="name" autocomplete="off">\
      <span id="class-table-shown" class="soft" role="status"></span></p>
      \(table.html)
      """
  }

  /// The key frames whose losses differ most.
  var frameSection: HTML {
    if first.frames.isEmpty { return "<p class=\"none\">No key frame differs.</p>\n" }
    var table = DataTable(
      caption: "Key frames that differ most",
      columns: [
        .text("key frame"), .number("B better by"), .number("loss of A"), .number("loss of B"), .text("above all"),
      ], sortableID: "frame-table")
    for frame in first.frames {
      let visible = frame.classes.filter { abs($0.lossA - $0.lossB) >= 5e-7 }
      let classes = visible.map {
        "\(first.classes[$0.classPosition].label.name) \(signed($0.lossA - $0.lossB, 6))"
      }
      table.rows.append(
        .init(cells: [
          .keyFrame(frame.video, "\(frame.time)"),
          .init(content: "\(signed(frame.difference, 6))", key: "\(frame.difference)"),
          .init(content: "\(fixed(frame.lossA, 6))", key: "\(frame.lossA)"),
          .init(content: "\(fixed(frame.lossB, 6))", key: "\(frame.lossB)"),
          .init(content: "<div class=\"words\">\(listed(classes, limit: 4))</div>"),
        ]))
    }
    return """
      <p>A key frame’s loss is its share of 1 − mAP; over all key frames the differences add up to that in mAP.</p>
      \(table.html)
      """
  }
}

/// Rows of differences with an image of each: a dot with its interval beside the line of no difference.
private struct DifferenceTable {
  private var table: DataTable
  private let limit: Double

  /// - Parameter limit: The difference that lies on the edge of the image.
  init(caption: String, first: String, limit: Double, sortableID: String? = nil) {
    self.limit = limit
    table = DataTable(caption: caption, columns: [.text(first), .number("B − A")], sortableID: sortableID)
    table.columns[1].scale = """
      <span class="gap scale"><svg class="difference" viewBox="0 0 140 18" aria-hidden="true">\
      <path class="zero" d="M70 12V27"/><text x="6" y="9" text-anchor="middle">\(edge(-limit))</text>\
      <text x="70" y="9" text-anchor="middle">0</text><text x="134" y="9" text-anchor="middle">\(edge(limit))</text>\
      </svg><span></span></span>
      """
    if sortableID != nil { table.columns.append(.number("truth")) }
    table.columns += [.number("A"), .number("B"), .number("interval"), .number("share")]
  }

  var html: HTML { table.html }

  mutating func add(
    _ name: HTML, _ difference: Difference, truth: Int? = nil, isTotal: Bool = false, keywords: String? = nil
  ) {
    let number = difference.difference
    // What the page is about stands beside the name: a phone's screen shows no more than that.
    var cells: [DataTable.Cell] = [
      .init(content: name),
      .init(
        content: "<span class=\"gap\">\(image(difference))<span>\(signed(number))</span></span>",
        key: number.map { "\($0)" } ?? ""),
    ]
    if let truth { cells.append(.count(truth)) }
    cells += [
      .figure(difference.a), .figure(difference.b),
      .init(
        content: "\(difference.interval.map(signedSpan) ?? "–")",
        key: difference.interval.map { "\($0.lowerBound)" } ?? ""),
      .figure(difference.share),
    ]
    table.rows.append(.init(cells: cells, isTotal: isTotal, keywords: keywords))
  }

  private func image(_ difference: Difference) -> HTML {
    guard let value = difference.difference else { return "" }
    func x(_ value: Double) -> String { number(limit > 0 ? 70 + 64 * min(max(value / limit, -1), 1) : 70) }
    // From row to row: one line down the whole table.
    var lines: HTML = "<path class=\"zero\" d=\"M70 -9V27\"/>"
    lines += "<path class=\"bar\" d=\"M70 9H\(x(value))\"/>"
    if let interval = difference.interval {
      lines += "<path class=\"whisker\" d=\"M\(x(interval.lowerBound)) 9H\(x(interval.upperBound))\"/>"
    }
    return """
      <svg class="difference" viewBox="0 0 140 18" aria-hidden="true">\(lines)<circle class="dot" cx="\(x(value))" \
      cy="9" r="4"/></svg>
      """
  }
}

/// The end of a scale, as short as it can be told.
private func edge(_ limit: Double) -> String { signed(limit, abs(limit) < 0.1 ? 3 : 2) }

private func signedSpan(_ interval: ClosedRange<Double>) -> String {
  "\(signed(interval.lowerBound)) to \(signed(interval.upperBound))"
}

/// The largest distance from no difference that occurs.
private func largest(_ differences: [Difference]) -> Double {
  differences.flatMap { [$0.difference, $0.interval?.lowerBound, $0.interval?.upperBound] }
    .compactMap { $0.map(abs) }.max() ?? 0
}
