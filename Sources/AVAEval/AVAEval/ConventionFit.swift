/// How well the people of a table lie over those of another, when it is read by some convention.
struct ConventionFit {
  /// In the order of the sample's key frames.
  let frames: [Frame]
  /// The mean of the largest overlaps, in each key frame as many as it has people to find, so that boxes beyond these
  /// do not count. Where the other table lacks the key frame, all count as 0.
  let mean: Double
  /// The share of people whose key frame the other table has.
  let knownShare: Double

  struct Frame {
    /// The IoU of each person with the nearest one of the other table.
    let overlaps: [Double]
    /// How many people there are to find; nil where the other table lacks the key frame.
    let wanted: Int?
  }

  init(_ frames: [Frame]) {
    self.frames = frames
    var (sum, count, known, all) = (0.0, 0, 0, 0)
    for frame in frames {
      all += frame.overlaps.count
      guard let wanted = frame.wanted else {
        count += frame.overlaps.count
        continue
      }
      known += frame.overlaps.count
      count += wanted
      sum += frame.overlaps.sorted(by: >).prefix(wanted).reduce(0, +)
    }
    mean = sum / Double(max(1, count))
    knownShare = Double(known) / Double(max(1, all))
  }
}
