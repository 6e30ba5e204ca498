internal import AVARecords
internal import Inference

extension ProposalList.FrameBoxes {
  /// Whom a task scores.
  var people: [ClipTask.Person] { zip(boxes, scores).map { ClipTask.Person(box: $0, proposalScore: $1) } }
}
