public import Geometry
public import Imaging
public import Tensors

/// Cuts the clips of several views out of one video; a frame is decoded once for all of them.
public final class ViewReader {
  private let source: LatestFrame
  private let window: ClipWindow
  private let preprocessing: Preprocessing
  private let storage: ClipStorage
  private let costs: PipelineCosts
  private var readers: [View: ClipReader] = [:]

  /// - Parameters:
  ///   - preprocessing: Of any view: each task's views take its place.
  ///   - storage: Where clips are written; readers that follow each other may share it.
  public init(
    _ source: any FrameSource, window: ClipWindow, preprocessing: Preprocessing, storage: ClipStorage = ClipStorage(),
    costs: PipelineCosts = PipelineCosts()
  ) {
    self.storage = storage
    self.costs = costs
    self.source = LatestFrame(source)
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
      for need in needs where need.frames.contains(frame) { try need.reader.read(frame) }
    }
  }

  /// The clip of one view around a key frame.
  ///
  /// - Returns: 1, [T, H, W], 3; and the size of the video's frames.
  public func clip(_ view: View, around center: Int) throws -> (frames: FeatureMap, frameSize: ImageSize) {
    let reader = reader(view)
    let clip = try reader.clip(around: window.center(of: view, around: center, count: source.frameCount))
    return (view.crop == .whole ? clip : square(of: clip, view.crop), reader.frameSize!)
  }

  /// The boxes of people in pixels of a view's clip.
  public func boxes(_ boxes: [UnitBox], _ view: View, in size: ImageSize) -> [PixelBox] {
    let preprocessing = reader(view).preprocessing
    let pixels = preprocessing.boxes(boxes, in: size)
    if view.crop == .whole { return pixels }
    let whole = preprocessing.inputSize(for: size)
    let (left, top) = view.crop.corner(width: whole.width, height: whole.height)
    let last = Double(whole.shortSide - 1)
    return pixels.map { box in
      PixelBox(
        x1: box.x1 - Double(left), y1: box.y1 - Double(top), x2: box.x2 - Double(left), y2: box.y2 - Double(top)
      ).clipped(maxX: last, maxY: last)
    }
  }

  private func square(of clip: FeatureMap, _ crop: View.Crop) -> FeatureMap {
    let (frames, height, width) = (clip.extent.t, clip.extent.h, clip.extent.w)
    let side = min(width, height)
    let (left, top) = crop.corner(width: width, height: height)
    let square = FeatureMap(zeros: 1, Extent3(frames, side, side), channels: 3)
    for row in 0..<frames * side {
      let (frame, y) = (row / side, row % side)
      let from = clip.start + ((frame * height + top + y) * width + left) * 3
      (square.start + row * side * 3).update(from: from, count: side * 3)
    }
    return square
  }

  private func indices(_ view: View, _ center: Int) -> [Int] {
    window.indices(
      around: window.center(of: view, around: center, count: source.frameCount), count: source.frameCount)
  }

  private func reader(_ view: View) -> ClipReader {
    // Views that differ in their place in time or the frame alone have resized frames in common.
    var key = view
    (key.position, key.crop) = (.keyFrame, .whole)
    if let known = readers[key] { return known }
    var own = preprocessing
    own.view = key
    let reader = ClipReader(source, window: window, preprocessing: own, storage: storage, costs: costs)
    readers[key] = reader
    return reader
  }
}

extension View.Crop {
  /// Where its top left corner lies in a frame.
  fileprivate func corner(width: Int, height: Int) -> (left: Int, top: Int) {
    guard case .square(let index) = self else { return (0, 0) }
    let room = max(width, height) - min(width, height)
    let place = index == 0 ? 0 : index == 1 ? (room + 1) / 2 : room
    return width > height ? (place, 0) : (0, place)
  }
}

/// A source that hands the same frame to several readers.
private final class LatestFrame: FrameSource {
  private let source: any FrameSource
  private var latest: (index: Int, image: Image)?

  init(_ source: any FrameSource) { self.source = source }

  var name: String { source.name }
  var size: ImageSize { get throws { try source.size } }
  var frameCount: Int { source.frameCount }
  var framesPerSecond: Double { source.framesPerSecond }
  var duration: Double { source.duration }
  func time(of index: Int) -> Double { source.time(of: index) }
  func nearest(to seconds: Double) -> Int { source.nearest(to: seconds) }

  func frame(at index: Int) throws -> Image {
    if let latest, latest.index == index { return latest.image }
    let image = try source.frame(at: index)
    latest = (index, image)
    return image
  }
}
