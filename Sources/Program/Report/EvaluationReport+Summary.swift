internal import AVAEval
internal import AVARecords
internal import Statistics
internal import Wording

extension EvaluationReport {
  /// mAP under every protocol, what was counted, what looks wrong.
  var summary: HTML {
    let cards = evaluations.enumerated().html { card($0.offset, $0.element) }
    return """
      <div class="cards">\(cards)</div>
      \(counts)\(findingList)
      """
  }

  private func card(_ place: Int, _ evaluation: Evaluation) -> HTML {
    var notes: HTML = ""
    if let ties = visible(evaluation.mAPInterval) {
      notes += "<p>\(span(ties)) <span class=\"soft\">by the order of equal scores</span></p>"
    }
    if bootstraps.indices.contains(place), let interval = bootstraps[place].mAP {
      let resampling = bootstraps[place].resampling
      let videos = bootstraps[place].videoCount
      notes += """
        <p>\(span(interval.interval)) <span class="soft">by other videos: \(percent(resampling.confidence)) of \
        \(grouped(resampling.count)) resamples of \(counted(videos, "video"))\(videos < 10 ? ", few" : "")</span></p>
        """
    } else if bootstraps.indices.contains(place) {
      notes += """
        <p class="soft">No interval: the ground truth that counts lies in \
        \(counted(bootstraps[place].truthVideoCount, "video")).</p>
        """
    }
    let kind: HTML = place == 0 ? " main" : ""
    let explained: HTML =
      place == 0 && evaluations.count > 1 ? "<p class=\"soft\">The rest of this page explains this number.</p>" : ""
    return """
      <article class="card\(kind)"><h3>\(evaluation.rules.name)</h3>
      <p class="big">\(figure(evaluation.mAP))</p>
      \(notes)<p class="soft">\(evaluation.rules.summary)</p>\(explained)</article>

      """
  }

  private var counts: HTML {
    let found = tables.detections
    let truth = tables.groundTruth
    var table = DataTable(caption: "What was counted", columns: [.text("rows")])
    table.columns += evaluations.map { .number($0.rules.name) }
    let cap = evaluations.lazy.compactMap(\.rules.entriesPerFrame).first ?? 0
    func add(_ title: String, _ value: (Evaluation) -> Int) {
      let values = evaluations.map(value)
      if values.allSatisfy({ $0 == 0 }) { return }
      table.rows.append(.init(cells: [.text(title)] + values.map { .count($0) }))
    }
    add("detections scored") { $0.counts.scoredRows }
    add("of them found a box") { $0.perClass.reduce(0) { $0 + $1.truePositiveCount } }
    add("in excluded key frames") { $0.counts.excludedRows }
    add("in key frames without ground truth, ignored") { $0.counts.ignoredRows }
    add("beyond the best \(cap) of their key frame") { $0.counts.rowsBeyondCap }
    add("of them equal to the least one kept") { $0.counts.rowsTiedAtCap }
    add("boxes without area, dropped") { $0.counts.rowsWithoutArea }
    add("ground truth to find") { $0.perClass.reduce(0) { $0 + $1.groundTruthCount } }
    add("classes in the mean") { $0.perClass.count { $0.ap != nil } }
    return """
      <h3>What was counted</h3>
      <p>\(size(found.count, found.frameIndex.frames.count, found.frameIndex.videos.count)) of detections; \
      \(size(truth.count, truth.frameIndex.frames.count, truth.frameIndex.videos.count)) of ground truth.</p>
      \(table.html)
      """
  }

  private func size(_ rows: Int, _ frames: Int, _ videos: Int) -> String {
    "\(grouped(rows)) \(rows == 1 ? "row" : "rows") in \(grouped(frames)) key \(frames == 1 ? "frame" : "frames") of "
      + counted(videos, "video")
  }

  private var findingList: HTML { findingsHTML(findings) }
}

/// What the audit of a file said.
///
/// - Parameter title: A heading above it, nil where there is one already.
func findingsHTML(_ findings: [Finding], title: String? = "Audit") -> HTML {
  let heading: HTML = title.map { "<h3 id=\"audit\">\($0)</h3>\n" } ?? ""
  if findings.isEmpty { return heading + "<p>Nothing to complain about.</p>\n" }
  let items = findings.html { finding in
    let kind: HTML = finding.isFault ? " class=\"fault\"" : ""
    let more = finding.examples.count < finding.count ? "such as " : ""
    let examples: HTML =
      finding.examples.isEmpty ? "" : " <span class=\"soft\">(\(more)\(listed(finding.examples, limit: 3)))</span>"
    return "<li\(kind)>\(finding.text)\(examples)\(hintHTML(finding.hint))</li>\n"
  }
  let options: HTML =
    findings.contains { $0.hint.contains("--") }
    ? "<p class=\"soft\">What begins with two dashes is an option of <code>slowfast validate</code>.</p>\n" : ""
  return heading + "<ul class=\"findings\">\(items)</ul>\n" + options
}

/// A message of the program: what it says, and its advice on a line of its own.
func messageHTML(_ message: String) -> HTML {
  guard let arrow = message.firstRange(of: " -> ") else { return "\(message)" }
  return "\(String(message[..<arrow.lowerBound]))\(hintHTML(String(message[arrow.upperBound...])))"
}

/// Advice, with the program's options set as what one types: a reader of the page may never have seen the program.
private func hintHTML(_ hint: String) -> HTML {
  let words = hint.split(separator: " ", omittingEmptySubsequences: false).map { word -> HTML in
    guard let start = word.firstRange(of: "--")?.lowerBound else { return "\(String(word))" }
    let end = word.lastIndex { $0.isLetter || $0.isNumber }.map(word.index(after:)) ?? word.endIndex
    if end <= start { return "\(String(word))" }
    let (before, option, after) = (String(word[..<start]), String(word[start..<end]), String(word[end...]))
    return "\(before)<code>\(option)</code>\(after)"
  }
  return " <span class=\"hint\">\(words.joined(by: " "))</span>"
}
