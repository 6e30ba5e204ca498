internal import AVARecords
internal import Geometry
internal import Parallel
internal import Wording

/// Ground truth that stands there twice, as where files were joined: each copy asks for a detection of its own.
func repeatedTruthFindings(_ tables: AlignedTables, _ pool: WorkerPool) -> [Finding] {
  let order = tables.truthOrder
  let size = 512
  let repeats = pool.map((order.count + size - 1) / size) { piece in
    order[piece * size..<min((piece + 1) * size, order.count)].flatMap { repeatedRows(of: Int($0), tables) }
  }.flatMap { $0 }
  if repeats.isEmpty { return [] }
  let examples = repeats.prefix(Finding.exampleLimit).map { row in
    "\(tables.describe(frame: tables.frame(ofTruth: Int(row)))) action \(tables.groundTruth.actionIDs[Int(row)])"
  }
  return [
    Finding(
      .repeatedTruth, isFault: false, count: repeats.count,
      "ground truth: \(counted(repeats.count, "row")) repeating the box, action and person of another",
      examples: Array(examples), hint: "each asks for a detection of its own: was a file joined with itself?")
  ]
}

private struct Claim: Hashable {
  let box: UnitBox
  let actionID: Int32
  let personID: Double
}

private func repeatedRows(of frame: Int, _ tables: AlignedTables) -> [Int32] {
  let truth = tables.groundTruth
  var known: Set<Claim> = []
  return tables.truthRows(of: frame).filter { row in
    let claim = Claim(
      box: truth.boxes[Int(row)], actionID: truth.actionIDs[Int(row)], personID: truth.personIDs[Int(row)])
    return !known.insert(claim).inserted
  }
}

/// Ground truth in pixels.
func truthPixelFindings(_ truth: GroundTruthTable) -> [Finding] {
  let count = truth.boxes.count { $0.looksLikePixels }
  if count == 0 { return [] }
  return [
    Finding(
      .pixels, isFault: true, count: count,
      "ground truth: \(counted(count, "row")) with coordinates that are no fractions of the frame",
      hint: "divide pixels by the frame's width and height")
  ]
}
