public import AVARecords
internal import Datasets
public import Geometry

/// How a file of detections is turned into one that every evaluator takes.
public struct Repair: Equatable, Sendable {
  /// What the columns of the file mean.
  public var convention: Convention
  /// The frame that pixels are measured in; nil where the coordinates are fractions. Rows that are fractions already
  /// stay as they are.
  public var frameSize: ImageSize?
  /// How many decimals the repaired rows get.
  public var decimals: Decimals
  /// How many rows a key frame keeps, the best scored.
  public var entriesPerFrame: Int

  /// Makes a repair; what is not named is as a submission to the challenge has it.
  public init(
    convention: Convention = .ava, frameSize: ImageSize? = nil, decimals: Decimals = .submission,
    entriesPerFrame: Int = EvaluationRules.official.entriesPerFrame ?? 50
  ) {
    self.convention = convention
    self.frameSize = frameSize
    self.decimals = decimals
    self.entriesPerFrame = entriesPerFrame
  }

  /// What a repair did, in rows.
  public struct Changes: Equatable, Sendable {
    /// Rows whose boxes, seconds or classes were read otherwise than AVA's.
    public fileprivate(set) var readDifferently = 0
    /// Rows whose pixels were divided by the frame's size.
    public fileprivate(set) var divided = 0
    /// Rows whose box was clipped to the frame.
    public fileprivate(set) var clipped = 0
    /// Rows dropped: their class is not in the label map.
    public fileprivate(set) var unknownClasses = 0
    /// Rows dropped: their box has no area, or is inverted.
    public fileprivate(set) var withoutArea = 0
    /// Rows dropped: their time is before second 0.
    public fileprivate(set) var outsideTime = 0
    /// Rows dropped: their coordinates are no fractions of the frame.
    public fileprivate(set) var pixels = 0
    /// Rows that are no pixels where a frame's size is given for those that are.
    public fileprivate(set) var fractionsAlready = 0
    /// Different scores that rounding made equal to others.
    public fileprivate(set) var mergedScores = 0
    /// Rows dropped: they repeat a better scored one.
    public fileprivate(set) var duplicates = 0
    /// Rows dropped: their key frame has enough better ones.
    public fileprivate(set) var beyondCap = 0
    /// Rows whose box or score has fewer decimals now.
    public fileprivate(set) var rounded = 0
    /// Rows that stand in another place among the others.
    public fileprivate(set) var moved = 0
    /// Rows of the repaired table.
    public fileprivate(set) var kept = 0

    /// What was done, in words.
    public func lines(_ repair: Repair) -> [String] {
      func line(_ count: Int, _ what: String) -> String? {
        count == 0 ? nil : "\(count) \(count == 1 ? "row" : "rows") \(what)"
      }
      return [
        line(readDifferently, "read with \(repair.convention.options)"),
        line(divided, "divided by the frame's size" + (repair.frameSize.map { ", \($0.width)x\($0.height)" } ?? "")),
        line(fractionsAlready, "not divided by the frame's size: fractions already"),
        line(clipped, "clipped to the frame"),
        line(rounded, "rounded to \(repair.decimals.box) decimals of boxes and \(repair.decimals.score) of scores")
          .map { $0 + (mergedScores == 0 ? "" : ": \(mergedScores) different scores became equal to others") },
        line(unknownClasses, "dropped: class not in the label map"),
        line(withoutArea, "dropped: box without area, or inverted"),
        line(pixels, "dropped: coordinates are no fractions of the frame (--frame-size divides pixels)"),
        line(outsideTime, "dropped: before second 0"), line(duplicates, "dropped: repeating a better scored row"),
        line(beyondCap, "dropped: beyond the \(repair.entriesPerFrame) best of their key frame"),
        line(moved, "in another place: sorted by video, second and descending score"),
      ].compactMap { $0 }
    }
  }

