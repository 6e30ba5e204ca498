public import ClassificationEval
internal import Geometry
internal import Statistics
internal import Wording

/// An evaluation of predictions of whole videos as a page to read.
public struct PredictionPage: Sendable {
  let evaluation: PredictionEvaluation
  /// By class; empty where classes are numbers.
  let names: [String]
  /// Groups of classes with their names; empty without.
  let groups: [ClassGroup]
  let strips: VideoStrips?

  /// - Parameters:
  ///   - names: Of every class, or none.
  ///   - strips: Frames of the worst videos; nil where none were asked for.
  public init(
    _ evaluation: PredictionEvaluation, names: [String] = [], groups: [ClassGroup] = [], strips: VideoStrips? = nil
  ) {
    self.evaluation = evaluation
    self.names = names
    self.groups = groups
    self.strips = strips
  }

  private func name(_ label: Int) -> String { names.indices.contains(label) ? names[label] : "\(label)" }

  /// The page, as one HTML document that needs no other file.
  public var html: String {
    let file = lastName(evaluation.predictions.path)
    let isMulti = evaluation.predictions.isMultiLabel
    let main = isMulti ? "mAP" : "Top-1 accuracy"
    let value = (isMulti ? evaluation.mAP : evaluation.top1)?.value
    let header: HTML = """
      <p class="eyebrow">\(main) over \(counted(evaluation.videos, "video"))</p>
      <h1>\(file)</h1>
      \(headline)
      """
    var sections = [
      Page.Section(id: "summary", title: "Summary", content: summary),
      Page.Section(id: "classes", title: "Classes", content: classSection),
    ]
    if !isMulti {
      sections.append(Page.Section(id: "confusions", title: "Confusions", content: confusionSection))
      sections.append(Page.Section(id: "calibration", title: "Calibration", content: calibrationSection))
    }
    sections.append(Page.Section(id: "worst", title: "Worst videos", content: worstSection))
    return Page(title: "\(file): \(main) \(figure(value))", header: header, sections: sections).text
  }

  /// What a reader should take away before any number.
  private var headline: HTML {
    guard let worst = evaluation.confusions.first else { return "" }
    return """
      <p class="headline">Most often taken for another: \(name(worst.label)), for \(name(worst.found)) \
      (\(worst.count) of its videos, \(percent(worst.share))).</p>

      """
  }

  private var summary: HTML {
    let shares: [(String, EstimatedShare?)] = [
      ("Top-1 accuracy", evaluation.top1), ("Top-5 accuracy", evaluation.top5), ("mAP", evaluation.mAP),
    ]
    var isFirst = true
    let cards = shares.html { title, estimate -> HTML in
      guard let estimate else { return "" }
      let kind: HTML = isFirst ? " main" : ""
      isFirst = false
      let interval: HTML =
        estimate.interval.map { interval in
          let resampling = evaluation.resampling ?? Resampling()
          return """
            <p>\(span(interval)) <span class="soft">by other videos: \(percent(resampling.confidence)) of \
            \(grouped(resampling.count)) resamples of \(counted(evaluation.videos, "video"))</span></p>
            """
        } ?? ""
      return """
        <article class="card\(kind)"><h3>\(title)</h3>
        <p class="big">\(figure(estimate.value))</p>
        \(interval)</article>

        """
    }
    let unknown = evaluation.predictions.names.count - evaluation.videos
    let without: HTML =
      unknown == 0
      ? "" : "<p>\(counted(unknown, "video")) without a known class \(unknown == 1 ? "is" : "are") left out.</p>\n"
    let mean: HTML =
      evaluation.meanClassAccuracy.map {
        "<p>The mean of the classes’ own accuracies is \(figure($0)): each class counts alike, however many videos it has.</p>\n"
      } ?? ""
    return "<div class=\"cards\">\(cards)</div>\n\(mean)\(without)\(groupTable)"
  }

  private var groupTable: HTML {
    let rows = evaluation.results(of: groups)
    if rows.isEmpty { return "" }
    var table = DataTable(
      caption: "Groups of classes",
      columns: [
        .text("group"), .number("classes"), .number("videos"), .number("top-1"),
        .number("within the group", "The share whose highest score is a class of the group"),
      ])
    for row in rows {
      table.rows.append(
        .init(cells: [
          .text(row.name), .count(row.classes), .count(row.videos), .bar(row.accuracy), .bar(row.groupAccuracy),
        ]))
    }
    return "<h3>Groups of classes</h3>\n\(table.html)"
  }

  private var classSection: HTML {
    let isMulti = evaluation.predictions.isMultiLabel
    var columns: [DataTable.Column] = [.text("class"), .number("videos")]
    columns += isMulti ? [.number("AP")] : [.number("top-1"), .number("top-5")]
    if !isMulti { columns.append(.text("most often taken for")) }
    var table = DataTable(caption: "Classes", columns: columns, sortableID: "class-table")
    let taken = Dictionary(evaluation.confusions.map { ($0.label, $0) }, uniquingKeysWith: { first, _ in first })
    for result in evaluation.classes {
      var cells: [DataTable.Cell] = [.text(name(result.label)), .count(result.videos), .bar(result.value)]
      if let top5 = result.top5 {
        cells.append(.bar(top5))
        cells.append(.text(taken[result.label].map { "\(name($0.found)) (\($0.count))" } ?? ""))
      }
      table.rows.append(.init(cells: cells))
    }
    return table.html
  }

