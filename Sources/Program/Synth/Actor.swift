internal import Geometry
internal import Glibc
internal import Overlay
internal import Tensors

/// One person of a world: looks, place and what is done when.
struct Actor {
  /// What is done from a moment on, in seconds.
  struct Part {
    var start: Double
    var motion: Motion
  }

  var figure: Figure
  /// The standing height, in the scene's units.
  var stature: Double
  /// The place on the ground at time 0.
  var start: Point
  /// 1 to the right, -1 to the left.
  var facing: Double
  /// Where a walker turns round.
  var turnsAt: ClosedRange<Double>
  /// In order of time; the first one starts at 0.
  var script: [Part] = []
  /// Shifts the rhythm, so that no two people move in step.
  var phase: Double
  /// The speed of all rhythms, 1 for the average.
  var pace: Double

  /// How long one motion takes to become the next, in seconds; the change of label is in the middle.
  private static let transition = 0.3

  /// What is being done at a moment.
  func motion(at time: Double) -> Motion { script[part(at: time)].motion }

  private func part(at time: Double) -> Int { script.lastIndex { $0.start <= time } ?? 0 }

  /// The pose and the place of the joints at a moment.
  func state(at time: Double) -> (pose: Pose, bones: Skeleton) {
    let (anchor, direction, _) = place(at: time)
    let pose = pose(at: time)
    return (pose, Skeleton(pose, anchor: anchor, stature: stature, facing: direction))
  }

  func pose(at time: Double) -> Pose {
    let index = part(at: time)
    let half = Actor.transition / 2
    let pose = pose(of: index, at: time)
    if index > 0, time - script[index].start < half {
      return mixed(index - 1, time, 0.5 + (time - script[index].start) / (2 * half))
    }
    if index + 1 < script.count, script[index + 1].start - time < half {
      return mixed(index, time, 0.5 - (script[index + 1].start - time) / (2 * half))
    }
    return pose
  }

  private func mixed(_ index: Int, _ time: Double, _ share: Double) -> Pose {
    pose(of: index, at: time).blended(with: pose(of: index + 1, at: time), share * share * (3 - 2 * share))
  }

  private func pose(of index: Int, at time: Double) -> Pose {
    let part = script[index]
    let (anchor, _, cycles) = place(at: time)
    let end = index + 1 < script.count ? script[index + 1].start : part.start + 1
    var pose = part.motion.pose(
      at: Motion.Moment(
        time: (time + phase) * pace, cycles: cycles + phase, progress: (time - part.start) / (end - part.start)))
    if part.motion.travels {
      // Who turns round shows the face for a moment.
      let way = min(anchor.x - turnsAt.lowerBound, turnsAt.upperBound - anchor.x)
      pose.frontal = max(pose.frontal, 1 - way / (0.12 * stature))
    }
    return pose
  }

  /// Where the figure is on the ground, which way it looks, and the gait cycles so far.
  func place(at time: Double) -> (anchor: Point, facing: Double, cycles: Double) {
    var distance = 0.0
    var cycles = 0.0
    for (index, part) in script.enumerated() where part.start < time && part.motion.travels {
      let end = index + 1 < script.count ? min(time, script[index + 1].start) : time
      let statures = (end - part.start) * part.motion.speed * pace
      distance += statures * stature
      cycles += statures / part.motion.stride
    }
    let (x, direction) = bounced(distance)
    return (Point(x, start.y), direction, cycles)
  }

  /// Folds a way into the range between the turning points.
  private func bounced(_ distance: Double) -> (x: Double, facing: Double) {
    let length = turnsAt.upperBound - turnsAt.lowerBound
    if length <= 0 || distance == 0 { return (start.x, facing) }
    let begin = facing > 0 ? start.x - turnsAt.lowerBound : 2 * length - (start.x - turnsAt.lowerBound)
    let position = fmod(begin + distance, 2 * length)
    return position <= length
      ? (turnsAt.lowerBound + position, 1) : (turnsAt.lowerBound + 2 * length - position, -1)
  }

  /// The hips' places where this actor sits: a stool belongs under each.
  var seats: [Point] {
    script.filter { $0.motion == .sit }.map { part in
      let (anchor, facing, _) = place(at: part.start)
      return Point(anchor.x - Skeleton.meanAnkle(.sitting(nod: 0)) * facing * stature, anchor.y)
    }
  }
}
