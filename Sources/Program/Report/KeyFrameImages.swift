public import AVARecords
public import Datasets
internal import Geometry
internal import ImageFiles
internal import Imaging
public import Video
internal import Wording

/// The images of some key frames, small enough for a page; those that could not be had are named, not fatal.
public struct KeyFrameImages: Sendable {
  /// What the reader should know: videos without frames, key frames outside their video, images that are damaged.
  public private(set) var warnings: [String] = []
  /// What was taken for granted, such as the second of the first frame.
  public private(set) var remarks: [String] = []
  private var images: [KeyFrame: EmbeddedImage] = [:]
  private let dataset: ActionDataset

  /// Reads and shrinks images, video by video: one source is open at a time.
  ///
  /// - Parameters:
  ///   - keyFrames: The key frames.
  ///   - times: All key frames of these videos, in seconds: they tell from where the rows count.
  ///   - catalog: Where the frames are.
  ///   - startingSecond: The second that the rows call the first frame's; nil guesses as `FrameSource.startingSecond` does.
  ///   - dataset: Where rows may count from.
  public init(
    of keyFrames: [KeyFrame], times: [String: [Double]], from catalog: FrameCatalog,
    startingSecond: Double? = nil, dataset: ActionDataset = .ava
  ) {
    self.dataset = dataset
    var videos: [String] = []
    for keyFrame in keyFrames where !videos.contains(keyFrame.video) { videos.append(keyFrame.video) }
    var unknown: [String] = []
    for video in videos {
      do {
        let namesakes = catalog.namesakes(of: video)
        if !namesakes.isEmpty {
          warnings.append(
            "no pictures of video '\(video)': \(listed(namesakes.map { "'\($0)'" }, limit: 3)) have its name -> give one of "
              + "them")
          continue
        }
        guard let (frames, notices) = try catalog.open(video) else {
          unknown.append(video)
          continue
        }
        warnings += notices
        let own = keyFrames.filter { $0.video == video }
        read(own, frames, times: times[video] ?? own.map(\.time.seconds), startingSecond)
      } catch {
        warnings.append("no pictures of video '\(video)': \(error)")
      }
    }
    if !unknown.isEmpty {
      let advice = unknown.first.flatMap { nearest(to: $0, among: catalog.names) }.map { "; there is '\($0)'" } ?? ""
      warnings.append(
        "no frames were given for \(counted(unknown.count, "video")) of the key frames shown: \(listed(unknown))"
          + advice)
    }
  }

  func image(_ keyFrame: KeyFrame) -> EmbeddedImage? { images[keyFrame] }

  private mutating func read(
    _ keyFrames: [KeyFrame], _ frames: any FrameSource, times: [Double], _ startingSecond: Double?
  ) {
    let start = startingSecond ?? frames.startingSecond(for: times, orFrom: Double(dataset.clock.firstSecond))
    let video = keyFrames.first?.video ?? ""
    if startingSecond == nil, start != 0 {
      remarks.append(
        "\(video): the first frame is taken for second \(fixed(start, 0)) (--starting-second says otherwise)")
    }
    var beyond: [String] = []
    for keyFrame in keyFrames {
      guard let number = frames.frameNumber(at: keyFrame.time.seconds - start) else {
        beyond.append("\(keyFrame.time)")
        continue
      }
      do {
        images[keyFrame] = try EmbeddedImage(try frames.frame(at: number))
      } catch {
        warnings.append("no picture of key frame \(video),\(keyFrame.time): \(error)")
      }
    }
    if !beyond.isEmpty {
      warnings.append(
        "\(counted(beyond.count, "key frame")) outside the frames of video '\(video)': \(listed(beyond)) "
          + "-> set --starting-second (\(dataset.beginning)) or --fps")
    }
  }
}

/// An image as a page holds it.
struct EmbeddedImage: Sendable {
  let size: ImageSize
  /// A JPEG.
  let content: [UInt8]
  /// The address that is the image itself.
  var address: String { "data:image/jpeg;base64,\(base64(content))" }

  /// The longest side that a page shows.
  static let longestSide = 640
  /// A JPEG of more bytes than this is coded anew, coarser.
  static let byteLimit = 120_000

  init(_ image: Image, longestSide: Int = Self.longestSide) throws {
    let size = image.size
    let scale = min(1, Double(longestSide) / Double(max(size.width, size.height, 1)))
    func shrunk(_ side: Int) -> Int { min(side, max(1, Int((Double(side) * scale).rounded()))) }
    let small = shrinkByArea(image, to: ImageSize(width: shrunk(size.width), height: shrunk(size.height)))
    var jpeg: [UInt8] = []
    for quality in [82, 65, 45, 25] {
      jpeg = try encodeJPEG(small, quality: quality)
      if jpeg.count <= Self.byteLimit { break }
    }
    self.size = small.size
    content = jpeg
  }
}
