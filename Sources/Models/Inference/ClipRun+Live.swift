public import Clips
internal import Geometry
public import Imaging
internal import Kernels
public import Tensors
internal import VideoModels

/// Tasks that are not known before their frames are there.
extension ClipRun {
  /// A task whose clips are cut.
  public struct ReadyTask {
    public let task: ClipTask
    fileprivate let clips: [(view: View, frames: FeatureMap?, size: ImageSize)]
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
  ///   - peopleFollow: Whether who is there is only said when the task is scored.
  /// - Throws: The source's errors, `ClipError`.
  public func ready(_ task: ClipTask, _ reader: ViewReader, peopleFollow: Bool = false) throws -> ReadyTask {
    ReadyTask(
      task: task,
      clips: try task.views.map { view in
        let size = reader.frameSize(view)!
        let isEmpty = !peopleFollow && boxes(of: task, view, size).allSatisfy { $0 == nil }
        let frames = try isEmpty ? nil : reader.clip(view, around: task.center, at: task.moment.seconds)
        return (view, frames, size)
      })
  }

  /// Scores a task.
  ///
  /// - Parameter people: Who is there, where that was not known before.
  /// - Returns: [people, classes] of each view; NaN for people who do not count in it.
  /// - Throws: The errors of the model, `ClipRunError`.
  public func scores(of ready: ReadyTask, people: [ClipTask.Person]? = nil) throws -> [Tensor] {
    let own = ready.task
    let task = people.map {
      ClipTask(own.keyFrame, center: own.center, moment: own.moment, people: $0, views: own.views)
    }
    return try ready.clips.map { view, frames, size in
      let boxes = boxes(of: task ?? own, view, size)
      let isEmpty = boxes.allSatisfy { $0 == nil }
      let clip = Clip(frames: isEmpty ? nil : frames, boxes: boxes)
      return try costs.compute { try peopleScores(of: clip, task ?? own, networks[view.model].model) }
    }
  }

  /// The people's boxes in a view of frames of a size.
  private func boxes(of task: ClipTask, _ view: View, _ size: ImageSize) -> [PixelBox?] {
    networks[view.model].want.boxes((task.people ?? []).map(\.box), view, in: size)
  }
}
