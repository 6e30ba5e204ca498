internal import Geometry
internal import Glibc
internal import Overlay
internal import Tensors

/// One person of a world: looks, place and what is done when.
struct Actor {
  /// What is done from a moment on, in seconds.
  struct Part {
    var start: Double
    var activity: Activity
  }

  var figure: Figure
  /// Pixels of the standing height.
  var stature: Double
  /// The place on the ground at time 0, in pixels.
  var feet: Point
  /// 1 to the right, -1 to the left.
  var facing: Double
  /// Where a walker turns round, in pixels.
  var turnsAt: ClosedRange<Double>
  /// In order of time; the first one starts at 0.
  var script: [Part]
  /// Shifts the rhythm, so that no two people move in step.
  var phase: Double

  /// How long one pose takes to become the next, in seconds.
  private static let transition = 0.35

  /// What is being done at a moment.
  func activity(at time: Double) -> Activity { script.last { $0.start <= time }?.activity ?? script[0].activity }

  /// The pose, the place of the feet and the direction at a moment.
  func state(at time: Double) -> (pose: Pose, feet: Point, facing: Double) {
    let index = script.lastIndex { $0.start <= time } ?? 0
    let (distance, cycles) = traveled(until: time)
    var pose = script[index].activity.pose(at: time + phase, cycles: cycles + phase)
    let into = (time - script[index].start) / Actor.transition
    if index > 0 && into < 1 {
      let before = script[index - 1].activity.pose(at: time + phase, cycles: cycles + phase)
      pose = before.blended(with: pose, into * into * (3 - 2 * into))
    }
    let (x, direction) = bounced(distance)
    return (pose, Point(x, feet.y), direction)
  }

  /// Pixels and gait cycles from time 0 on.
  private func traveled(until time: Double) -> (distance: Double, cycles: Double) {
    var distance = 0.0
    var cycles = 0.0
    for (index, part) in script.enumerated() where part.start < time {
      let end = index + 1 < script.count ? min(time, script[index + 1].start) : time
      let statures = (end - part.start) * part.activity.speed
      distance += statures * stature
      cycles += statures / part.activity.stride
    }
    return (distance, cycles)
  }

  /// Folds a way into the range between the turning points.
  private func bounced(_ distance: Double) -> (x: Double, facing: Double) {
    let length = turnsAt.upperBound - turnsAt.lowerBound
    if length <= 0 || distance == 0 { return (feet.x, facing) }
    let start = facing > 0 ? feet.x - turnsAt.lowerBound : 2 * length - (feet.x - turnsAt.lowerBound)
    let position = fmod(start + distance, 2 * length)
    return position <= length
      ? (turnsAt.lowerBound + position, 1) : (turnsAt.lowerBound + 2 * length - position, -1)
  }
}
