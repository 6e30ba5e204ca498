internal import Clips
public import Imaging

extension ClipRun {
  /// Which frames of a source the clips of tasks are made of: all that their scores can depend on.
  ///
  /// - Parameter source: Nothing is read of it.
  /// - Returns: Their numbers, as the source counts.
  public func frames(of tasks: [ClipTask], in source: any FrameSource) -> Set<Int> {
    var found: Set<Int> = []
    for task in tasks {
      for (number, view) in task.views.enumerated() {
        // Scales and flips of one clip take the same frames.
        let isKnown = task.views[..<number].contains { $0.model == view.model && $0.position == view.position }
        if isKnown { continue }
        let window = networks[view.model].want.window
        found.formUnion(window.indices(of: view, around: task.center, at: task.moment.seconds, in: source))
      }
    }
    return found
  }
}
