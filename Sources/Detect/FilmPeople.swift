public import Overlay
public import Tracks

/// Who is who in the key frames of a video, and where everybody is between them.
public struct FilmPeople: Sendable {
  /// With the ids of those who are known through time.
  public private(set) var keyFrames: [(time: Double, scene: OverlayScene)]
  public let tracks: [Track]

  /// - Parameters:
  ///   - keyFrames: With their times in seconds.
  ///   - tracks: Seconds of the same clock.
  public init(_ keyFrames: [(time: Double, scene: OverlayScene)], of tracks: [Track]) {
    (self.keyFrames, self.tracks) = (keyFrames, tracks)
    for (number, keyFrame) in keyFrames.enumerated() {
      self.keyFrames[number].scene.identify(at: keyFrame.time, among: tracks)
    }
  }
}

extension OverlayScene {
  /// Gives people the ids of those tracks whose boxes theirs are.
  ///
  /// - Parameter time: In seconds of the tracks' clock.
  mutating func identify(at time: Double, among tracks: [Track]) {
    let ids = Track.owners(of: people.map(\.box), at: time, among: tracks)
    for (place, id) in ids.enumerated() { people[place].id = id }
  }

  /// Gives people the colours of their ids; nobody has one where somebody has no id.
  mutating func color(by colors: [Int: Int]) {
    let own = people.map { $0.id.flatMap { colors[$0] } }
    if own.contains(nil) { return }
    for (place, color) in own.enumerated() { people[place].color = color }
  }
}
