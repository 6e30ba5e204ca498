internal import Geometry

/// The scenes of a video's key frames, asked for at any moment: what an overlay video shows between key frames.
///
/// Actions are those of the nearest key frame. A person who is found again in the next key frame (alike in place and
/// size) keeps the colour, and the box moves evenly between the two; a box without such a neighbour stands still for
/// half the distance to the next key frame. This is for looking at, not a tracker: only neighbouring key frames are
/// compared.
public struct OverlayTimeline: Sendable {
  private var moments: [Moment] = []
  /// The usual distance of key frames, in seconds.
  private let spacing: Double

  /// A key frame with the links of its people to the next one.
  fileprivate struct Moment {
    var time: Double
    var scene: OverlayScene
    /// The place in the next key frame of each person who is found there again.
    var next: [Int?]
    var previous: [Int?]
  }

  /// - Parameter keyFrames: With their times in seconds, in any order.
  public init(_ keyFrames: [(time: Double, scene: OverlayScene)]) {
    let ordered = keyFrames.sorted { $0.time < $1.time }
    let gaps = zip(ordered.dropFirst(), ordered).map { $0.time - $1.time }.sorted()
    spacing = gaps.isEmpty ? 1 : gaps[(gaps.count - 1) / 2]
    for (time, scene) in ordered {
      var moment = Moment(
        time: time, scene: scene, next: scene.people.map { _ in nil }, previous: scene.people.map { _ in nil })
      if let before = moments.last, time - before.time <= 2 * spacing {
        for (a, b) in linked(before.scene.people.map(\.box), scene.people.map(\.box)) {
          moments[moments.count - 1].next[a] = b
          moment.previous[b] = a
        }
      }
      moment.color(after: moments.last)
      moments.append(moment)
    }
  }

  /// The scene at a moment: the people of the nearest key frame, and of its ground truth, where they are by then.
  ///
  /// Nobody where the nearest key frame is farther away than half the usual distance of key frames.
  public func scene(at time: Double, title: String, timeText: String) -> OverlayScene {
    var scene = OverlayScene(people: [], title: title, time: timeText)
    guard let index = nearest(to: time), abs(moments[index].time - time) <= 0.5001 * spacing else {
      scene.isBetweenKeyFrames = true
      return scene
    }
    let moment = moments[index]
    scene.people = moment.scene.people.indices.map { person in
      var shown = moment.scene.people[person]
      shown.box = box(of: person, at: index, time)
      return shown
    }
    // True boxes belong to their moment only: moved ones would not be the truth.
    if abs(moment.time - time) < 0.1 * spacing { scene.groundTruth = moment.scene.groundTruth }
    return scene
  }

  private func nearest(to time: Double) -> Int? {
    moments.indices.min { abs(moments[$0].time - time) < abs(moments[$1].time - time) }
  }

  private func box(of person: Int, at index: Int, _ time: Double) -> UnitBox {
    let moment = moments[index]
    let own = moment.scene.people[person].box
    let isLater = time > moment.time
    guard let link = isLater ? moment.next[person] : moment.previous[person] else { return own }
    let other = moments[isLater ? index + 1 : index - 1]
    let share = (time - moment.time) / (other.time - moment.time)
    let there = other.scene.people[link].box
    func mix(_ a: Double, _ b: Double) -> Double { a + (b - a) * share }
    return UnitBox(
      x1: mix(own.x1, there.x1), y1: mix(own.y1, there.y1), x2: mix(own.x2, there.x2), y2: mix(own.y2, there.y2))
  }
}

extension OverlayTimeline.Moment {
  /// Gives those found again their colours of the key frame before, and the others free ones.
  fileprivate mutating func color(after before: OverlayTimeline.Moment?) {
    var taken: Set<Int> = []
    for person in scene.people.indices {
      guard let before, let link = previous[person] else { continue }
      scene.people[person].color = before.scene.people[link].color
      if let color = scene.people[person].color { taken.insert(color) }
    }
    for person in scene.people.indices where scene.people[person].color == nil {
      let free = (0...).first { !taken.contains($0) } ?? 0
      scene.people[person].color = free
      taken.insert(free)
    }
  }
}

/// Pairs of boxes of two neighbouring key frames that are likely one person: the most alike first, each box once.
private func linked(_ before: [UnitBox], _ after: [UnitBox]) -> [(Int, Int)] {
  var pairs: [(cost: Double, Int, Int)] = []
  for (a, first) in before.enumerated() {
    for (b, second) in after.enumerated() {
      let cost = difference(first, second)
      if cost < 1 { pairs.append((cost, a, b)) }
    }
  }
  var (usedBefore, usedAfter): (Set<Int>, Set<Int>) = ([], [])
  return pairs.sorted { $0 < $1 }.compactMap { _, a, b in
    if usedBefore.contains(a) || usedAfter.contains(b) { return nil }
    usedBefore.insert(a)
    usedAfter.insert(b)
    return (a, b)
  }
}

/// How unlike two boxes are: 0 for equal ones, 1 where the centres are a height apart or the heights differ by half.
private func difference(_ a: UnitBox, _ b: UnitBox) -> Double {
  let height = max(a.y2 - a.y1, b.y2 - b.y1)
  if !(height > 0) { return .infinity }
  let x = (a.x1 + a.x2 - b.x1 - b.x2) / 2
  let y = (a.y1 + a.y2 - b.y1 - b.y2) / 2
  let size = abs((a.y2 - a.y1) - (b.y2 - b.y1))
  return (x * x + y * y).squareRoot() / height + 2 * size / height
}
