public import Overlay
public import Tracks

/// How a film's labels are kept from flickering: which actions it shows of somebody, from their scores at all key frames.
public struct FilmScores: Sendable {
  public var smoothing = Smoothing.none
  /// An action that has begun ends below this score, or below its threshold where that is lower; nil for the threshold.
  public var off: Double?
  /// Actions that last for less are not shown, in seconds.
  public var leastDuration = 0.0
  /// What is between two stretches of an action is shown as them, up to so many seconds.
  public var mergeGap = 0.0

  public init() {}

  /// Whether scores are shown as they are.
  var isIdle: Bool { smoothing == .none && off == nil && leastDuration == 0 && mergeGap == 0 }

  /// Leaves the actions that are on, with their smoothed scores.
  ///
  /// - Parameters:
  ///   - keyFrames: Ascending in time; whose actions belong together the ids of their people say.
  ///   - style: Which actions may be shown, and from which score on they begin.
  public func chosen(
    _ keyFrames: [(time: Double, scene: OverlayScene)], _ style: OverlayStyle
  ) -> [(time: Double, scene: OverlayScene)] {
    if isIdle { return keyFrames }
    let gaps = zip(keyFrames.dropFirst(), keyFrames).map { $0.time - $1.time }.filter { $0 > 0 }.sorted()
    let spacing = gaps.isEmpty ? 1 : gaps[(gaps.count - 1) / 2]
    var chosen = keyFrames
    var people: [Int?: [(keyFrame: Int, place: Int)]] = [:]
    var alone: [[(keyFrame: Int, place: Int)]] = []
    for (number, keyFrame) in keyFrames.enumerated() {
      chosen[number].scene.isChosen = true
      for (place, person) in keyFrame.scene.people.enumerated() {
        chosen[number].scene.people[place].actions = []
        if let id = person.id {
          people[id, default: []].append((number, place))
        } else {
          alone.append([(number, place)])
        }
      }
    }
    for own in Array(people.values) + alone {
      for action in Set(own.flatMap { keyFrames[$0.keyFrame].scene.people[$0.place].actions.map(\.name) }) {
        guard let on = style.threshold(of: action) else { continue }
        let samples = own.map { keyFrame, place in
          ScoreSample(
            time: keyFrames[keyFrame].time,
            score: keyFrames[keyFrame].scene.people[place].actions.first { $0.name == action }?.score ?? 0)
        }
        var rules = IntervalRules(on: on, off: min(on, off ?? on), spacing: spacing)
        rules.smoothing = smoothing
        (rules.leastDuration, rules.mergedGap) = (leastDuration, mergeGap)
        let smoothed = smoothing(samples)
        for interval in rules.intervals(of: 0, samples) {
          for (index, sample) in smoothed.enumerated()
          where interval.start <= sample.time && sample.time <= interval.end {
            let (keyFrame, place) = own[index]
            chosen[keyFrame].scene.people[place].actions.append(ScoredAction(name: action, score: sample.score))
          }
        }
      }
    }
    // Sets have no order of their own, and equal scores go by the order of the list.
    for number in chosen.indices {
      for place in chosen[number].scene.people.indices {
        chosen[number].scene.people[place].actions.sort { ($1.score, $0.name) < ($0.score, $1.name) }
      }
    }
    return chosen
  }
}
