public import Geometry
public import Imaging
internal import CLibAV
internal import Wording

/// A video whose every frame can be asked for by number or time.
///
/// Frames are those that a player would show, numbered from 0 in order of presentation; times are seconds after the
/// first one. A frame's pixels depend on the file alone, not on what was read before. Calls may come from any one
/// thread at a time; ascending numbers are fastest.
public final class VideoReader: FrameSource {
  /// What the survey of the file found.
  public let video: VideoIndex
  private let index: TimestampIndex
  private var openDecoder: Decoder?
  private let converter: FrameConverter
  /// Grows while frames are read.
  private var damaged: DamagedFrames
  /// The frame that a walk waited for in vain.
  private var lost = 0
  /// The number of the frame decoded last: -1 at the beginning, nil where only a seek helps.
  private var position: Int? = -1
  private var last: (number: Int, image: Image)?

  /// Opens a local video file of any container and codec that libav reads, and finds the times of its frames.
  ///
  /// - Throws: `FileError` or ``VideoError`` when the file is missing, empty, no video, or cut short.
  public convenience init(path: String, colours: ColourConversion = .accurate) throws {
    try self.init(VideoIndex(path: path), colours: colours)
  }

  /// Takes a video that was surveyed before. Its file is opened when the first frame is asked for: whoever only plans
  /// needs no decoder.
  ///
  /// - Throws: ``VideoError`` when the file has changed since, `FileError` when it is gone.
  public init(_ video: VideoIndex, colours: ColourConversion = .accurate) throws {
    converter = FrameConverter(colours)
    try video.checkUnchanged()
    self.video = video
    index = video.timestamps
    damaged = index.damaged
  }

  /// The decoder, opened when it is asked for first.
  private var decoder: Decoder {
    get throws {
      if let openDecoder { return openDecoder }
      try video.checkUnchanged()
      let decoder = try Decoder(path: video.path)
      // Where frames are counted by decoding, the stream may begin with packets that show nothing.
      decoder.toleratesDamage = index.method == .decoding && !decoder.isMadeOfJPEGs
      if index.method == .packets { decoder.leans = { [index] time, damaged in index.leans(time, on: damaged) } }
      openDecoder = decoder
      return decoder
    }
  }

  public var path: String { video.path }
  /// What the file says about itself, and what was counted.
  public var info: VideoInfo { video.info }
  /// What a user should know: how frames were counted, what was not applied.
  public var notices: [String] { video.notices }
  /// The frames that are known to be damaged: by the packets, and by what was decoded so far.
  public var damagedFrames: DamageList { damaged.list }
  public var name: String { video.name }
  public var size: ImageSize { video.size }
  public var frameCount: Int { video.frameCount }
  public var framesPerSecond: Double { video.framesPerSecond }
  public var duration: Double { video.duration }
  public func time(of index: Int) -> Double { video.time(of: index) }
  public func nearest(to seconds: Double) -> Int { video.nearest(to: seconds) }
  public var statedClock: StatedClock? { info.statedClock }
  public var isOpenEnded: Bool { video.isOpenEnded }

  /// Decodes one frame: BGR, upright.
  ///
  /// A frame is damaged if its own data is, or that of one which it may lean on: the frames that are decoded from there up
  /// to the next key frame. Which frames are does not depend on what was read before.
  ///
  /// - Throws: `FrameDamage` with the frame's number and time when its data is damaged, it never comes, or has another
  ///   size; ``VideoError`` where no frame can be had.
  public func frame(at number: Int) throws -> Image {
    if let last, last.number == number { return last.image }
    let frame = try decodedFrame(at: number)
    guard let image = converter.image(of: frame.pointee, info.orientation) else {
      throw VideoError(doing: reading(number), path: path, reason: "its pixel format cannot be converted to BGR")
    }
    last = (number, image)
    return image
  }

  /// Decodes one frame, as `frame(at:)` does, without a change of its pixels; it is valid until the next call.
  func decodedFrame(at number: Int) throws -> UnsafeMutablePointer<AVFrame> {
    guard index.times.indices.contains(number) else {
      throw VideoError(
        doing: "reading frame \(number)", path: path,
        reason: "the video has \(counted(frameCount, "frame")), counted from 0")
    }
    if let run = damaged.run(of: number) { throw damage(number, run) }
    do {
      try bring(number)
    } catch let error as VideoError {
      position = nil
      throw VideoError(doing: reading(number), path: path, reason: error.reason)
    }
    let frame = try decoder.frame
    let stored = ImageSize(width: Int(frame.pointee.width), height: Int(frame.pointee.height))
    let upright = info.orientation.size(of: stored)
    guard upright == size else {
      let found = "the picture is \(upright.width) x \(upright.height), the video \(info.width) x \(info.height)"
      throw damage(number, found, advice: " -> all frames of a video must have one size: convert it")
    }
    return frame
  }

  private func damage(_ number: Int, _ cause: String, advice: String = advice) -> FrameDamage {
    FrameDamage(
      frame: number, cause: "'\(path)': \(cause)",
      description: "\(reading(number, of: cause)): '\(path)': \(cause)\(advice)")
  }

  private func damage(_ number: Int, _ run: DamagedFrames.Run) -> FrameDamage { damage(number, run.cause) }

