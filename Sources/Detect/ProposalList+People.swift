internal import AVARecords
internal import Inference
internal import Tracks

extension ProposalList.FrameBoxes {
  /// Whom a task scores.
  var people: [ClipTask.Person] { zip(boxes, scores).map { ClipTask.Person(box: $0, proposalScore: $1) } }

  /// Its boxes for whoever follows people.
  var seen: SeenFrame {
    SeenFrame(
      time: time.seconds,
      boxes: boxes.indices.map { SeenBox(boxes[$0], score: scores[$0], id: ids.isEmpty ? nil : ids[$0]) })
  }
}
