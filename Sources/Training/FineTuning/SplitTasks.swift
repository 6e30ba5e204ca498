internal import AVARecords
internal import Clips
internal import Imaging
internal import Inference
internal import TrainingData

/// The key frames of a data set as what a run scores.
struct SplitTasks {
  /// As the samples of the data set.
  let tasks: [ClipTask]
  /// The same by video.
  let jobs: [VideoJob]

  /// Opens every video once, to find its key frames.
  ///
  /// - Throws: `VideoError`, `FileError`.
  init(_ data: AVATraining, views: [View]) throws {
    var (tasks, jobs): ([ClipTask], [VideoJob]) = ([], [])
    var first = 0
    while first < data.samples.count {
      let name = data.samples[first].video
      let end = data.samples[first...].firstIndex { $0.video != name } ?? data.samples.count
      let source = try data.open(name)
      let own = try data.samples[first..<end].map { sample in
        ClipTask(
          KeyFrame(video: name, time: sample.time), center: try data.center(of: sample, in: source),
          people: zip(sample.boxes, sample.scores).map { ClipTask.Person(box: $0, proposalScore: $1) }, views: views)
      }
      tasks += own
      jobs.append(VideoJob(name: name, tasks: own) { try data.open(name) })
      first = end
    }
    (self.tasks, self.jobs) = (tasks, jobs)
  }
}
