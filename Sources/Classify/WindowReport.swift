internal import AVARecords
internal import Inference
internal import JSON
internal import Runs
internal import Wording

/// What was found in videos, window by window and as a whole, as text, CSV or JSON: piece by piece, so that no more than a
/// window is in memory.
public struct WindowReport {
  public enum Format: String, CaseIterable, Sendable {
    case text, csv, json
  }

  /// How many classes are written where nobody says it.
  public static let usualTopK = 5

  private let scores: WindowScores
  private let labels: ClassLabels
  private let topK: Int

  /// - Parameter topK: How many classes of a window, best first.
  public init(_ scores: WindowScores, _ labels: ClassLabels, topK: Int) {
    (self.scores, self.labels, self.topK) = (scores, labels, topK)
  }

  /// Hands a form over, piece by piece.
  ///
  /// - Throws: `FileError`, `JournalError`, and what `write` throws.
  public func write(_ format: Format, to write: (String) throws -> Void) throws {
    switch format {
    case .text: for video in scores.videos { try text(video, write) }
    case .csv:
      try write("video,of,begin,end,rank,class,name,score\n")
      for video in scores.videos { try csv(video, write) }
    case .json: try json(write)
    }
  }

  /// Calls `body` with each window, and `whole` with the summary of all where there is any.
  private func each(
    _ video: WindowScores.Video, _ body: (WindowScores.Window, [Float]) throws -> Void,
    whole: (ScoreSummary) throws -> Void
  ) throws {
    var summary = ScoreSummary(scores.fusion)
    try scores.forEach(of: video) { window, values in
      summary.add(values)
      try body(window, values)
    }
    if summary.count > 0 { try whole(summary) }
  }

  // MARK: Text

  private func text(_ video: WindowScores.Video, _ write: (String) throws -> Void) throws {
    let duration = video.duration ?? video.tasks.last.map { $0.moment.seconds + scores.length }
    guard let duration else { return }
    let isProbability = scores.head == "softmax" || scores.head == "sigmoid"
    let width = max(9, fixed(duration, 2).count + 2)
    func cell(_ words: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - words.count)) + words
    }
    func lines(_ first: String, _ second: String, _ values: [Float]) -> String {
      best(values, topK).enumerated().map { row, id in
        let times = row == 0 ? cell(first, width) + cell(second, width) : cell("", 2 * width)
        return times + cell(fixed(Double(values[id]), 4), 13) + "  \(oneLine(labels.name(of: id)))\n"
      }.joined()
    }
    // Of a video that is gone since nobody knows how long it was.
    let length = video.duration.map { "\(fixed($0, 2)) s, " } ?? ""
    let about = video.isPicture ? "a picture" : "\(length)windows of \(fixed(scores.length, 2)) s"
    let each = scores.head == "sigmoid" ? "; each class by itself: scores need not add up to 1" : ""
    try write("\(oneLine(video.name)): \(about)\(each)\n")
    try write(
      cell("begin", width) + cell("end", width) + cell(isProbability ? "probability" : "score", 13) + "  class\n")
    try self.each(video) { window, values in
      try write(lines(fixed(window.begin, 2), fixed(window.end, 2), values))
    } whole: { summary in
      if summary.count == 1 { return }
      try write(lines(summary.inWords, "of \(summary.count)", summary.scores))
    }
    try write("\n")
  }

  /// A name on one line, whatever is in it.
  private func oneLine(_ name: String) -> String { String(name.map { $0.isNewline ? " " : $0 }) }

  // MARK: CSV

  private func csv(_ video: WindowScores.Video, _ write: (String) throws -> Void) throws {
    func rows(_ of: String, _ begin: Double, _ end: Double, _ values: [Float]) -> String {
      best(values, topK).enumerated().map { rank, id in
        "\(csvCell(video.name)),\(of),\(seconds(begin)),\(seconds(end)),\(rank + 1),\(id),\(csvCell(labels.name(of: id))),"
          + "\(values[id])\n"
      }.joined()
    }
    var end = 0.0
    try each(video) { window, values in
      try write(rows("window", window.begin, window.end, values))
      end = window.end
    } whole: {
      try write(rows("video", 0, video.duration ?? end, $0.scores))
    }
  }

  /// A time to the microsecond, without zeros at its end.
  private func seconds(_ time: Double) -> String {
    var text = Substring(fixed(time, 6))
    while text.last == "0" { text.removeLast() }
    return String(text.last == "." ? text.dropLast() : text)
  }

  // MARK: JSON

  /// One object for one video, a list of such objects for several.
  private func json(_ write: (String) throws -> Void) throws {
    var json = JSONWriter()
    let isList = scores.videos.count != 1
    if isList { json.beginArray(lines: true) }
    for video in scores.videos {
      json.beginObject()
      json.member("video", JSONValue(video.name))
      json.member("seconds", JSONValue(video.duration))
      json.member("window", JSONValue(scores.length))
      json.member("head", JSONValue(scores.head))
      json.name("windows")
      json.beginArray(lines: true)
      var whole: ScoreSummary?
      try each(video) { window, values in
        json.value([
          "begin": JSONValue(window.begin), "end": JSONValue(window.end), "classes": classes(values),
        ])
        try write(String(decoding: json.take(), as: UTF8.self))
      } whole: {
        whole = $0
      }
      json.end()
      json.name("whole")
      if let whole {
        json.value([
          "windows": JSONValue(whole.count), "by": JSONValue(whole.inWords), "classes": classes(whole.scores),
        ])
      } else {
        json.value(.null)
      }
      let damaged = scores.damage.keyFrames.filter { $0.keyFrame.video == video.name }
      json.member(
        "damaged",
        .array(damaged.map { ["begin": JSONValue($0.keyFrame.time.seconds), "cause": JSONValue($0.cause)] }))
      json.end()
      try write(String(decoding: json.take(), as: UTF8.self))
    }
    if isList { json.end() }
    try write(String(decoding: json.take(), as: UTF8.self) + "\n")
  }

  private func classes(_ values: [Float]) -> JSONValue {
    .array(
      best(values, topK).map { id in
        ["id": JSONValue(id), "name": JSONValue(labels.name(of: id)), "score": JSONValue(values[id])]
      })
  }
}
