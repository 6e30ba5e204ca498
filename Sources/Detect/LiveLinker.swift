internal import Geometry
internal import Tracks

/// Says who is who in a stream, key frame by key frame.
struct LiveLinker {
  private let every: Double
  private var linker: MotionLinker?

  /// - Parameter every: Seconds from key frame to key frame.
  init(every: Double) { self.every = every }

  /// Who each person is: as the box says, or else by where they were before.
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
    return try linker?.link(SeenFrame(time: time, boxes: people)).map { $0?.id } ?? []
  }
}
