public import Imaging

/// Where the clips of a video's parts lie and which frames they take, as PySlowFast's Kinetics test does it.
///
/// A clip spans `rate` x `frames` frames of a video of `targetRate` frames a second, and as long in time of any other. Its
/// frames are spread evenly from the first to the last of the span, places between two frames cut down: 8 frames at
/// rate 8 are 0, 9, 18, 27, 36, 45, 54, 63.
public struct UniformClips: ClipSampling {
  /// Which of the reference's decoders is followed (`DATA.DECODING_BACKEND`): they lay clips in videos whose header
  /// states a length by different numbers. In all others both lay them over the frames that there are.
  public enum Decoder: String, CaseIterable, Sendable {
    case torchvision
    case pyav
  }

  /// `DATA.NUM_FRAMES`.
  public let frames: Int
  /// `DATA.SAMPLING_RATE`.
  public let rate: Int
  /// `DATA.TARGET_FPS`; in training it may be a random one (`DATA.TRAIN_JITTER_FPS`).
  public let targetRate: Double
  /// `DATA.USE_OFFSET_SAMPLING`: whether the last clip ends where the video does, and a single one lies in its middle;
  /// else clip i of n begins at i / n of what a clip leaves over.
  public let reachesEnd: Bool
  public let decoder: Decoder

  public init(frames: Int, rate: Int, targetRate: Double, reachesEnd: Bool, decoder: Decoder) {
    self.frames = frames
    self.rate = rate
    self.targetRate = targetRate
    self.reachesEnd = reachesEnd
    self.decoder = decoder
  }

  /// The frame numbers of clip `part` of `parts`, each in 0..<count of the source.
  public func indices(part: Int, of parts: Int, in source: any FrameSource) -> [Int] {
    indices(in: source) { start(of: part, parts, length: $0, $1) }
  }

  /// The frame numbers of the clip at a random place, as in training.
  ///
  /// - Parameter place: Where it begins: 0 for the video's beginning, 1 for the last place at which the video has all of it.
  public func indices(at place: Double, in source: any FrameSource) -> [Int] {
    indices(in: source) { max($0 - $1, 0) * place }
  }

  /// - Parameter start: Where the clip begins, in frames, of the video's length and the clip's.
  private func indices(in source: any FrameSource, _ start: (Double, Double) -> Double) -> [Int] {
    let clock = source.statedClock
    let fps = clock?.framesPerSecond ?? source.framesPerSecond
    // In the reference's order of operations, as start and end are cut down afterwards.
    let span = max(1, Double(rate * frames) / targetRate * fps)
    if let clock, let range = kept(clock, span, start, source), !range.isEmpty {
      return spread(from: 0, to: span - 1, count: range.count).map { range.lowerBound + $0 }
    }
    let start = start(Double(source.frameCount), span)
    return spread(from: start, to: start + span - 1, count: source.frameCount)
  }

  /// The frames that the reference decodes for one clip by the header; nil where it decodes all.
  private func kept(
    _ clock: StatedClock, _ span: Double, _ start: (Double, Double) -> Double, _ source: any FrameSource
  ) -> Range<Int>? {
    guard let ticks = clock.ticks, let seconds = clock.seconds else { return nil }
    /// The number of the first frame that appears at a tick or later.
    func first(_ tick: Double) -> Int {
      var (low, high) = (0, source.frameCount)
      while low < high {
        let middle = (low + high) / 2
        let own = (Double(clock.firstTick) + (source.time(of: middle) / clock.tickSeconds).rounded())
        if own >= tick { high = middle } else { low = middle + 1 }
      }
      return low
    }
    switch decoder {
    case .torchvision:
      let length = clock.framesPerSecond * seconds
      if length <= Double(rate * frames) { return nil }
      let start = start(length, span)
      // The numerator of the time base is taken for 1, as there.
      let perFrame = Double(clock.tick.denominator) / clock.framesPerSecond
      let begin = first((start * perFrame).rounded(.down))
      return begin..<max(begin, first(((start + span - 1) * perFrame).rounded(.down) + 1))
    case .pyav:
      guard let count = clock.frameCount else { return nil }
      let own = max(
        1, (Double(rate * (frames - 1)) / targetRate * clock.framesPerSecond).rounded(.up))
      let start = start(Double(count), own)
      let perFrame = Double(ticks) / Double(count)
      let begin = first((start * perFrame).rounded(.down))
      let end = first(((start + own - 1) * perFrame).rounded(.down) + 1)
      // One frame more than the range has, where there is one.
      return begin..<max(begin, min(source.frameCount, end + 1))
    }
  }

  /// Where clip `part` of `parts` begins, in frames.
  private func start(of part: Int, _ parts: Int, length: Double, _ span: Double) -> Double {
    let left = max(length - span, 0)
    if !reachesEnd { return left * Double(part) / Double(parts) }
    if parts == 1 { return (left / 2).rounded(.down) }
    return Double(part) * (left / Double(parts - 1)).rounded(.down)
  }

  /// `frames` places from one to another as torch.linspace rounds them, moved into 0..<count and cut down.
  func spread(from start: Double, to end: Double, count: Int) -> [Int] {
    let (first, last) = (Float(start), Float(end))
    if frames == 1 { return [Int(min(max(first, 0), Float(count - 1)))] }
    let step = (last - first) / Float(frames - 1)
    return (0..<frames).map { index in
      let place =
        index < frames / 2
        ? first.addingProduct(step, Float(index)) : last.addingProduct(-step, Float(frames - 1 - index))
      return Int(min(max(place, 0), Float(count - 1)))
    }
  }
}
