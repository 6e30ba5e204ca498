public import Clips
public import Imaging
public import Tensors

/// Tasks that are not known before their frames are there.
extension ClipRun {
  /// A task whose clips are cut.
  public struct ReadyTask {
    public let task: ClipTask
    fileprivate let clips: [(view: View, clip: Clip)]
  }

  /// What cuts the clips of all networks out of one source.
  public func reader(of source: any FrameSource) -> ViewReader {
    ViewReader(source, networks.map(\.want), costs: costs)
  }

  /// Cuts the clips of a task.
  ///
  /// - Parameters:
  ///   - task: Its people are not nil.
  ///   - reader: Of `reader(of:)`; it has read the task's views.
  /// - Throws: The source's errors, `ClipError`.
  public func ready(_ task: ClipTask, _ reader: ViewReader) throws -> ReadyTask {
    ReadyTask(
      task: task,
      clips: try task.views.map { view in
        let boxes = reader.boxes((task.people ?? []).map(\.box), view, in: reader.frameSize(view)!)
        let isEmpty = boxes.allSatisfy { $0 == nil }
        let frames = try isEmpty ? nil : reader.clip(view, around: task.center, at: task.moment.seconds)
        return (view, Clip(frames: frames, boxes: boxes))
      })
  }

  /// Scores a task.
  ///
  /// - Returns: [people, classes] of each view; NaN for people who do not count in it.
  /// - Throws: The errors of the model, `ClipRunError`.
  public func scores(of ready: ReadyTask) throws -> [Tensor] {
    try ready.clips.map { view, clip in
      try costs.compute { try peopleScores(of: clip, ready.task, networks[view.model].model) }
    }
  }
}
