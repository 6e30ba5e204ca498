/// Another meaning of boxes and seconds than AVA's that fits the other table better.
struct Placement {
  let convention: Convention
  let fit: ConventionFit
  let evidence: Evidence

  /// What `fit` gains over the columns as they stand.
  let gain: Double

  /// The meaning that explains clearly more than the columns as they stand, if any: people then lie over people.
  ///
  /// - Parameter tries: In how many parts of the file it is looked for.
  init?(_ sample: ConventionSample, _ base: ConventionFit, tries: Int = 1) {
    let (forms, shifts) = (BoxForm.allCases.dropFirst(), sample.shifts)
    func placements(_ conventions: [Convention]) -> [Placement] {
      conventions.compactMap { Placement($0, sample, base, guesses: conventions.count * tries) }
    }
    // One thing wrong is likelier than two.
    let single = placements(forms.map { Convention(form: $0) }) + placements(shifts.map { Convention(shift: $0) })
    if let best = Placement.best(single, sample) {
      self = best
      return
    }
    if base.mean >= samePersonOverlap { return nil }
    let double = placements(forms.flatMap { form in shifts.map { Convention(form: form, shift: $0) } })
    guard let best = Placement.best(double, sample) else { return nil }
    self = best
  }

  private init?(_ convention: Convention, _ sample: ConventionSample, _ base: ConventionFit, guesses: Int) {
    let fit = sample.fit(convention)
    gain = fit.mean - base.mean
    if fit.mean < leastShiftedOverlap || gain < someMoreOverlap { return nil }
    let votes = sample.votes(fit, over: base)
    evidence = Evidence(supporting: votes.supporting, opposing: votes.opposing, guesses: guesses)
    // Boxes of another scale fit better in some other form as well, but not well.
    let isSureShift = convention.form == .corners && evidence.isConclusive
    if fit.mean < samePersonOverlap, !isSureShift { return nil }
    // Where people cannot tell for sure, the gain must be one that two good detectors do not differ by.
    if !evidence.isConclusive, gain < clearlyMoreOverlap || !evidence.isWorthMentioning { return nil }
    (self.convention, self.fit) = (convention, fit)
  }

  /// The best of several. Almost equal ones, as loose boxes and people who hardly move give them, are told apart by how
  /// many key frames are then in the other table; the first of these is the likeliest.
  private static func best(_ all: [Placement], _ sample: ConventionSample) -> Placement? {
    let sure = all.filter(\.evidence.isConclusive)
    let candidates = sure.isEmpty ? all : sure
    guard let most = candidates.max(by: { $0.fit.mean < $1.fit.mean }) else { return nil }
    let close = candidates.filter { candidate in
      if candidate.fit.mean >= most.fit.mean - almostEqual { return true }
      if candidate.convention.form != most.convention.form { return false }
      let votes = sample.votes(most.fit, over: candidate.fit)
      return !Evidence(supporting: votes.supporting, opposing: votes.opposing).isWorthMentioning
    }
    let known = close.map(\.fit.knownShare).max()
    return close.first { $0.fit.knownShare == known }
  }
}

/// The IoU from which on two boxes are taken for one person's, and so the least mean of a meaning that puts people in
/// place. It says whom boxes show, whatever overlap a data set asks of detections.
let samePersonOverlap = 0.5
/// Means of IoU, and what is gained of them.
private let leastShiftedOverlap = 0.3
private let clearlyMoreOverlap = 0.1
/// Less is no use to anybody, however sure.
private let someMoreOverlap = 0.02
private let almostEqual = 0.03
