internal import Wording

/// Says whether the frames or the seconds beside them tell when the boxes of a video are seen, of a file that has both.
///
/// Where both go alike, but for what a second is rounded or cut by, frames do: they are the finer ones. Seconds do where each frame
/// has its own and they rise with the frames: to the frame, at another rate, or from another beginning, as of every n-th frame or by
/// AVA's clock. Else they are no times of frames, and frames tell.
struct SecondsBesideFrames {
  struct Row {
    var frame: Int
    /// Nil where the row has none.
    var second: Double?
    /// The least that seconds can differ by as this one is written.
    var step: Double
    var place: String
  }

  enum Verdict: Equatable {
    /// Both go alike where the first frame has this number.
    case alike(first: Int)
    case seconds
    /// Frames, and why seconds do not.
    case frames(String)
  }

  /// - Parameters:
  ///   - rows: All of the video, at least one with a second.
  ///   - firsts: The numbers that the first frame may have, the likeliest one first.
  ///   - frameTime: The seconds from frame to frame.
  ///   - time: The seconds from the first frame to the one of an index.
  static func verdict(_ rows: [Row], firsts: [Int], frameTime: Double, time: (Int) -> Double) -> Verdict {
    // What the column shows is what its finest number does.
    let step = max(rows.reduce(1) { $1.second == nil ? $0 : min($0, $1.step) }, frameTime)
    // Rounded, a second is up to half a step late; cut, up to a step early. Times of frames are a frame off at most.
    let range = -max(step / 2, frameTime)...step
    var best: (first: Int, distance: Double)?
    for first in firsts {
      var greatest = 0.0
      for row in rows {
        guard let second = row.second else { continue }
        let distance = time(row.frame - first) - second
        greatest =
          range.lowerBound - 1e-6 <= distance && distance <= range.upperBound + 1e-6
          ? max(greatest, abs(distance)) : .infinity
        if greatest == .infinity { break }
      }
      if greatest < best?.distance ?? .infinity { best = (first, greatest) }
    }
    let fault = fault(rows)
    if let best {
      // Both say the same frame of each: then it is called as the author calls it.
      return fault == nil && best.distance <= frameTime + 1e-6 ? .seconds : .alike(first: best.first)
    }
    return fault.map { .frames($0) } ?? .seconds
  }

  /// Why seconds are no times of frames; nil where they may be.
  private static func fault(_ rows: [Row]) -> String? {
    if let row = rows.first(where: { $0.second == nil }) { return "\(row.place) has none" }
    let sorted = rows.compactMap { row in row.second.map { (frame: row.frame, second: $0) } }
      .sorted { ($0.frame, $0.second) < ($1.frame, $1.second) }
    for (one, next) in zip(sorted, sorted.dropFirst()) {
      if one.frame == next.frame {
        if one.second != next.second { return "frame \(one.frame) has \(one.second) and \(next.second)" }
      } else if one.second == next.second {
        return "the frames \(one.frame) and \(next.frame) have both \(one.second)"
      } else if one.second > next.second {
        return "frame \(one.frame) has \(one.second), and the later frame \(next.frame) \(next.second)"
      }
    }
    return nil
  }
}