  /// - Parameter cause: What follows; where it tells a time of the file's clock, a second time would only confuse.
  private func reading(_ number: Int, of cause: String = "") -> String {
    "reading frame \(number)" + (isTimed(cause) ? "" : " (\(fixed(time(of: number), 3)) s)")
  }

  /// Makes `number` the frame decoded last.
  private func bring(_ number: Int) throws {
    if index.method == .decoding { return try countTo(number) }
    var cause: String?
    /// Tries a way to the frame; false when it leads elsewhere or through damage.
    func leads(_ way: () throws -> Bool) throws -> Bool {
      do {
        return try way()
      } catch let failure as DecodingFailure {
        note(failure, before: number)
        position = nil
        if let run = damaged.run(of: number) { throw damage(number, run) }
        cause = failure.reason
        return false
      }
    }
    if let position, position < number, !isSeekWorthwhile(from: position, to: number) {
      if try leads({ try walk(to: number) }) { return }
    }
    // A key packet may turn out to be a weak starting point: then an earlier one, and last the beginning.
    if let key = index.key(before: index.times[number]) {
      for candidate in stride(from: key, through: max(0, key - 3), by: -1) {
        if try leads({ try jump(to: index.keys[candidate].seek, for: number) }) { return }
      }
    }
    if cause == nil {
      try restart()
      position = -1
      if try leads({ try walk(to: number) }) { return }
    }
    let isAfterLost = cause == nil && lost <= number && number < index.recovery(after: lost)
    let run = DamagedFrames.Run(
      frames: (isAfterLost ? lost : number)..<index.recovery(after: number),
      cause: cause ?? "the file announces frame \(min(lost, number)), but its decoder never shows it")
    damaged.add(run.frames, cause: run.cause)
    throw damage(number, run)
  }

  /// Notes which frames a failure on the way to `number` takes away.
  private func note(_ failure: DecodingFailure, before number: Int) {
    if let frames = failure.time.flatMap({ index.leaning(on: $0) }) {
      for range in frames { damaged.add(range, cause: failure.reason) }
      return
    }
    let first = (position ?? number - 1) + 1
    damaged.add(first..<max(first + 1, index.recovery(after: first)), cause: failure.reason)
  }

  private func restart() throws {
    try video.checkUnchanged()
    try decoder.restart()
  }

  /// Decodes on, or from the beginning, counting frames.
  private func countTo(_ number: Int) throws {
    let decoder = try decoder
    var reached = position ?? Int.max
    if reached >= number {
      try restart()
      decoder.toleratesDamage = !decoder.isMadeOfJPEGs
      reached = -1
    }
    while reached < number {
      do {
        guard try decoder.advance() else {
          throw damage(number, "the decoder showed this frame when frames were counted, and now never does")
        }
      } catch let failure as DecodingFailure {
        // Counted as it was when the index was made; the index knows which frames are damaged.
        if !failure.hasFrame { continue }
      }
      decoder.toleratesDamage = false
      repeat { reached += 1 } while index.lost.contains(reached)
      position = reached
    }
  }

  /// Decodes on up to `number`, past frames that are damaged; false when a frame does not come as its packet announced it.
  private func walk(to number: Int) throws -> Bool {
    let decoder = try decoder
    guard var reached = position else { return false }
    while reached < number {
      do {
        guard try decoder.advance(), let time = decoder.presentationTime else { return lose(reached + 1) }
        guard let shown = index.frame(at: time), shown > reached else {
          // What leans on damage may come late, or twice.
          if damaged.isAny(of: reached + 1..<number) { continue }
          return lose(reached + 1)
        }
        if let missing = (reached + 1..<shown).first(where: { damaged.run(of: $0) == nil }) { return lose(missing) }
        // Past damaged frames alone it may not go beyond the wanted one.
        if shown > number { return lose(number) }
        reached = shown
        position = reached
      } catch let failure as DecodingFailure {
        note(failure, before: number)
        // Frames that do not lean on it still come.
        if damaged.run(of: number) != nil || failure.time.flatMap(index.frame) == nil { throw failure }
      }
    }
    return true
  }

  /// Frame `number` never came.
  private func lose(_ number: Int) -> Bool {
    position = nil
    lost = number
    return false
  }

  /// Jumps to a key packet and decodes up to `number`; false when that does not lead there.
  private func jump(to timestamp: Int64, for number: Int) throws -> Bool {
    position = nil
    let decoder = try decoder
    guard decoder.seek(to: timestamp) else { return false }
    while try decoder.advance() {
      guard case .landed(let key) = decoder.landing, key <= index.times[number],
        let shown = decoder.presentationTime
      else { return false }
      // Frames shown before the key packet lean on what was skipped.
      if shown < key { continue }
      let first = index.firstFrame(notBefore: key)
      guard first <= number, shown == index.times[first], !decoder.isFrameDamaged else { return false }
      decoder.toleratesDamage = false
      position = first
      return try walk(to: number)
    }
    return false
  }

  /// Whether jumping skips damage, or more frames than the decoder's start costs.
  private func isSeekWorthwhile(from reached: Int, to number: Int) -> Bool {
    if damaged.isAny(of: reached + 1..<number) { return true }
    guard let key = index.key(before: index.times[number]) else { return false }
    return index.firstFrame(notBefore: index.keys[key].time) - reached > 16
  }
}
