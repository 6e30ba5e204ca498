// The names are C's.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import AVAEval
internal import AVARecords
public import CSlowFast
internal import Datasets
internal import Geometry
internal import Glibc
internal import Parallel
internal import Statistics
internal import TextReports

@c @implementation
public func slowfast_evaluate_files(
  _ ground_truth: UnsafePointer<CChar>!, _ detections: UnsafePointer<CChar>!, _ label_map: UnsafePointer<CChar>!,
  _ exclusions: UnsafePointer<CChar>!, _ options: UnsafePointer<slowfast_evaluation_options>!,
  _ result: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ notices: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!
) -> slowfast_status {
  answer(message) {
    let call = Call("evaluate_files")
    let wanted = try WantedEvaluation(options, call)
    let target = try call.pointer(result, "result")
    let path = try call.text(ground_truth, "ground_truth")
    let found = try call.text(detections, "detections")
    let labels = try LabelMap.read(path: call.text(label_map, "label_map"))
    let truth = try GroundTruthTable.read(path: path)
    let excluded = try exclusions.map { try ExcludedTimestamps.read(path: String(cString: $0)) }
    let rows = try DetectionTable.read(path: found, pool: wanted.pool)
    let said = labels.notices + truth.counts.notices(path)
    try wanted.answer(
      AlignedTables(
        detections: rows.table, groundTruth: truth.table, labelMap: labels,
        exclusions: excluded ?? ExcludedTimestamps(), dataset: .ava), counts: rows.counts, said, target, notices)
  }
}

@c @implementation
public func slowfast_evaluate_rows(
  _ ground_truth: UnsafePointer<slowfast_rows>!, _ detections: UnsafePointer<slowfast_rows>!,
  _ class_ids: UnsafePointer<Int32>!, _ class_names: UnsafePointer<UnsafePointer<CChar>?>!, _ class_count: Int64,
  _ exclusions: UnsafePointer<slowfast_rows>!, _ options: UnsafePointer<slowfast_evaluation_options>!,
  _ result: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ notices: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!
) -> slowfast_status {
  answer(message) {
    let call = Call("evaluate_rows")
    let wanted = try WantedEvaluation(options, call)
    let target = try call.pointer(result, "result")
    let ids = try call.array(class_ids, class_count, "class_ids")
    let labels = try LabelMap(
      ids.indices.map { index in
        let name = try class_names.map { try call.text($0[index], "class_names[\(index)]") } ?? "\(ids[index])"
        return LabelMap.Label(id: Int(ids[index]), name: name)
      })
    var truth = GroundTruthTable()
    let truthRows = try ArrayRows(call.pointer(ground_truth, "ground_truth"), "ground_truth", isFull: true, call)
    for row in 0..<truthRows.count {
      truth.append(
        video: truthRows.video(row), time: try truthRows.time(row), box: try truthRows.orderedBox(row),
        actionID: truthRows.classID(row), personID: try truthRows.score(row) ?? 1)
    }
    var found = DetectionTable()
    let rows = try ArrayRows(call.pointer(detections, "detections"), "detections", isFull: true, call)
    var counts = RowCounts()
    counts.rows = rows.count
    for row in 0..<rows.count {
      let score = try rows.score(row)
      if score == nil { counts.withoutScore += 1 }
      found.append(
        video: rows.video(row), time: try rows.time(row), box: try rows.box(row), actionID: rows.classID(row),
        score: score ?? 1)
    }
    var excluded = ExcludedTimestamps()
    if let exclusions {
      let rows = try ArrayRows(exclusions, "exclusions", isFull: false, call)
      for row in 0..<rows.count { excluded.insert(video: rows.video(row), time: try rows.time(row)) }
    }
    try wanted.answer(
      AlignedTables(
        detections: found, groundTruth: truth, labelMap: labels, exclusions: excluded, dataset: .ava), counts: counts,
      labels.notices, target, notices)
  }
}

/// What is asked of an evaluation.
private struct WantedEvaluation {
  let pool: WorkerPool
  private let rules: [EvaluationRules]
  private let explains: Bool
  private let resampling: Resampling?

  init(_ options: UnsafePointer<slowfast_evaluation_options>?, _ call: Call) throws {
    let options = try call.structure(options, "options") ?? slowfast_evaluation_options()
    let name = options.protocol.map { String(cString: $0) } ?? "all"
    rules = name == "all" ? EvaluationRules.all : EvaluationRules.all.filter { $0.name == name }
    let names = EvaluationRules.all.map(\.name).joined(separator: ", ")
    try call.require(!rules.isEmpty, "'options->protocol' is '\(name)'", "give one of \(names), or all")
    try call.require(
      0...1_000_000 ~= options.bootstrap, "'options->bootstrap' is \(options.bootstrap)",
      "give 0 to 1000000; 1000 is usual")
    explains = options.explain != 0
    resampling = options.bootstrap == 0 ? nil : Resampling(count: Int(options.bootstrap), seed: options.seed)
    pool = WorkerPool(threads: try call.threads(options.threads))
  }

