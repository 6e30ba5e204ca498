internal import AVARecords
internal import Clips
internal import Datasets
internal import Imaging
internal import Inference
internal import Video
internal import Wording

/// Finds the frames of a video that its proposals speak of.
struct TaskPlanner {
  let frames: VideoFrames
  let name: String
  let clock: ActionDataset.Clock
  let startingSecond: Double
  let every: Double?
  let hasAllPeople: Bool
  /// Rows have seconds of six decimals.
  private static let sameMoment = 1e-5
  private(set) var notices: [String] = []

  /// - Parameter hasAllPeople: Whether the proposals were looked for at every moment: where there are none, nobody is.
  init(
    frames: VideoFrames, name: String, clock: ActionDataset.Clock, startingSecond: Double, every: Double?,
    hasAllPeople: Bool = false
  ) {
    self.frames = frames
    self.name = name
    self.clock = clock
    self.startingSecond = startingSecond
    self.every = every
    self.hasAllPeople = hasAllPeople
  }

  /// When key frames would probably be of a video that cannot be read: at the proposals' times, or at the steps that have
  /// one within half a step.
  static func likelyTimes(
    of keyFrames: [ProposalList.FrameBoxes], _ timing: VideoDetection.Timing
  ) -> [Timestamp] {
    guard let every = timing.every else { return keyFrames.map(\.time) }
    let start = timing.startingSecond ?? 0
    let steps = Set(keyFrames.map { (($0.time.seconds - start) / every).rounded() })
    return steps.sorted().compactMap { Timestamp(seconds: start + $0 * every) }
  }

  /// Whether the video has a frame of this time, or had one before it was cut short.
  func isInside(_ time: Timestamp) -> Bool { has(clock.frame(after: time.seconds - startingSecond)) }

  private func has(_ center: Int) -> Bool { center >= 0 && (center < frames.frameCount || isOpenEnded) }

  private var isOpenEnded: Bool { frames.isOpenEnded }

  mutating func tasks(of keyFrames: [ProposalList.FrameBoxes], views: [View]) -> [ClipTask] {
    var outside: [Timestamp] = []
    var tasks: [ClipTask] = []
    for (frame, time) in chosen(keyFrames) {
      let center = clock.frame(after: time)
      if !(0..<frames.frameCount).contains(center) { outside.append(frame.time) }
      guard has(center) else { continue }
      tasks.append(
        ClipTask(
          KeyFrame(video: name, time: frame.time), center: center,
          moment: ClipTask.Moment(seconds: time, frame: frames.source.nearest(to: time)), people: frame.people,
          views: views))
    }
    if !outside.isEmpty {
      notices.append(
        "\(frames.name): \(counted(outside.count, "key frame")) outside the video, which lasts "
          + "\(fixed(frames.duration, 2)) s from second \(startingSecond): "
          + "\(listed(outside.map(\.description))) -> \(advice(outside, of: keyFrames.count))")
    }
    return tasks
  }

  /// What times may be otherwise. A stream does not say how long it is to be: one that was cut short between two frames
  /// ends, no more.
  private func otherAdvice(_ outside: [Timestamp]) -> String {
    let end = startingSecond + frames.duration
    if !outside.allSatisfy({ $0.seconds >= end }) { return "check --starting-second" }
    return "the video ends at second \(fixed(end, 2)); if it should go on, the file was cut short: copy or record it "
      + "again; if not, check --starting-second"
  }

  /// What times outside the video may be: numbers of its frames, or seconds counted as in AVA's clips.
  private func advice(_ outside: [Timestamp], of total: Int) -> String {
    let (count, duration) = (frames.source.frameCount, frames.duration)
    let other = otherAdvice(outside)
    let first = clock.firstSecond
    if outside.allSatisfy({ (0..<duration).contains($0.seconds - Double(first)) }) {
      return "give --starting-second \(first)"
    }
    // Numbers of frames lie far outside, most of them; seconds after the end of a video lie near it, a few.
    let far = outside.count { $0.seconds - startingSecond > 3 * duration }
    if far * 2 > total, outside.allSatisfy({ $0.wholeSecond.map { $0 < count } ?? false }), duration > 0 {
      return
        "are these frame numbers? The video has \(count) frames: divide by \(fixed(Double(count) / duration, 2)) "
        + "for seconds; otherwise \(other)"
    }
    return other
  }

  /// The key frames with their times in the file: the proposals' own, or at regular times each with the proposals
  /// nearest to it, at most half a step away.
  private mutating func chosen(_ keyFrames: [ProposalList.FrameBoxes]) -> [(ProposalList.FrameBoxes, Double)] {
    let own = keyFrames.map { ($0, $0.time.seconds - startingSecond) }
    guard let every else { return own }
    var chosen: [(ProposalList.FrameBoxes, Double)] = []
    var alone = 0
    var nearest = 0
    // Who was looked for at the moment itself, and not found, is not there.
    let reach = hasAllPeople ? Self.sameMoment : every / 2
    let times = frames.times(every: every, openUntil: (own.last?.1 ?? 0) + every / 2)
    for time in times {
      // Both ascend: the nearest proposal never lies before that of the step before.
      while nearest + 1 < own.count, abs(own[nearest + 1].1 - time) < abs(own[nearest].1 - time) { nearest += 1 }
      guard nearest < own.count, abs(own[nearest].1 - time) <= reach,
        let stamp = Timestamp(seconds: time + startingSecond)
      else {
        alone += 1
        continue
      }
      chosen.append((own[nearest].0.moved(to: stamp), time))
    }
    if alone > 0, !hasAllPeople {
      notices.append(
        "\(frames.name): \(counted(alone, "moment")) of \(times.count) without a proposal within \(fixed(every / 2, 3)) s "
          + "are passed over -> give a larger --every, or more proposals")
    }
    return chosen
  }
}
