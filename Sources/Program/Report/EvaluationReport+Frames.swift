internal import AVAEval
internal import AVARecords
internal import Wording

extension EvaluationReport {
  /// The key frames that cost most: images with what was missed and what was wrong, or a table.
  var frameSection: HTML {
    let frames = explanation.worstFrames
    if frames.isEmpty { return "<p class=\"none\">No key frame costs anything.</p>\n" }
    let introduction: HTML = """
      <p>The \(counted(frames.count, "key frame")) with the largest share of what is missing, and the rows to blame. The \
      number after a row is its share.</p>

      """
    guard let images else { return introduction + frameTable.html }
    let warnings: HTML =
      images.warnings.isEmpty
      ? "" : "<ul class=\"findings\">\(images.warnings.html { "<li>\(messageHTML($0))</li>" })</ul>\n"
    return """
      \(introduction)<ul class="legend"><li>\(FrameDrawing.swatch("missed")) <span class="badge">1</span> ground truth \
      that was missed</li>
      <li>\(FrameDrawing.swatch("wrong")) <span class="badge false">A</span> a detection that found nothing</li>
      <li>\(FrameDrawing.swatch("found")) ground truth that was found</li></ul>
      \(warnings)<div class="frames">
      \(frames.html { figure($0, images) })</div>

      """
  }

  private func figure(_ frame: FrameExplanation, _ images: KeyFrameImages) -> HTML {
    let key = tables.frames[frame.frame]
    let video = tables.videos[key.video]
    let marks = FrameMarks(frame, tables)
    let title = "\(video), second \(key.time)"
    let image: HTML =
      if let image = images.image(KeyFrame(video: video, time: key.time)) {
        FrameDrawing(image: image, marks: marks, description: "\(title): \(description(marks))").html
      } else {
        "<p class=\"none\">No picture of this key frame.</p>\n"
      }
    let found = frame.truePositiveCount
    return """
      <figure><h3>\(video) <span>second \(key.time.description)</span> <span>loss \(fixed(frame.loss, 6)), \(found) found</span></h3>
      \(image)<ul class="rows">
      \(marks.missed.html { rowItem($0, isTruth: true) })\(marks.wrong.html { rowItem($0, isTruth: false) })</ul>\
      \(omitted(marks))</figure>

      """
  }

  private func rowItem(_ mark: FrameMarks.Mark, isTruth: Bool) -> HTML {
    let kind: HTML = isTruth ? "" : " false"
    let shown = mark.rows.prefix(rowLimit)
    var words = Array(shown).html { row in
      let score: HTML = row.score.map { "\(scoreText($0)) " } ?? ""
      return "<span>\(score)\(row.action) <span class=\"soft\">\(row.kind.title)</span></span><br>"
    }
    if mark.rows.count > rowLimit { words += "<span class=\"soft\">and \(mark.rows.count - rowLimit) more</span>" }
    return """
      <li><span><span class="badge\(kind)">\(mark.name)</span></span><div>\(words)</div>\
      <span class="score soft">\(fixed(mark.loss, 6))</span></li>

      """
  }

  private func omitted(_ marks: FrameMarks) -> HTML {
    let (missed, wrong) = marks.omitted
    if missed + wrong == 0 { return "" }
    return "<p class=\"soft\">and \(counted(missed, "more person", plural: "more people")) missed, "
      + "\(counted(wrong, "more box", plural: "more boxes")) that found nothing</p>\n"
  }

  private func description(_ marks: FrameMarks) -> String {
    let missed = marks.missed.map { "\($0.name) missed \($0.rows.map(\.action).joined(separator: ", "))" }
    let wrong = marks.wrong.map { mark in
      "\(mark.name) wrongly \(mark.rows.prefix(rowLimit).map(\.action).joined(separator: ", "))"
    }
    return (missed + wrong).joined(separator: "; ")
  }

  private var frameTable: DataTable {
    var table = DataTable(
      caption: "Worst key frames",
      columns: [
        .text("key frame"), .number("loss"), .number("found"), .text("missed"), .text("wrong, with scores"),
      ])
    let limit = explanation.worstFrames.first?.loss ?? 1
    for frame in explanation.worstFrames {
      let marks = FrameMarks(frame, tables)
      let key = tables.frames[frame.frame]
      let wrong = marks.wrong.flatMap(\.rows).sorted { $0.loss > $1.loss }
      table.rows.append(
        .init(cells: [
          .keyFrame(tables.videos[key.video], "\(key.time)"), .init(content: DataTable.Cell.lossBar(frame.loss, limit)),
          .count(frame.truePositiveCount),
          .init(content: "<div class=\"words\">\(listed(marks.missed.flatMap(\.rows).map(\.action), limit: 6))</div>"),
          .init(
            content: """
              <div class="words">\
              \(listed(wrong.map { "\(scoreText($0.score ?? 0)) \($0.action) (\($0.kind.title))" }, limit: 6))</div>
              """),
        ]))
    }
    return table
  }
}

/// How many rows of a box are listed.
private let rowLimit = 5

extension DataTable.Cell {
  /// A key frame's loss, too small for four decimals.
  static func lossBar(_ loss: Double, _ limit: Double) -> HTML {
    "<span class=\"meter loss\" style=\"--w:\(share(loss, of: limit))\">\(fixed(loss, 6))</span>"
  }
}
