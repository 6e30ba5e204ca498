internal import AVARecords
internal import Files
internal import ImageFiles
public import Imaging
internal import Inference
public import Overlay
internal import Video

/// The pages of a contact sheet while they are made: each is written as it is full.
public struct SheetWriter {
  private var sheet: ContactSheet
  private let files: [String]
  /// How many pages are written.
  public private(set) var pages = 0

  /// - Parameters:
  ///   - path: Of the first page, PNG or JPEG by its ending (`isSheetFile`).
  ///   - count: Of the key frames there are.
  public init(_ path: String, keyFrames count: Int, _ layout: ContactSheet.Layout, style: OverlayStyle) {
    sheet = ContactSheet(layout, style: style)
    files = layout.files(path, keyFrames: count)
  }

  /// Puts a key frame behind the others.
  ///
  /// - Throws: `OverlayError`, `FileError`, `ImagingError`.
  public mutating func add(_ image: Image, _ scene: OverlayScene) throws {
    if let page = try sheet.add(image, scene) { try write(page) }
  }

  /// Writes what is left.
  public mutating func finish() throws {
    if let page = try sheet.last() { try write(page) }
  }

  private mutating func write(_ page: Image) throws {
    let path = files[pages]
    if path.lowercased().hasSuffix(".png") { try writePNG(page, to: path) } else { try writeJPEG(page, to: path) }
    pages += 1
  }
}

/// Whether a contact sheet can be a file of this name.
public func isSheetFile(_ path: String) -> Bool {
  [".png", ".jpg", ".jpeg"].contains { path.lowercased().hasSuffix($0) }
}

extension OverlayRun {
  /// Draws those key frames of a video that a contact sheet shows.
  ///
  /// - Parameters:
  ///   - chosen: Numbers of key frames, counted over all videos.
  ///   - first: That of the video's first.
  ///   - progress: Called after each; what it throws ends the drawing.
  /// - Returns: The number of the next video's first key frame.
  /// - Throws: the errors of reading, drawing and writing.
  public mutating func draw(
    _ video: String, _ source: any FrameSource, on sheet: inout SheetWriter, chosen: Set<Int>, from first: Int,
    progress: () throws -> Void
  ) throws -> Int {
    let keyFrames = places[video]?.keyFrames ?? []
    for (number, keyFrame) in keyFrames.enumerated() where chosen.contains(first + number) {
      do {
        try sheet.add(
          source.frame(at: keyFrame.frame), overlayScene(keyFrame, video, time: "\(keyFrame.time) s"))
      } catch let damage as FrameDamage where !stopsAtDamage {
        note(damage, "\(video), second \(keyFrame.time)")
      }
      try progress()
    }
    return first + keyFrames.count
  }
}

extension VideoDetections {
  /// Writes the key frames with their people on a contact sheet.
  ///
  /// - Parameters:
  ///   - path: Of the first page.
  ///   - progress: Called after each key frame; what it throws ends the drawing.
  /// - Returns: How many pages there are.
  /// - Throws: `VideoError`, `OverlayError`, `FileError`, `ImagingError`.
  public func writeContactSheet(
    to path: String, _ layout: ContactSheet.Layout, style: OverlayStyle, progress: () throws -> Void
  ) throws -> Int {
    let chosen = Set(layout.chosen(of: detections.keyFrameCount))
    var sheet = SheetWriter(path, keyFrames: detections.keyFrameCount, layout, style: style)
    var open: (name: String, frames: any FrameSource)?
    var number = 0
    try forEach { keyFrame in
      defer { number += 1 }
      let video = keyFrame.task.keyFrame.video
      guard chosen.contains(number), let input = videos[video] else { return }
      let frames = try open?.name == video ? open!.frames : input.open(video, colours: VideoDetection.colours)
      open = (video, frames)
      try sheet.add(frames.frame(at: keyFrame.task.moment.frame), scene(of: keyFrame))
      try progress()
    }
    try sheet.finish()
    return sheet.pages
  }
}