  /// Evaluates rows and hands out what was found.
  func answer(
    _ tables: AlignedTables, counts: RowCounts, _ said: [String], _ result: MessagePointer, _ notices: MessagePointer?
  ) throws {
    let findings = audit(tables, counts: counts, pool: pool)
    let run = EvaluationRun(
      tables: tables, findings: findings, outcomes: match(tables, rules: rules, pool: pool), resampling: resampling,
      pool: pool)
    let text = run.summary(explaining: explains ? run.evaluations.count : 0).json
    if let notices {
      let all =
        said + findings.map(\.line)
        + run.evaluations.flatMap { evaluation in evaluation.notices.map { "\(evaluation.rules.name): \($0)" } }
      notices.pointee = strdup(all.joined(separator: "\n"))
    }
    result.pointee = strdup(text)
  }
}

/// Rows in a caller's memory.
private struct ArrayRows {
  let count: Int
  private let name: String
  private let videos: UnsafeBufferPointer<Int32>
  private let names: [String]
  private let seconds: UnsafeBufferPointer<Double>
  private let boxes: UnsafeBufferPointer<Double>
  private let classes: UnsafeBufferPointer<Int32>
  private let scores: UnsafePointer<Double>?
  private let call: Call

  /// - Parameter isFull: Whether there are boxes and classes.
  init(_ pointer: UnsafePointer<slowfast_rows>, _ name: String, isFull: Bool, _ call: Call) throws {
    let rows = try call.structure(pointer, name)!
    try call.require(0..<1 << 31 ~= rows.count, "'\(name)->count' is \(rows.count)", "give 0 to 2147483647")
    (self.name, self.call, count) = (name, call, Int(rows.count))
    let texts = try call.array(rows.video_names, rows.video_count, "\(name)->video_names")
    names = try texts.indices.map { try call.text(texts[$0], "\(name)->video_names[\($0)]") }
    videos = try call.array(rows.videos, rows.count, "\(name)->videos")
    seconds = try call.array(rows.seconds, rows.count, "\(name)->seconds")
    boxes = try isFull ? call.array(rows.boxes, rows.count * 4, "\(name)->boxes") : .init(start: nil, count: 0)
    classes = try isFull ? call.array(rows.classes, rows.count, "\(name)->classes") : .init(start: nil, count: 0)
    scores = rows.scores
    let known = Int32(clamping: names.count)
    if let row = videos.firstIndex(where: { !(0..<known ~= $0) }) {
      throw call.error(
        "'\(name)->videos[\(row)]' is \(videos[row]) of \(names.count) names", "give numbers of video_names, from 0")
    }
  }

  func video(_ row: Int) -> String { names[Int(videos[row])] }

  func time(_ row: Int) throws -> Timestamp {
    guard let time = Timestamp(seconds: seconds[row]) else {
      throw call.error("'\(name)->seconds[\(row)]' is \(seconds[row])", "give seconds from 0 to 1000000000")
    }
    return time
  }

  func box(_ row: Int) throws -> UnitBox {
    let box = UnitBox(
      x1: boxes[row * 4], y1: boxes[row * 4 + 1], x2: boxes[row * 4 + 2], y2: boxes[row * 4 + 3])
    try call.require(
      box.x1.isFinite && box.y1.isFinite && box.x2.isFinite && box.y2.isFinite, "\(name), row \(row): \(text(box))",
      "give finite numbers")
    return box
  }

  /// A box of ground truth, whose corners are in order.
  func orderedBox(_ row: Int) throws -> UnitBox {
    let box = try box(row)
    try call.require(
      box.x1 <= box.x2 && box.y1 <= box.y2, "\(name), row \(row): \(text(box)) is inverted",
      "give the upper left corner, then the lower right one: x1, y1, x2, y2")
    return box
  }

  private func text(_ box: UnitBox) -> String { "the box [\(box.x1), \(box.y1), \(box.x2), \(box.y2)]" }

  func classID(_ row: Int) -> Int { Int(classes[row]) }

  func score(_ row: Int) throws -> Double? {
    guard let scores else { return nil }
    try call.require(scores[row].isFinite, "'\(name)->scores[\(row)]' is \(scores[row])", "give finite numbers")
    return scores[row]
  }
}
