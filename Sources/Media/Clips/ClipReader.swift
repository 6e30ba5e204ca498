public import Geometry
public import Imaging
public import Tensors

/// Why no clip can be cut out of a video.
public enum ClipError: Error, Equatable, CustomStringConvertible {
  case tooLarge(source: String, size: ImageSize, input: ImageSize, bytes: Int)

  public var description: String {
    switch self {
    case .tooLarge(let source, let size, let input, let bytes):
      return "cutting a clip of '\(source)': its frames of \(size.width) x \(size.height) become "
        + "\(input.width) x \(input.height), a clip takes \(bytes >> 20) MB -> set a smaller DATA.TEST_CROP_SIZE "
        + "(or AVA.TEST_SCALES), or give frames of a usual shape"
    }
  }
}

/// Cuts clips out of one video: frames are decoded and resized once and shared by the clips that overlap.
///
/// Memory is bounded: a frame is dropped as soon as the caller says that no later clip begins before it.
public final class ClipReader {
  public let source: any FrameSource
  public let window: ClipWindow
  public let preprocessing: Preprocessing
  /// Where the cost of decoding and preparing is added up.
  public let costs: PipelineCosts
  private let storage: ClipStorage
  /// Of clips as they are, and mirrored.
  private let normalisations: (plain: Normalisation, mirrored: Normalisation)
  private var frames: [Int: PreparedFrame] = [:]
  /// The size of the video's images, known once one was decoded.
  public private(set) var frameSize: ImageSize?

  /// - Parameters:
  ///   - storage: Where clips are written; readers that follow each other may share it.
  public init(
    _ source: any FrameSource, window: ClipWindow, preprocessing: Preprocessing, storage: ClipStorage = ClipStorage(),
    costs: PipelineCosts = PipelineCosts()
  ) {
    normalisations = (Normalisation(preprocessing, flip: false), Normalisation(preprocessing, flip: true))
    self.storage = storage
    self.source = source
    self.costs = costs
    self.window = window
    self.preprocessing = preprocessing
  }

  /// The clip around a key frame.
  ///
  /// - Parameters:
  ///   - center: The number of the key frame; the window's ends are moved into the video.
  ///   - seconds: The time of the task; nil for that at which the key frame appears.
  ///   - view: Mirrored or not, and which part of the frames, of this reader's short side; nil for the preprocessing's.
  /// - Returns: 1, [T, H, W], 3.
  /// - Throws: The source's errors, `ClipError` when the images' size is absurd.
  public func clip(around center: Int, at seconds: Double? = nil, _ view: View? = nil) throws -> FeatureMap {
    try clips(around: center, at: seconds, [view ?? preprocessing.view])
  }

  /// The clips of several views around a key frame as a batch.
  ///
  /// - Parameter views: Of this reader's short side, of one position in the video, of parts of one size.
  /// - Returns: Views, [T, H, W], 3.
  /// - Throws: As `clip`.
  func clips(around center: Int, at seconds: Double?, _ views: [View]) throws -> FeatureMap {
    precondition(
      views.allSatisfy { $0.shortSide == preprocessing.shortSide && $0.position == views[0].position },
      "a reader's frames have one short side, a batch's clips one position")
    let indices = window.indices(of: views[0], around: center, at: seconds, in: source)
    for index in Set(indices).sorted() where !has(index) {
      try add(costs.measure(.decoding) { try source.frame(at: index) }, as: index)
    }
    return costs.measure(.normalising) { normalised(indices, views) }
  }

  private func normalised(_ indices: [Int], _ views: [View]) -> FeatureMap {
    let first = frames[indices[0]]!
    let size = ImageSize(width: first.width, height: first.height)
    let parts = views.map { $0.crop.part(of: size) }
    let (height, width) = (parts[0].height, parts[0].width)
    precondition(parts.allSatisfy { $0.height == height && $0.width == width }, "a batch's clips have one size")
    let plane = height * width * 3
    let clips = FeatureMap(
      storage: storage.take(views.count * indices.count * plane), offset: 0, batch: views.count,
      extent: Extent3(indices.count, height, width), channels: 3, pitch: 3)
    var target = clips.start
    for (view, part) in zip(views, parts) {
      let normalisation = view.flip ? normalisations.mirrored : normalisations.plain
      for index in indices {
        normalisation.fill(target, from: frames[index]!, part)
        target += plane
      }
    }
    return clips
  }

  /// The size of a view's clips; known once a frame was decoded.
  func clipSize(_ view: View) -> ImageSize? {
    frameSize.map {
      let part = view.crop.part(of: preprocessing.inputSize(for: $0))
      return ImageSize(width: part.width, height: part.height)
    }
  }

  /// Whether a frame is prepared.
  func has(_ index: Int) -> Bool { frames[index] != nil }

  /// Prepares a decoded frame.
  ///
  /// - Throws: `ClipError` when the images' size is absurd.
  func add(_ image: Image, as index: Int) throws(ClipError) {
    if frameSize == nil {
      try checkSize(image.size)
      frameSize = image.size
    }
    precondition(image.size == frameSize, "a source's frames have one size")
    frames[index] = costs.measure(.resizing) { preprocessing.prepare(image) }
  }

  /// Refuses images whose clips could never be held: a long thin one grows with its short side.
  private func checkSize(_ size: ImageSize) throws(ClipError) {
    let input = preprocessing.inputSize(for: size)
    let bytes = window.frames * input.width * input.height * 3 * 4
    // Three clips are under way at a time, and the network needs room too.
    if bytes > physicalMemoryBytes() / 8 {
      throw .tooLarge(source: source.name, size: size, input: input, bytes: bytes)
    }
  }

  /// Drops the frames that no clip around `center` or a later key frame needs.
  public func forget(before center: Int) { forget(below: window.indices(around: center, count: source.frameCount)[0]) }

  /// Drops the frames of lower numbers.
  func forget(below first: Int) { frames = frames.filter { $0.key >= first } }

  /// How many frames wait in memory.
  public var cachedFrames: Int { frames.count }
}
