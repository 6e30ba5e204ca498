internal import AVARecords
internal import Clips
internal import Datasets
internal import Files
internal import ImageFiles
internal import Imaging
public import Inference
internal import Runs
internal import Video

extension AVATest {
  /// What is scored of each video, with what opens it; nothing is opened or looked for.
  public var unopenedJobs: [VideoJob] {
    zip(videos, plan).map { video, own in
      VideoJob(name: video.name, tasks: own.tasks) { try frames(of: video) }
    }
  }

  /// Makes sure that no file of a listed frame is missing where key frames are scored.
  ///
  /// - Throws: `FrameListError` and the like for the first video of which one is.
  public func verifyFrames() throws {
    for (video, own) in zip(videos, plan) where !own.tasks.isEmpty {
      let frames = try frames(of: video)
      try frames.verify(surveys.of(frames))
    }
  }

  /// About how many bytes the results take.
  public var expectedResultBytes: Int {
    let rows = plan.reduce(0) { $0 + rowBytes(of: $1, classes: labelMap.labels.count, digits: 3) }
    return rows + (groundTruth.map { $0.boxes.count * 50 } ?? 0)
  }
}

extension VideoDetection {
  /// What is scored of each video, with what opens it; nothing is opened.
  public var unopenedJobs: [VideoJob] {
    zip(videos, plan).map { video, own in
      VideoJob(name: video.name, tasks: own.tasks) {
        guard let input = video.input else {
          let cause = faults[video.name] ?? "it cannot be read"
          throw FrameDamage(frame: 0, cause: cause, description: "reading a video: \(cause)")
        }
        do {
          let frames = try input.open(video.name, colours: Self.colours)
          return try VideoFrames(frames, framesPerSecond: dataset.clock.framesPerSecond)
        } catch {
          // It was sound when it was surveyed: what has become of it since costs its own key frames.
          guard let cause = FrameInput.fault(error) else { throw error }
          throw FrameDamage(frame: 0, cause: cause, description: "\(error)")
        }
      }
    }
  }

  /// About how many bytes the rows and the JSON take, without pictures.
  public var expectedResultBytes: Int {
    let names = labelMap.labels.reduce(0) { $0 + $1.name.utf8.count + 40 }
    return plan.reduce(0) { sum, video in
      let boxes = video.tasks.reduce(0) { $0 + ($1.people?.count ?? 0) }
      return sum + rowBytes(of: video, classes: labelMap.labels.count, digits: 6) + boxes * (names + 120)
    }
  }
}

/// The rows of a video: name, time, four numbers of the box, class, score.
private func rowBytes(of video: PlannedVideo, classes: Int, digits: Int) -> Int {
  let boxes = video.tasks.reduce(0) { $0 + ($1.people?.count ?? 0) }
  return boxes * classes * (video.name.utf8.count + 5 + 5 * (digits + 3) + 4)
}
