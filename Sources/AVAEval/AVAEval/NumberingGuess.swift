internal import AVARecords
internal import Wording

/// Finds out whether action ids count otherwise than the label map: from the ids that a file uses, and from what the
/// people do whom both tables have.
struct NumberingGuess {
  /// Of the people found, the share whose action is right as the ids stand; nil where too little tells.
  let agreement: Double?
  /// The numbering that makes clearly more of them right.
  let best: (numbering: ClassNumbering, agreement: Double, evidence: Evidence)?
  private let subject: ConventionSample.Subject
  /// Whether the ids are of so few actions that they say little about how they are counted.
  private let isMonotone: Bool

  private static let leastActions = 3
  /// The share of people that a numbering must make right to be mentioned where ids are of few actions.
  private static let nearlyAll = 0.8
  /// A share of people: two sensible classifiers differ less.
  private static let clearlyMoreAgreement = 0.25

  /// - Parameters:
  ///   - sample: The people of the table in doubt beside those of the other.
  ///   - placement: How boxes and seconds are best read.
  ///   - ids: All ids of the table in doubt.
  init(_ sample: ConventionSample, _ placement: Convention, _ ids: UsedIDs) {
    subject = sample.subject
    let pairs = sample.actionPairs(placement)
    isMonotone = sample.actionCount < Self.leastActions
    let leastShare = isMonotone ? Self.nearlyAll : 0
    if pairs.isEmpty {
      (agreement, best) = (nil, nil)
      return
    }
    func isRight(_ pair: (own: [Int], other: [Int], place: Int), _ numbering: ClassNumbering) -> Bool {
      pair.own.contains { pair.other.contains(numbering.id($0, sample.labelMap)) }
    }
    func share(_ numbering: ClassNumbering) -> Double {
      Double(pairs.count { isRight($0, numbering) }) / Double(pairs.count)
    }
    let standing = share(.ids)
    agreement = standing
    let numberings = ClassNumbering.allCases.dropFirst()
    // How often a model that takes an action for another takes just the one that a numbering names: one of all others,
    // though ids beside each other are the likelier ones.
    let rate = 1 / Double(min(max(2, sample.labelMap.labels.count - 1), 10))
    let guesses = numberings.compactMap { numbering -> (ClassNumbering, Double, Evidence)? in
      let mended = share(numbering)
      if mended < max(leastShare, standing + Self.clearlyMoreAgreement) || ids.speakAgainst(numbering) { return nil }
      // A model that takes one action for another is one witness, however many people do it.
      var (seen, people, actions): (Set<Int>, Int, [Int: Int]) = ([], 0, [:])
      var opposing = 0
      for pair in pairs {
        let (after, before) = (isRight(pair, numbering), isRight(pair, .ids))
        if after == before { continue }
        for action in pair.own { actions[action, default: 0] += after ? 1 : -1 }
        if !seen.insert(pair.place).inserted { continue }
        if after { people += 1 } else { opposing += 1 }
      }
      let byPeople = Evidence(supporting: people, opposing: opposing, guesses: numberings.count)
      let byActions = Evidence(
        supporting: actions.values.count { $0 > 0 }, opposing: actions.values.count { $0 < 0 },
        rate: rate, guesses: numberings.count)
      let byIDs = ids.speakFor(numbering) ? .certain : ids.evidence(of: numbering)
      let evidence = byPeople.and(byActions.or(byIDs))
      return byPeople.isWorthMentioning ? (numbering, mended, evidence) : nil
    }
    best = guesses.max { $0.1 < $1.1 }
  }

  /// Whether the ids mean what they should.
  var isTrusted: Bool { !isMonotone && best == nil && (agreement ?? 0) >= 0.25 }

  var findings: [Finding] {
    guard let best, let agreement else { return [] }
    let change = best.numbering == .fromZero ? "add 1 to" : best.numbering == .oneMore ? "take 1 from" : "renumber"
    return [
      Finding(
        .classNumbers, best.evidence,
        "\(subject.whose) action ids look like \(best.numbering.description): the best scored action is then true for "
          + "\(percent(best.agreement)) of the people found, instead of \(percent(agreement))",
        hint: subject == .detections
          ? "--fix with --classes \(best.numbering.rawValue) renumbers them"
          : "\(change) the seventh column of the ground truth")
    ]
  }
}
