internal import AVAEval
internal import Datasets
internal import Wording

extension EvaluationReport {
  /// The table of all classes, to be sorted and filtered.
  var classSection: HTML {
    """
    <p>\(counted(countingClasses, "class", plural: "classes")) of \(explanation.classes.count) count in the mean. \
    Best F1 is where precision and recall balance best, with the score to cut at for it; the ceiling is the recall \
    that the boxes allow, whatever their scores. Everything but the other protocols’ AP is under \
    the \(explanation.rules.name) one.</p>
    <p class="filter"><label for="class-filter">Filter</label>
    <input id="class-filter" type="search" data-table="class-table" placeholder="name, group or kind of error" \
    autocomplete="off"><span id="class-table-shown" class="soft" role="status"></span></p>
    \(idleSwitch)\(classTable.html)
    """
  }

  /// Shows the rows that have no number under any protocol.
  private var idleSwitch: HTML {
    let idle = explanation.classes.indices.count(where: isIdle)
    if idle == 0 { return "" }
    return """
      <p class="fold"><label><input type="checkbox" id="class-table-idle"> Show \
      \(idle == 1 ? "the class" : "the \(idle) classes") without ground truth</label></p>

      """
  }

  private func isIdle(_ position: Int) -> Bool { evaluations.allSatisfy { $0.perClass[position].ap == nil } }

  private var hasTies: Bool { explanation.classes.contains { visible($0.result.apInterval) != nil } }

  private var classTable: DataTable {
    var table = DataTable(
      caption: "Classes", columns: [.text("class"), .text("group")], sortableID: "class-table")
    for (place, evaluation) in evaluations.enumerated() {
      table.columns.append(.number(evaluation.rules.name, "average precision under this protocol"))
      if place == 0, bootstrap != nil { table.columns.append(.number(intervalTitle, "by other videos")) }
      if place == 0, hasTies { table.columns.append(.number("equal scores", "AP by the order of equal scores")) }
    }
    table.columns += [
      .number("truth", "ground truth to find"), .number("detections"), .number("best F1"),
      .number("at score", "the score to cut at for the best F1"), .number("ceiling", "the recall that the boxes allow"),
      .text("costs most"),
    ]
    table.rows = explanation.classes.indices.map(classRow)
    return table
  }

  private func classRow(_ position: Int) -> DataTable.Row {
    let entry = explanation.classes[position]
    let result = entry.result
    let name: HTML =
      result.groundTruthCount > 0 ? "<a href=\"#class-\(result.id)\">\(result.name)</a>" : "\(result.name)"
    var cells: [DataTable.Cell] = [
      .init(content: name), .text((entry.group?.title ?? "–")),
    ]
    for (place, evaluation) in evaluations.enumerated() {
      let ap = evaluation.perClass[position].ap
      cells.append(place == 0 ? .bar(ap) : .figure(ap))
      if place > 0 { continue }
      if let bootstrap {
        let interval = bootstrap.perClass[position]?.interval
        cells.append(.init(content: "\(span(interval))", key: interval.map { "\($0.lowerBound)" } ?? ""))
      }
      if hasTies {
        let ties = visible(result.apInterval)
        cells.append(.init(content: "\(span(ties))", key: ties.map { "\($0.upperBound - $0.lowerBound)" } ?? ""))
      }
    }
    let error = entry.mainError
    cells += [
      .count(result.groundTruthCount), .count(result.detectionCount), .figure(entry.bestF1?.f1),
      .figure(entry.bestF1?.threshold), .figure(entry.ceiling),
      .init(content: "\(error.map { "\($0.kind.title) \(figure($0.loss))" } ?? "–")", key: error == nil ? "" : nil),
    ]
    let keywords = [result.name, (entry.group?.title ?? "–"), error?.kind.title ?? "", "\(result.id)"]
    return DataTable.Row(cells: cells, isIdle: isIdle(position), keywords: keywords.joined(separator: " "))
  }

  /// Every class with something to find: its curve, its errors.
  var curveSection: HTML {
    let known = explanation.classes.indices.filter { explanation.classes[$0].result.groundTruthCount > 0 }
    if known.isEmpty { return "<p class=\"none\">There is no ground truth to find.</p>\n" }
    return """
      <p>The filled area is AP: the best precision at each recall or beyond. The thin line is the precision itself, the \
      ring the best F1, the dotted line the recall that the boxes allow.</p>
      \(known.html(classDetails))
      """
  }

  private func classDetails(_ position: Int) -> HTML {
    let entry = explanation.classes[position]
    let curve = CurveChart(entry: entry)
    let why = entry.mainError.map { "mostly \($0.kind.title)" } ?? ""
    return """
      <details class="class"><summary>\(curve.small)<span class="name">\(entry.result.name)</span>\
      <span class="why">\(why)</span><span class="score">\(figure(entry.result.ap))</span></summary>
      <div class="two inside" id="class-\(entry.result.id)"><div>\(curve.large)</div>
      <div><dl class="facts">\(facts(position))</dl>
      \(errorTable(entry.errors, caption: "Errors of \(entry.result.name)"))</div></div></details>

      """
  }

  private func facts(_ position: Int) -> HTML {
    let entry = explanation.classes[position]
    let result = entry.result
    func fact(_ title: String, _ value: String) -> HTML { "<dt>\(title)</dt><dd>\(value)</dd>" }
    var facts = fact("class", "\(result.id), \((entry.group?.title ?? "–"))")
    facts += fact(
      "AP", evaluations.map { "\(figure($0.perClass[position].ap)) \($0.rules.name)" }.joined(separator: ", "))
    if let interval = bootstrap?.perClass[position] { facts += fact(intervalTitle, span(interval.interval)) }
    if let ties = visible(result.apInterval) { facts += fact("by equal scores", span(ties)) }
    facts += fact(
      "found",
      "\(grouped(result.truePositiveCount)) of \(grouped(result.groundTruthCount)), by "
        + "\(grouped(result.detectionCount)) \(result.detectionCount == 1 ? "detection" : "detections")")
    if let best = entry.bestF1 {
      facts += fact(
        "best F1",
        "\(figure(best.f1)) at score \(figure(best.threshold)): precision \(figure(best.precision)), recall "
          + figure(best.recall))
    }
    if let calibration = entry.calibration {
      facts += fact("calibration error", figure(calibration.expectedError))
    }
    return facts
  }
}
