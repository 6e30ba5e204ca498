internal import Wording

/// Finds videos whose rows mean something else than those of the others, as where files of several makers were joined.
///
/// There are as many guesses as videos, so that it takes more evidence than for a whole file, and a larger gain.
func videoConventionFindings(_ sample: ConventionSample) -> [Finding] {
  let videos = sample.videos
  if videos.count < 2 { return [] }
  var (forms, shifts): ([String], [String]) = ([], [])
  var evidence = Evidence.none
  for video in videos {
    let own = sample.only(video: video)
    let base = own.fit(.ava)
    guard let best = Placement(own, base, tries: videos.count), best.evidence.isConclusive,
      best.gain >= clearlyMoreInOneVideo
    else { continue }
    evidence = evidence.or(best.evidence)
    let gain = "overlap \(fixed(best.fit.mean, 2)) instead of \(fixed(base.mean, 2))"
    if best.convention.form != .corners { forms.append("\(video): \(best.convention.form.description) (\(gain))") }
    if best.convention.shift != 0 { shifts.append("\(video): \(short(best.convention.shift)) added (\(gain))") }
  }
  let hint =
    "only these videos differ: correct their rows where they come from"
    + (sample.subject == .detections ? ", --fix would change all videos" : "")
  func finding(_ kind: Finding.Kind, _ lines: [String], _ what: String) -> [Finding] {
    if lines.isEmpty { return [] }
    return [
      Finding(
        kind, evidence, count: lines.count, "in \(lines.count) of \(videos.count) videos \(what)",
        examples: Array(lines.prefix(Finding.exampleLimit)), hint: hint)
    ]
  }
  return finding(.boxForm, forms, "\(sample.subject.whose) boxes look as if in another form than x1, y1, x2, y2")
    + finding(.shiftedSeconds, shifts, "\(sample.subject.whose) seconds look shifted")
}

/// A mean of IoU.
private let clearlyMoreInOneVideo = 0.2
