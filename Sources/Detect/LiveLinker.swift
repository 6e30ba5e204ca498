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
  mutating func ids(of people: [SeenBox], _ time: Double, _ size: ImageSize) throws -> [Int?] {
    if linker == nil {
      linker = MotionLinker(.accepted(spacing: every, size: size))
    }
    return try linker?.link(SeenFrame(time: time, boxes: people)).map { $0?.id } ?? []
  }
}
