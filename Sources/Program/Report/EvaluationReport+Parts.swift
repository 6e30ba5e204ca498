internal import AVAEval
internal import Wording

extension EvaluationReport {
  /// How many videos the page lists at most.
  static let videoLimit = 200

  /// Parts of the data: by size of the box, by people in the key frame, by video.
  var partSection: HTML {
    let videos = explanation.videos.sorted { $0.loss > $1.loss }
    let isCut = videos.count > Self.videoLimit
    let videoTitle =
      isCut ? "The \(Self.videoLimit) of \(grouped(videos.count)) videos with the largest loss" : "By video"
    let parts =
      part("By size of the box, in fractions of the frame’s area", explanation.boxSizes, "size")
      + part("By people in the key frame", explanation.crowds, "people")
      + part(videoTitle, Array(videos.prefix(Self.videoLimit)), "video", id: "video-table")
    if parts.text.isEmpty {
      return "<p class=\"none\">There is nothing to compare: one size of boxes, one size of crowds, one video.</p>\n"
    }
    return """
      <p>A part's mAP is that of a file with nothing else, over the classes that occur in it; the losses of all parts add \
      up to what is missing.</p>
      \(parts)
      """
  }

  /// A heading and a table; nothing where there is but one part, which is the whole.
  private func part(_ title: String, _ slices: [Slice], _ column: String, id: String? = nil) -> HTML {
    let table = sliceTable(slices, column, title, id: id)
    return table.rows.count < 2 ? "" : "<h3>\(title)</h3>\n\(table.html)"
  }

  private func sliceTable(_ slices: [Slice], _ title: String, _ caption: String, id: String? = nil) -> DataTable {
    var table = DataTable(
      caption: caption,
      columns: [
        .text(title), .number("key frames"), .number("truth"), .number("detections"), .number("recall"),
        .number("mAP"), .number("loss"),
      ], sortableID: id)
    let limit = slices.map(\.loss).max() ?? 1
    for slice in slices where slice.groundTruthCount + slice.detectionCount > 0 {
      table.rows.append(
        .init(cells: [
          .text(slice.name), .count(slice.keyFrameCount), .count(slice.groundTruthCount),
          .count(slice.detectionCount), .figure(slice.recall), .bar(slice.mAP), .bar(slice.loss, limit: limit, "loss"),
        ]))
    }
    return table
  }

  /// Whether scores mean what they say, and what the boxes alone would allow.
  var scoreSection: HTML {
    "<div class=\"two\"><div><h3>Calibration</h3>\n\(calibration)</div>\n<div><h3>The ceiling of the boxes</h3>\n"
      + "\(ceiling)</div></div>\n"
  }

  private var calibration: HTML {
    guard let calibration = explanation.calibration else {
      let reason =
        explanation.evaluation.counts.scoredRows == 0
        ? "There are no detections." : "Some scores are not between 0 and 1, so they are no shares of anything."
      return "<p class=\"none\">\(reason)</p>\n"
    }
    var table = DataTable(
      caption: "Calibration",
      columns: [.text("score"), .number("detections"), .number("mean score"), .number("found a box")])
    for bin in calibration.bins where bin.count > 0 {
      table.rows.append(
        .init(cells: [
          .text("\(fixed(bin.lowerBound, 2)) – \(fixed(bin.upperBound, 2))"), .count(bin.count), .figure(bin.meanScore),
          .figure(bin.hitShare),
        ]))
    }
    return """
      <p>Detections score \(figure(calibration.meanScore)) in the mean, and \(figure(calibration.hitShare)) of them \
      find a box. On the dashed line a score of 0.8 would be right four times in five; the expected error is \
      \(figure(calibration.expectedError)). The number over a bar counts the detections it rests on; hollow bars rest on \
      fewer than \(fewDetections).</p>
      \(calibrationChart(calibration))\(table.html)
      """
  }

  private var ceiling: HTML {
    let proposals = explanation.proposals
    guard !proposals.recalls.isEmpty, proposals.personCount > 0 else {
      return "<p class=\"none\">There is no ground truth to find.</p>\n"
    }
    var table = DataTable(
      caption: "People that some box overlaps", columns: [.text("IoU at least"), .number("share of people")])
    for recall in proposals.recalls {
      table.rows.append(.init(cells: [.text(fixed(recall.overlap, 2)), .bar(recall.share)]))
    }
    return """
      <p>With the same boxes, perfect scores would reach an mAP of at most <strong>\(figure(proposals.ceiling))</strong>. \
      Of \(grouped(proposals.boxCount)) different boxes \(figure(proposals.precision)) are on a person (IoU \(threshold)); of \
      \(grouped(proposals.personCount)) people the boxes find:</p>
      \(table.html)
      """
  }
}

/// A bar of fewer detections says little.
private let fewDetections = 10

/// A bar as wide as its bin and as high as the share of detections that found a box, a ring at the mean score, and over
/// each how many detections that are.
private func calibrationChart(_ calibration: Calibration) -> HTML {
  var content: HTML = ""
  for bin in calibration.bins {
    guard let share = bin.hitShare, let score = bin.meanScore else { continue }
    let (left, right) = (Chart.x(bin.lowerBound), Chart.x(bin.upperBound))
    let (top, bottom) = (Chart.y(share), Chart.y(0))
    content += """
      <rect class="bin\(bin.count < fewDetections ? " few" : "")" x="\(number(left + 1))" y="\(number(top))" \
      width="\(number(right - left - 2))" \
      height="\(number(bottom - top))"/>\
      <circle class="mark" cx="\(number(Chart.x(score)))" cy="\(number(top))" r="3.5"/>\
      <text x="\(number((left + right) / 2))" y="\(number(Chart.y(1) - 3))" text-anchor="middle">\(short(bin.count))</text>
      """
  }
  content += """
    <path class="diagonal" d="M\(number(Chart.x(0))) \(number(Chart.y(0)))L\(number(Chart.x(1))) \(number(Chart.y(1)))"/>
    """
  let description =
    "Share of detections that found a box, by score: expected error \(figure(calibration.expectedError)); the numbers "
    + "are in the table below"
  return Chart(description: description, xTitle: "score", yTitle: "found a box", content: content).html
}
