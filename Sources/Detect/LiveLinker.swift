internal import Geometry
internal import Tracks

/// Says who is who in a stream, key frame by key frame.
struct LiveLinker {
  private let every: Double
  private var linker: MotionLinker?
  /// Given ids that somebody without one had got before they came: who has them now.
  private var renamed: [Int: Int] = [:]
  /// The first of these numbers, beyond all that trackers count to.
  private static let firstRenamed = 1_000_000_000

  /// - Parameter every: Seconds from key frame to key frame.
  init(every: Double) { self.every = every }

  /// Who each person is: as the box says, or else by where they were before.
  ///
  /// An id that is given after the same number went to somebody without one is said as another, the same from then on.
  ///
  /// - Parameters:
  ///   - time: Ascending from call to call.
  ///   - size: Of the frames.
  ///   - firstID: The first id that people without one may get.
  mutating func ids(of people: [SeenBox], _ time: Double, _ size: ImageSize, firstID: Int = 1) throws -> [Int?] {
    if linker == nil {
      var settings = MotionLinker.Settings.accepted(spacing: every, size: size)
      settings.firstID = firstID
      linker = MotionLinker(settings)
    }
    var frame = SeenFrame(time: time, boxes: people)
    while true {
      for index in people.indices { frame.boxes[index].id = people[index].id.map { renamed[$0] ?? $0 } }
      do throws(TrackError) {
        return try linker?.link(frame).map { $0?.id } ?? []
      } catch .taken(let id, _) {
        renamed[id] = Self.firstRenamed + renamed.count
      }
    }
  }
}
