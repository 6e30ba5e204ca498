internal import AVARecords
internal import Inference
internal import Tracks

extension ProposalList.FrameBoxes {
  /// Whom a task scores.
  var people: [ClipTask.Person] { zip(boxes, scores).map { ClipTask.Person(box: $0, proposalScore: $1) } }

  /// Its boxes for whoever follows people.
  ///
  /// - Parameter start: The second of the video's first frame.
  func seen(from start: Double) -> SeenFrame {
    SeenFrame(
      time: time.seconds - start, boxes: boxes.indices.map { SeenBox(boxes[$0], id: ids.isEmpty ? nil : ids[$0]) })
  }
}
