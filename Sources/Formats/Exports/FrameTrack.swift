internal import Geometry
internal import Tracks

/// A person frame by frame, in pixels.
struct FrameTrack {
  struct Box {
    let frame: Int
    /// Seconds after the first frame.
    let time: Double
    /// Cut at the picture's edges.
    let box: PixelBox
    let score: Double
  }

  /// Frames ascending; of several boxes in one frame the last.
  private(set) var boxes: [Box] = []
  /// The frames of each action.
  let actions: [(action: Int, frames: ClosedRange<Int>)]

  init(_ person: ExportedVideo.Person, _ clock: FrameClock) {
    for sighting in person.sightings {
      let frame = clock.frame(at: sighting.time)
      if boxes.last?.frame == frame { boxes.removeLast() }
      let (width, height) = (Double(clock.size.width), Double(clock.size.height))
      boxes.append(
        Box(
          frame: frame, time: sighting.time,
          box: sighting.box.pixels(in: clock.size).clipped(maxX: width, maxY: height), score: sighting.score))
    }
    actions = person.actions.map { ($0.action, clock.frames(from: $0.start, to: $0.end)) }
  }

  /// From the first frame with a box or an action to the last; nil for who has no box.
  var span: ClosedRange<Int>? {
    guard let first = boxes.first?.frame, let last = boxes.last?.frame else { return nil }
    let frames = actions.map(\.frames)
    return min(first, frames.map(\.lowerBound).min() ?? first)...max(last, frames.map(\.upperBound).max() ?? last)
  }

  /// The box in a frame: between two on the straight line; before the first and after the last it stands still.
  func box(in frame: Int) -> PixelBox? {
    var (low, high) = (0, boxes.count)
    while low < high {
      let middle = (low + high) / 2
      if boxes[middle].frame < frame { low = middle + 1 } else { high = middle }
    }
    if low == boxes.count { return boxes.last?.box }
    let after = boxes[low]
    if low == 0 || after.frame == frame { return after.box }
    let before = boxes[low - 1]
    let share = Double(frame - before.frame) / Double(after.frame - before.frame)
    func mix(_ side: KeyPath<PixelBox, Double>) -> Double {
      before.box[keyPath: side] + share * (after.box[keyPath: side] - before.box[keyPath: side])
    }
    return PixelBox(x1: mix(\.x1), y1: mix(\.y1), x2: mix(\.x2), y2: mix(\.y2))
  }
}
