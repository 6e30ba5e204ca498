internal import Wording

/// Finds videos whose rows mean something else than those of the others, as where files of several makers were joined.
///
/// A single video has fewer people to tell from than a whole file: it takes more of them, and a larger gain.
func videoConventionFindings(_ sample: ConventionSample) -> [Finding] {
  let videos = sample.videos
  if videos.count < 2 { return [] }
  var (forms, shifts): ([String], [String]) = ([], [])
  for video in videos {
    let own = sample.only(video: video)
    if own.count < leastPeople { continue }
    let base = own.overlap(.ava)
    let (best, overlap) = bestPlacement(own, base)
    if best == .ava || overlap < base + clearlyMoreInOneVideo { continue }
    let gain = "overlap \(fixed(overlap, 2)) instead of \(fixed(base, 2))"
    if best.form != .corners { forms.append("\(video): \(best.form.description) (\(gain))") }
    if best.shift != 0 { shifts.append("\(video): \(short(best.shift)) added (\(gain))") }
  }
  let hint = "only these videos differ: correct their rows where they come from, --fix would change all videos"
  func finding(_ kind: Finding.Kind, _ lines: [String], _ what: String) -> [Finding] {
    if lines.isEmpty { return [] }
    return [
      Finding(
        kind, isFault: true, count: lines.count, "in \(lines.count) of \(videos.count) videos \(what)",
        examples: Array(lines.prefix(Finding.exampleLimit)), hint: hint)
    ]
  }
  return finding(.boxForm, forms, "the boxes look as if in another form than x1, y1, x2, y2")
    + finding(.shiftedSeconds, shifts, "the seconds look shifted")
}

/// People of a video below which chance might move them over the truth.
private let leastPeople = 16
/// A mean of IoU.
private let clearlyMoreInOneVideo = 0.2
