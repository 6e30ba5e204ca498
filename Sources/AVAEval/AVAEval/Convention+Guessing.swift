internal import Wording

/// What the columns of a table mean, found out beside the other table.
///
/// A meaning is told by what it explains: people lie over the other table's people, and the best scored action of a
/// person is one of the true ones. Whether that makes a mistake is for `Evidence` to say.
struct ConventionAudit {
  private let sample: ConventionSample
  private let base: ConventionFit
  private let placement: Placement?
  private let numbering: NumberingGuess

  init(_ sample: ConventionSample, _ ids: UsedIDs) {
    self.sample = sample
    base = sample.fit(.ava)
    placement = sample.isEmpty ? nil : Placement(sample, base)
    numbering = NumberingGuess(sample, placement?.convention ?? .ava, ids)
  }

  /// Whether the action ids mean what they should.
  var hasTrustedIDs: Bool { numbering.isTrusted && sample.count >= fewPeople }

  var findings: [Finding] {
    if sample.isEmpty { return [] }
    var findings = placement.map { sample.subject.findings($0, base) } ?? []
    if placement?.evidence.isConclusive != true {
      let videos = videoConventionFindings(sample)
      // Whole videos explain mixed rows.
      if !(findings + videos).contains(where: { $0.kind == .boxForm }) { findings += mixedFormFindings(sample, base) }
      findings += videos + overlapFindings(sample)
      if placement == nil, videos.isEmpty { findings += uncertainSecondsFindings(sample) }
    }
    return findings + numbering.findings
  }
}

extension ConventionSample.Subject {
  /// What stands before the name of a column in a message.
  var whose: String { self == .detections ? "the" : "the ground truth's" }

  private var otherTable: String { self == .detections ? "the ground truth" : "the detections" }

  fileprivate func findings(_ placement: Placement, _ base: ConventionFit) -> [Finding] {
    let (form, seconds) = (placement.convention.form, short(placement.convention.shift))
    let gain =
      "the boxes then overlap \(otherTable) by \(fixed(placement.fit.mean, 2)) on average instead of "
      + fixed(base.mean, 2)
    var findings: [Finding] = []
    if form != .corners {
      findings.append(
        Finding(
          .boxForm, placement.evidence, "\(whose) boxes look like \(form.description): \(gain)",
          hint: self == .detections
            ? "--fix with --boxes \(form.rawValue) turns them into AVA's x1, y1, x2, y2"
            : "an overlay of both shows which is wrong: the proposals (AVA.TEST_PREDICT_BOX_LISTS), or the ground truth, "
              + "whose columns 3 to 6 must be x1, y1, x2, y2"))
    }
    if placement.convention.shift != 0 {
      findings.append(
        Finding(
          .shiftedSeconds, placement.evidence, "\(whose) seconds look shifted: with \(seconds) added \(gain)",
          hint: self == .detections
            ? "--fix with --shift-seconds \(seconds) moves them"
            : "an overlay of both shows which is wrong: the proposals (AVA.TEST_PREDICT_BOX_LISTS), or the ground truth; if "
              + "that, "
              + (placement.convention.shift > 0
                ? "add \(seconds) to" : "take \(short(-placement.convention.shift)) from")
              + " its second column"))
    }
    return findings
  }
}

/// Says when boxes are somewhere else than people, whatever the reason.
private func overlapFindings(_ sample: ConventionSample) -> [Finding] {
  let known = sample.whereKnown
  let fit = known.fit(.ava)
  if known.count < fewPeople || fit.mean >= samePersonOverlap { return [] }
  let votes = known.count(fit, fit) { overlap, _ in overlap < known.hardlyAnyOverlap }
  let evidence = Evidence(supporting: votes.supporting, opposing: votes.opposing)
  return [
    Finding(
      .poorOverlap, fit.mean < known.hardlyAnyOverlap ? evidence : .none,
      "in common key frames the best placed boxes overlap the ground truth by \(fixed(fit.mean, 2)) on average",
      hint: "a person detector's reach 0.7 to 0.9: were boxes scaled by another size, or are frames others?", doubt: "")
  ]
}

/// People below which a mean says little.
private let fewPeople = 16

/// Says when boxes would fit about as well a second earlier or later, so that nobody can tell whether they are.
private func uncertainSecondsFindings(_ sample: ConventionSample) -> [Finding] {
  let known = sample.whereKnown
  let base = known.fit(.ava)
  if known.count < fewPeople || base.mean < samePersonOverlap { return [] }
  let open = [-1.0, 1].compactMap { shift -> (shift: Double, overlap: Double)? in
    let fit = known.fit(Convention(shift: shift))
    let votes = known.votes(base, over: fit)
    let isTold = Evidence(supporting: votes.supporting, opposing: votes.opposing).isConclusive
    return fit.knownShare >= 0.5 && !isTold ? (shift, fit.mean) : nil
  }
  guard let best = open.max(by: { $0.overlap < $1.overlap }) else { return [] }
  return [
    Finding(
      .uncertainSeconds, isFault: false, count: 1,
      "the boxes overlap \(sample.subject == .detections ? "the ground truth" : "the detections") by "
        + "\(fixed(base.mean, 2)) on average, and by \(fixed(best.overlap, 2)) a second "
        + (best.shift > 0 ? "later" : "earlier"),
      hint: "too loose, or of people who move too little, to tell whether the seconds are shifted by one")
  ]
}

/// Says when a part of the rows is in another form, in whatever video.
private func mixedFormFindings(_ sample: ConventionSample, _ base: ConventionFit) -> [Finding] {
  if sample.subject == .groundTruth || sample.count < fewPeople { return [] }
  let forms = BoxForm.allCases.dropFirst()
  let guesses = forms.map { form in
    let fit = sample.fit(Convention(form: form))
    // Among the people who lie beside everybody, those that the form puts over somebody.
    let beside = sample.count(fit, base) { mended, overlap in overlap >= 0.3 ? nil : mended >= 0.7 }
    let all = sample.count(fit, base) { _, overlap in overlap < 0.3 }
    return (
      form: form, share: Double(beside.supporting) / Double(max(1, all.supporting + all.opposing)),
      evidence: Evidence(supporting: beside.supporting, opposing: beside.opposing, guesses: forms.count)
    )
  }
  guard let most = guesses.max(by: { $0.share < $1.share }), most.share >= 0.2, most.evidence.isWorthMentioning else {
    return []
  }
  return [
    Finding(
      .boxForm, most.evidence,
      "\(percent(most.share)) of the boxes look like \(most.form.description), the others do not",
      hint: "correct these rows where they come from, --fix would change all")
  ]
}
