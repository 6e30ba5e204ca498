internal import Geometry
internal import NN
internal import Tensors

/// Makes detections of what the box head says of every proposal.
struct DetectionSelection {
  let conventions: RCNNConventions
  let settings: RCNNSettings
  let architecture: RCNNArchitecture

  /// A box of a class before suppression.
  private struct Candidate {
    var box: DetectorBox
    var score: Float
    var classIndex: Int
  }

  /// Chooses the detections of an image.
  ///
  /// - Returns: In pixels of the original image, by falling score.
  func callAsFunction(
    _ proposals: [RegionProposal], _ output: RCNNBoxHead.Output, _ input: RCNNInput
  ) -> [DetectedObject] {
    Activation.softmax.apply(to: output.scores)
    let all = proposals.indices.flatMap { candidates(proposals[$0].box, row: output.rows[$0], output, input) }
    let suppress = NonMaximumSuppression(threshold: settings.overlap, convention: conventions.geometry)
    var kept: [Candidate] = []
    for classIndex in 0..<architecture.classes {
      let members = byFallingScore(all.filter { $0.classIndex == classIndex }, \.score)
      kept += suppress(members.map(\.box)).map { members[$0] }
    }
    return limited(byFallingScore(kept, \.score)).compactMap { finished($0, input) }
  }

  /// The boxes of one proposal whose class is likely enough.
  private func candidates(
    _ proposal: DetectorBox, row: Int, _ output: RCNNBoxHead.Output, _ input: RCNNInput
  ) -> [Candidate] {
    let first = conventions.background == .first ? 1 : 0
    let scores = output.scores.storage.pointer + row * (architecture.classes + 1) + first
    let columns = architecture.boxRows(conventions.background)
    let decode = BoxDecoding(
      geometry: conventions.geometry, limit: conventions.deltaLimit, placeWeight: 10, sideWeight: 5)
    var box = proposal
    if conventions.rescaling == .first {
      let factor = 1 / Float(input.target.factor)
      box = box.scaled(factor, factor)
    }
    return (0..<architecture.classes).compactMap { classIndex in
      let score = scores[classIndex]
      guard score > settings.scoreThreshold else { return nil }
      let column = 4 * (first + (architecture.sharesBoxes ? 0 : classIndex))
      let decoded = decode(box, output.deltas.storage.pointer + row * columns + column)
      guard decoded.isFinite else { return nil }
      let size = conventions.rescaling == .first ? input.original : input.size
      var clipped = conventions.geometry.clip(decoded, to: size)
      switch conventions.rescaling {
      case .last(let least): if clipped.width < least || clipped.height < least { return nil }
      case .beforeSuppression: clipped = rescaled(clipped, input)
      case .first, .lastAndClipped: break
      }
      return Candidate(box: clipped, score: score, classIndex: classIndex)
    }
  }

  /// The first detections, as many as an image may have.
  private func limited(_ kept: [Candidate]) -> ArraySlice<Candidate> {
    guard kept.count > settings.detections, settings.detections > 0 else { return kept.prefix(settings.detections) }
    if conventions.rescaling != .first { return kept.prefix(settings.detections) }
    let least = kept[settings.detections - 1].score
    return kept.prefix { $0.score >= least }
  }

  private func finished(_ candidate: Candidate, _ input: RCNNInput) -> DetectedObject? {
    var box = candidate.box
    switch conventions.rescaling {
    case .lastAndClipped:
      box = conventions.geometry.clip(rescaled(box, input), to: input.original)
      if !(box.width > 0 && box.height > 0) { return nil }
    case .last: box = rescaled(box, input)
    case .beforeSuppression, .first: break
    }
    return DetectedObject(box: box.pixels, score: candidate.score, classIndex: candidate.classIndex)
  }

  private func rescaled(_ box: DetectorBox, _ input: RCNNInput) -> DetectorBox {
    box.scaled(
      Float(input.original.width) / Float(input.size.width), Float(input.original.height) / Float(input.size.height))
  }
}
