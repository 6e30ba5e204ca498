public import Geometry
public import Imaging
public import Tensors

/// Cuts the clips of several views out of one video: a frame is decoded once for all of them, and resized once for those
/// of one network and short side.
public final class ViewReader {
  /// What a network wants of clips: which frames, and how they are prepared. The view of the preprocessing does not count:
  /// each task's views take its place.
  public struct Want: Sendable {
    public let window: ClipWindow
    public let preprocessing: Preprocessing

    public init(window: ClipWindow, preprocessing: Preprocessing) {
      self.window = window
      self.preprocessing = preprocessing
    }

    /// The boxes of people in pixels of a view's clip of frames of a size; nil for those who do not count in it.
    public func boxes(_ boxes: [UnitBox], _ view: View, in size: ImageSize) -> [PixelBox?] {
      var own = preprocessing
      own.view = view
      return own.counted(boxes, in: size)
    }
  }

  private struct Place: Hashable {
    let model: Int
    let shortSide: Int
  }

  private let source: any FrameSource
  /// Of each network that a view may name.
  private let wants: [Want]
  private let storage: ClipStorage
  private let costs: PipelineCosts
  private var readers: [Place: ClipReader] = [:]

  /// - Parameters:
  ///   - preprocessing: Of any view: each task's views take its place.
  ///   - storage: Where clips are written; readers that follow each other may share it.
  public convenience init(
    _ source: any FrameSource, window: ClipWindow, preprocessing: Preprocessing, storage: ClipStorage = ClipStorage(),
    costs: PipelineCosts = PipelineCosts()
  ) {
    self.init(source, [Want(window: window, preprocessing: preprocessing)], storage: storage, costs: costs)
  }

  /// - Parameter wants: Of each network that a view may name.
  public init(
    _ source: any FrameSource, _ wants: [Want], storage: ClipStorage = ClipStorage(),
    costs: PipelineCosts = PipelineCosts()
  ) {
    self.storage = storage
    self.costs = costs
    self.source = source
    self.wants = wants
  }

  /// Decodes what the views of a key frame need, or those of one part of a video, and drops what later ones do not.
  ///
  /// - Parameters:
  ///   - center: The number of the key frame; key frames come in ascending order.
  ///   - seconds: The time of the task; nil for that at which the key frame appears.
  ///   - takesAll: Whether the frames between those that are needed are prepared, too: of a source that cannot go back, where
  ///     a later key frame needs them.
  /// - Throws: The source's errors, `ClipError`.
  public func read(
    _ views: [View], around center: Int, at seconds: Double? = nil, takesAll: Bool = false
  ) throws {
    let needs = views.map { view -> (reader: ClipReader, frames: Set<Int>) in
      let needed = Set(indices(view, center, seconds))
      guard takesAll, let first = needed.min(), let last = needed.max() else { return (reader(view), needed) }
      return (reader: reader(view), frames: Set(first...last))
    }
    for (view, need) in zip(views, needs) {
      if view.position == .keyFrame {
        need.reader.forget(before: center)
      } else if let first = need.frames.min() {
        need.reader.forget(below: first)
      }
    }
    for frame in Set(needs.flatMap(\.frames)).sorted() {
      var image: Image?
      for need in needs where need.frames.contains(frame) && !need.reader.has(frame) {
        let decoded = try image ?? costs.measure(.decoding) { try source.frame(at: frame) }
        image = decoded
        try need.reader.add(decoded, as: frame)
      }
    }
  }

  /// The clip of one view around a key frame.
  ///
  /// - Returns: 1, [T, H, W], 3.
  public func clip(_ view: View, around center: Int, at seconds: Double? = nil) throws -> FeatureMap {
    try clips([view], around: center, at: seconds)
  }

  /// The clips of views that `batch` has found to fit together.
  ///
  /// - Returns: Views, [T, H, W], 3.
  public func clips(_ views: [View], around center: Int, at seconds: Double? = nil) throws -> FeatureMap {
    try reader(views[0]).clips(around: center, at: seconds, views)
  }

  /// The first of some views, and those after it whose clips make a batch with its own: of one network, scale, position in
  /// the video, and size.
  ///
  /// - Parameters:
  ///   - views: At least one; they were read.
  ///   - most: How many at most, from 1.
  public func batch(_ views: ArraySlice<View>, most: Int) -> [View] {
    let first = views[views.startIndex]
    let size = reader(first).clipSize(first)
    return Array(
      views.prefix(most).prefix {
        $0.model == first.model && $0.shortSide == first.shortSide && $0.position == first.position
          && reader($0).clipSize($0) == size
      })
  }

  /// The size of the video's frames, known once a view was read.
  public func frameSize(_ view: View) -> ImageSize? { reader(view).frameSize }

  /// The boxes of people in pixels of a view's clip; nil for those who do not count in it.
  public func boxes(_ boxes: [UnitBox], _ view: View, in size: ImageSize) -> [PixelBox?] {
    wants[view.model].boxes(boxes, view, in: size)
  }

  /// From the first to the last frame that any of some views takes.
  public func frames(_ views: [View], around center: Int, at seconds: Double? = nil) -> ClosedRange<Int>? {
    let all = views.flatMap { indices($0, center, seconds) }
    guard let first = all.min(), let last = all.max() else { return nil }
    return first...last
  }

  private func indices(_ view: View, _ center: Int, _ seconds: Double?) -> [Int] {
    wants[view.model].window.indices(of: view, around: center, at: seconds, in: source)
  }

  private func reader(_ view: View) -> ClipReader {
    let place = Place(model: view.model, shortSide: view.shortSide)
    if let known = readers[place] { return known }
    let want = wants[view.model]
    var own = want.preprocessing
    own.view = View(shortSide: view.shortSide)
    let reader = ClipReader(source, window: want.window, preprocessing: own, storage: storage, costs: costs)
    readers[place] = reader
    return reader
  }
}
