public import Geometry
public import Tracks

extension MotionLinker.Settings {
  /// How the people of accepted boxes are linked: who is seen once was there, and may be unseen for 2.5 times the usual time
  /// between frames, at least 1 s.
  ///
  /// - Parameter size: Of the frames; 16:9 where it is not known.
  public init(for people: PeopleOverTime, size: ImageSize?) {
    self.init()
    aspect = size.map { Double($0.width) / Double($0.height) } ?? 16.0 / 9
    longestGap = max(1, 2.5 * (people.spacing ?? 1))
    firstID = 1 + (people.frames.lazy.flatMap(\.boxes).compactMap(\.id).max() ?? 0)
    confirmations = 1
  }
}
