internal import AVARecords
internal import Wording

/// Finds out from the ground truth whether the columns of a file mean something else than AVA's.
///
/// A meaning is told by what it explains: people lie over the ground truth's people, and the best scored action of a
/// person is one of the true ones. Another meaning than AVA's must explain clearly more.
func conventionFindings(_ sample: ConventionSample) -> [Finding] {
  if sample.isEmpty { return [] }
  let base = sample.overlap(.ava)
  let (best, overlap) = bestPlacement(sample, base)
  var findings: [Finding] = []
  let gain = "the boxes then overlap the ground truth by \(fixed(overlap, 2)) on average instead of \(fixed(base, 2))"
  if best.form != .corners {
    findings.append(
      Finding(
        .boxForm, isFault: true, count: 1, "the boxes look like \(best.form.description): \(gain)",
        hint: "AVA's are x1, y1, x2, y2: --fix with --boxes \(best.form.rawValue) turns them"))
  }
  if best.shift != 0 {
    let seconds = short(best.shift)
    findings.append(
      Finding(
        .shiftedSeconds, isFault: true, count: 1,
        "the seconds look shifted: with \(seconds) added \(gain)",
        hint: "--fix with --shift-seconds \(seconds) moves them"))
  }
  if best == .ava {
    let videos = videoConventionFindings(sample)
    // Whole videos explain mixed rows.
    if !videos.contains(where: { $0.kind == .boxForm }) { findings += mixedFormFindings(sample) }
    findings += videos + overlapFindings(sample)
  }
  return findings + numberingFindings(sample, best)
}

/// Means of IoU: two good detectors differ less, and a meaning that puts nobody in place explains nothing.
private let clearlyMoreOverlap = 0.1
private let leastOverlap = 0.5
private let almostEqual = 0.03
/// A share of people: two sensible classifiers differ less.
private let clearlyMoreAgreement = 0.25

/// How the boxes and seconds are best read, and how much people then overlap the ground truth.
func bestPlacement(_ sample: ConventionSample, _ base: Double) -> (Convention, Double) {
  let (forms, shifts) = (BoxForm.allCases.dropFirst(), sample.shifts)
  // One thing wrong is likelier than two.
  let single = forms.map { Convention(form: $0) } + shifts.map { Convention(shift: $0) }
  if let best = clearlyBetter(single, sample, base) { return best }
  let double = forms.flatMap { form in shifts.map { Convention(form: form, shift: $0) } }
  if base < leastOverlap, let best = clearlyBetter(double, sample, base) { return best }
  return (.ava, base)
}

/// The candidate that explains clearly more than the base, if any; of almost equal ones, as people who hardly move
/// give them, the one with most key frames in the ground truth.
private func clearlyBetter(
  _ candidates: [Convention], _ sample: ConventionSample, _ base: Double
) -> (Convention, Double)? {
  let overlaps = candidates.map { sample.overlap($0) }
  guard let most = overlaps.max(), most >= base + clearlyMoreOverlap, most >= leastOverlap else { return nil }
  let close = candidates.indices.filter { overlaps[$0] >= most - almostEqual }
  let known = close.map { sample.knownShare(candidates[$0]) }
  let best = close.indices.max { (known[$0], overlaps[close[$0]]) < (known[$1], overlaps[close[$1]]) }
  return best.map { (candidates[close[$0]], overlaps[close[$0]]) }
}

/// Says when boxes are somewhere else than people, whatever the reason.
private func overlapFindings(_ sample: ConventionSample) -> [Finding] {
  guard let overlap = sample.overlapWhereKnown, overlap < leastOverlap else { return [] }
  return [
    Finding(
      .poorOverlap, isFault: overlap < hardlyAnyOverlap, count: 1,
      "in common key frames the best placed boxes overlap the ground truth by \(fixed(overlap, 2)) on average",
      hint: "a person detector's reach 0.7 to 0.9: were boxes scaled by another size, or are frames others?")
  ]
}

/// A mean of IoU below which hardly anybody can be found: that takes 0.5.
private let hardlyAnyOverlap = 0.3

/// Says when a part of the rows is in another form, in whatever video.
private func mixedFormFindings(_ sample: ConventionSample) -> [Finding] {
  if sample.count < 16 { return [] }
  let shares = BoxForm.allCases.dropFirst().map { (form: $0, share: sample.share(mistakenFor: $0)) }
  guard let most = shares.max(by: { $0.share < $1.share }), most.share >= 0.2 else { return [] }
  return [
    Finding(
      .boxForm, isFault: true, count: 1,
      "\(percent(most.share)) of the boxes look like \(most.form.description), the others do not",
      hint: "AVA's are x1, y1, x2, y2: correct these rows where they come from, --fix would change all")
  ]
}
/// A model that always says the same says nothing about how ids are counted.
private let leastActions = 3

/// Whether people's best scored actions are true as the ids stand: nil where too few tell.
func idsAgree(_ sample: ConventionSample) -> Bool? {
  if sample.count < 16 || sample.actionCount < leastActions { return nil }
  let base = sample.overlap(.ava)
  let (placement, _) = bestPlacement(sample, base)
  return numberingFindings(sample, placement).isEmpty && sample.agreement(placement) >= 0.25
}

private func numberingFindings(_ sample: ConventionSample, _ placement: Convention) -> [Finding] {
  if sample.actionCount < leastActions { return [] }
  func agreement(_ numbering: ClassNumbering) -> Double {
    var convention = placement
    convention.numbering = numbering
    return sample.agreement(convention)
  }
  let base = agreement(.ids)
  var best = (numbering: ClassNumbering.ids, agreement: base)
  for numbering in ClassNumbering.allCases.dropFirst() {
    let value = agreement(numbering)
    if value >= base + clearlyMoreAgreement, value > best.agreement { best = (numbering, value) }
  }
  if best.numbering == .ids { return [] }
  return [
    Finding(
      .classNumbers, isFault: true, count: 1,
      "the action ids look like \(best.numbering.description): the best scored action is then true for "
        + "\(percent(best.agreement)) of the people found, instead of \(percent(base))",
      hint: "--fix with --classes \(best.numbering.rawValue) renumbers them")
  ]
}
