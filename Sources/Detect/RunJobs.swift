internal import AVARecords
internal import Clips
internal import Datasets
internal import Files
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
        guard let index = video.index else {
          let cause = faults[video.name] ?? "it cannot be read"
          throw FrameDamage(frame: 0, cause: cause, description: "reading a video: \(cause)")
        }
        do {
          return try VideoFrames(index, framesPerSecond: dataset.clock.framesPerSecond)
        } catch {
          // It was sound when it was surveyed: what has become of it since costs its own key frames.
          guard let cause = damageCause(error) else { throw error }
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

/// What is wrong with a video as a whole, without the advice; nil for errors that are not its own.
func damageCause(_ error: any Error) -> String? {
  switch error {
  case let error as VideoError: return "'\(error.path)': \(error.found)"
  case is FileError: return withoutAdvice(error)
  default: return nil
  }
}

/// What an error says, without what to do.
func withoutAdvice(_ error: any Error) -> String {
  let text = "\(error)"
  return text.firstRange(of: " -> ").map { String(text[..<$0.lowerBound]) } ?? text
}

/// The rows of a video: name, time, four numbers of the box, class, score.
private func rowBytes(of video: PlannedVideo, classes: Int, digits: Int) -> Int {
  let boxes = video.tasks.reduce(0) { $0 + ($1.people?.count ?? 0) }
  return boxes * classes * (video.name.utf8.count + 5 + 5 * (digits + 3) + 4)
}