  private var confusionSection: HTML {
    if evaluation.confusions.isEmpty { return "<p>No video was taken for another class.</p>\n" }
    var table = DataTable(
      caption: "Top confusions",
      columns: [.text("class"), .text("taken for"), .number("videos"), .number("of the class")],
      sortableID: "confusion-table")
    for confusion in evaluation.confusions.prefix(50) {
      table.rows.append(
        .init(cells: [
          .text(name(confusion.label)), .text(name(confusion.found)), .count(confusion.count),
          .bar(confusion.share, "loss"),
        ]))
    }
    let shown = evaluation.confusions.count > 50 ? "The 50 most frequent of \(evaluation.confusions.count)." : ""
    return "<p>\(shown)</p>\n\(table.html)\(matrix)"
  }

  /// The matrix as a picture, rows normalised: the darker, the larger a share of the class's videos.
  private var matrix: HTML {
    let labels = evaluation.classes.map(\.label)
    if labels.count > 400 || labels.count < 2 { return "" }
    let cell = 1000 / Double(labels.count)
    let squares = labels.enumerated().html { row, label -> HTML in
      let total = evaluation.matrix[label].reduce(0, +)
      return labels.enumerated().html { column, found -> HTML in
        let count = evaluation.matrix[label][found]
        if count == 0 || total == 0 { return "" }
        let title = "\(name(label)) as \(name(found)): \(count) of \(total)"
        let opacity = fixed(0.15 + 0.85 * Double(count) / Double(total), 2)
        return """
          <rect x="\(number(Double(column) * cell))" y="\(number(Double(row) * cell))" width="\(number(cell))" \
          height="\(number(cell))" fill="currentColor" fill-opacity="\(opacity)"><title>\(title)</title></rect>
          """
      }
    }
    return """
      <h3>Matrix</h3>
      <p>A row for each class that some video has, a column for each class it was taken for, both in the order of the \
      table of classes; shares of the row.</p>
      <svg class="chart" viewBox="0 0 1000 1000" role="img" aria-label="Confusion matrix, normalised by rows">\(squares)</svg>

      """
  }

  private var calibrationSection: HTML {
    if evaluation.calibration.isEmpty {
      return "<p>Scores below zero are no shares of confidence: nothing is said of their calibration.</p>\n"
    }
    var table = DataTable(
      caption: "Calibration",
      columns: [.text("confidence"), .number("videos"), .number("mean confidence"), .number("accuracy")])
    var content: HTML =
      "<path class=\"limit\" d=\"M\(number(Chart.x(0))) \(number(Chart.y(0)))L\(number(Chart.x(1))) \(number(Chart.y(1)))\"/>"
    for bin in evaluation.calibration {
      table.rows.append(
        .init(cells: [
          .text("\(fixed(bin.bounds.lowerBound, 1)) – \(fixed(bin.bounds.upperBound, 1))"), .count(bin.videos),
          .bar(bin.confidence), .bar(bin.accuracy),
        ]))
      content += """
        <circle class="mark" cx="\(number(Chart.x(bin.confidence)))" cy="\(number(Chart.y(bin.accuracy)))" \
        r="\(number(3 + 9 * (Double(bin.videos) / Double(evaluation.videos)).squareRoot()))"/>
        """
    }
    let chart = Chart(
      description: "Accuracy against confidence, bin by bin", xTitle: "confidence", yTitle: "accuracy", content: content
    )
    return """
      <p>The highest score as a share of all scores of a video, beside how often it is right: they differ by \
      \(figure(evaluation.calibrationError)) in the mean. Below the line scores promise too much.</p>
      \(chart.html)\(table.html)
      """
  }

  private var worstSection: HTML {
    if evaluation.worst.isEmpty { return "<p>No other class has a higher score than those that a video has.</p>\n" }
    func sentence(_ video: PredictionEvaluation.WorstVideo) -> HTML {
      guard let precision = video.averagePrecision else {
        return """
          \(name(video.label)), in place \(video.rank) with \(scoreText(Double(video.ownScore))); highest is \
          \(name(video.found)) with \(scoreText(Double(video.foundScore))).
          """
      }
      return """
        Average precision of its classes \(figure(precision)): the lowest of them is \(name(video.label)), in place \
        \(video.rank) with \(scoreText(Double(video.ownScore))); the highest of the others is \(name(video.found)) with \
        \(scoreText(Double(video.foundScore))).
        """
    }
    return evaluation.worst.html { video -> HTML in
      let images = (strips?.images(of: video.name) ?? []).html { image in
        """
        <img src="\(image.address)" width="\(image.size.width)" height="\(image.size.height)" alt="a frame of \(video.name)">
        """
      }
      return """
        <article class="card"><h3>\(video.name)</h3>
        <p>\(sentence(video))</p>
        \(images)</article>

        """
    }
  }
}
