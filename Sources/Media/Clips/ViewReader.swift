public import Geometry
public import Imaging
public import Tensors

/// Cuts the clips of several views out of one video: a frame is decoded once for all of them, and resized once for those
/// of one short side.
public final class ViewReader {
  private let source: any FrameSource
  private let window: ClipWindow
  private let preprocessing: Preprocessing
  private let storage: ClipStorage
  private let costs: PipelineCosts
  /// By short side.
  private var readers: [Int: ClipReader] = [:]

  /// - Parameters:
  ///   - preprocessing: Of any view: each task's views take its place.
  ///   - storage: Where clips are written; readers that follow each other may share it.
  public init(
    _ source: any FrameSource, window: ClipWindow, preprocessing: Preprocessing, storage: ClipStorage = ClipStorage(),
    costs: PipelineCosts = PipelineCosts()
  ) {
    self.storage = storage
    self.costs = costs
    self.source = source
    self.window = window
    self.preprocessing = preprocessing
  }

  /// Decodes what the views of a key frame need, and drops what no later key frame does.
  ///
  /// - Parameter center: The number of the key frame; key frames come in ascending order.
  /// - Throws: The source's errors, `ClipError`.
  public func read(_ views: [View], around center: Int) throws {
    let needs = views.map { (reader: reader($0), frames: Set(indices($0, center))) }
    for (view, need) in zip(views, needs) where view.position == .keyFrame { need.reader.forget(before: center) }
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
  public func clip(_ view: View, around center: Int) throws -> FeatureMap {
    try reader(view).clip(around: window.center(of: view, around: center, count: source.frameCount), view)
  }

  /// The size of the video's frames, known once a view was read.
  public func frameSize(_ view: View) -> ImageSize? { reader(view).frameSize }

  /// The boxes of people in pixels of a view's clip; nil for those who do not count in it.
  public func boxes(_ boxes: [UnitBox], _ view: View, in size: ImageSize) -> [PixelBox?] {
    var own = preprocessing
    own.view = view
    return own.counted(boxes, in: size)
  }

  private func indices(_ view: View, _ center: Int) -> [Int] {
    window.indices(
      around: window.center(of: view, around: center, count: source.frameCount), count: source.frameCount)
  }

  private func reader(_ view: View) -> ClipReader {
    if let known = readers[view.shortSide] { return known }
    var own = preprocessing
    own.view = View(shortSide: view.shortSide)
    let reader = ClipReader(source, window: window, preprocessing: own, storage: storage, costs: costs)
    readers[view.shortSide] = reader
    return reader
  }
}