  /// Repairs a table: rows are read by the convention, boxes clipped to the frame and rounded, rows dropped that no
  /// evaluator counts or that repeat others, key frames capped as the official evaluator caps them, and everything
  /// sorted by video, time and descending score.
  ///
  /// Scores are not rounded yet, so that rounding decides nothing; the writer does that.
  public func apply(to table: DetectionTable, labelMap: LabelMap) -> (table: DetectionTable, changes: Changes) {
    var changes = Changes()
    let (moved, origins, isRounded) = convert(table, labelMap, &changes)
    // Whatever is in this table can be scored, so that aligning it cannot fail.
    // Only the rows of each key frame are asked of it, which are the same in any data set.
    guard
      let tables = try? AlignedTables(
        detections: moved, groundTruth: GroundTruthTable(), labelMap: labelMap, dataset: .ava)
    else { return (DetectionTable(), changes) }
    var result = DetectionTable()
    var best = BestEntries()
    var repeated = RepeatedRows(classCount: labelMap.labels.count)
    var latest = -1
    for frame in tables.detectionOrder.map(Int.init).sorted(by: { isBefore($0, $1, tables) }) {
      let rows = withoutRepeats(tables.detectionRows(of: frame), tables, &repeated)
      changes.duplicates += tables.detectionRows(of: frame).count - rows.count
      best.select(rows[...], of: moved, capacity: entriesPerFrame)
      changes.beyondCap += rows.count - best.rows.count
      let key = tables.frames[frame]
      // Equal scores keep their order, not the heap's: what is repaired once stays as it is.
      let scores = moved.scores
      let kept = best.rows.sorted { (scores[Int($1)], $0) < (scores[Int($0)], $1) }.map(Int.init)
      for row in kept {
        result.append(
          video: tables.videos[key.video], time: key.time, box: moved.box(ofRow: row),
          actionID: Int(moved.actionIDs[row]), score: moved.scores[row])
        if origins[row] < latest { changes.moved += 1 }
        latest = max(latest, origins[row])
        if isRounded[row] || decimals.rounded(score: moved.scores[row]) != moved.scores[row] { changes.rounded += 1 }
      }
    }
    changes.kept = result.count
    changes.mergedScores = mergedByRounding(result.scores)
    return (result, changes)
  }

  /// Reads every row by the convention, and says which row of the table each one was and whether its box was rounded.
  private func convert(
    _ table: DetectionTable, _ labelMap: LabelMap, _ changes: inout Changes
  ) -> (DetectionTable, origins: [Int], isRounded: [Bool]) {
    var result = DetectionTable()
    var origins: [Int] = []
    var isRounded: [Bool] = []
    for row in 0..<table.count {
      let frame = table.frameIndex.frames[Int(table.frames[row])]
      guard let time = Timestamp(seconds: frame.time.seconds + convention.shift) else {
        changes.outsideTime += 1
        continue
      }
      let id = convention.numbering.id(Int(table.actionIDs[row]), labelMap)
      if !labelMap.contains(id) {
        changes.unknownClasses += 1
        continue
      }
      let isDivided = frameSize != nil && table.box(ofRow: row).looksLikePixels
      if frameSize != nil, !isDivided { changes.fractionsAlready += 1 }
      let box = convention.form.corners(table.box(ofRow: row), in: isDivided ? frameSize : nil)
      if box.looksLikePixels {
        changes.pixels += 1
        continue
      }
      let clipped = UnitBox(
        x1: min(max(box.x1, 0), 1), y1: min(max(box.y1, 0), 1), x2: min(max(box.x2, 0), 1), y2: min(max(box.y2, 0), 1))
      let final = decimals.rounded(clipped)
      if !box.isProper || !final.isProper {
        changes.withoutArea += 1
        continue
      }
      if convention != .ava { changes.readDifferently += 1 }
      if isDivided { changes.divided += 1 }
      if clipped != box { changes.clipped += 1 }
      result.append(
        video: table.frameIndex.videos[frame.video], time: time, box: final, actionID: id, score: table.scores[row])
      origins.append(row)
      isRounded.append(final != clipped)
    }
    return (result, origins, isRounded)
  }

  /// The rows of a key frame, of those with one box and class only the best scored.
  private func withoutRepeats(
    _ rows: ArraySlice<Int32>, _ tables: AlignedTables, _ repeated: inout RepeatedRows
  ) -> [Int32] {
    let scores = tables.detections.scores
    var dropped: Set<Int32> = []
    repeated.find(in: rows.sorted { scores[Int($0)] > scores[Int($1)] }[...], tables) { dropped.insert($0) }
    return dropped.isEmpty ? Array(rows) : rows.filter { !dropped.contains($0) }
  }

  /// How many different scores are no longer different from a neighbour once rounded.
  private func mergedByRounding(_ scores: [Double]) -> Int {
    let sorted = scores.sorted()
    return zip(sorted, sorted.dropFirst()).count { a, b in
      a != b && decimals.rounded(score: a) == decimals.rounded(score: b)
    }
  }

  private func isBefore(_ a: Int, _ b: Int, _ tables: AlignedTables) -> Bool {
    let (first, second) = (tables.frames[a], tables.frames[b])
    if first.video != second.video { return tables.videos[first.video] < tables.videos[second.video] }
    return first.time < second.time
  }
}

extension BoxForm {
  /// The box that four numbers stand for, in fractions where they are pixels of a frame.
  fileprivate func corners(_ read: UnitBox, in frame: ImageSize?) -> UnitBox {
    let box = corners(read)
    guard let frame else { return box }
    let (width, height) = (Double(frame.width), Double(frame.height))
    return UnitBox(x1: box.x1 / width, y1: box.y1 / height, x2: box.x2 / width, y2: box.y2 / height)
  }
}
