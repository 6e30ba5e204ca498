/// What is wrong with a detection that found no box, or with a ground-truth row that no detection found.
///
/// TIDE's kinds, adapted to boxes with many labels; docs/evaluator.md says why each is as it is. "Overlaps" means
/// intersection over union as the protocol computes it; "enough" is the data set's threshold, AVA's 0.5. Of a detection
/// that missed, the first that holds:
///
/// 1. `duplicate`: the box of its own class that it overlaps most it overlaps enough; a detection that came
///    earlier has taken it.
/// 2. `wrongClass`: it overlaps a box of another class enough. Somebody is there, who does not do this.
/// 3. `poorBox`: it overlaps a box of its own class by at least 0.1.
/// 4. `wrongClassAndPoorBox`: it overlaps a box of another class by at least 0.1.
/// 5. `background`: nobody is there.
///
/// A ground-truth row that was not found is `poorBox` where a detection of that kind overlaps it most of its own class,
/// and `missed` elsewhere.
///
/// Source: Bolya et al., "TIDE: A General Toolbox for Identifying Object Detection Errors", 2020. TIDE asks for a poor
/// box before a wrong class; among people who overlap each other that would blame the box of one for the action of
/// another.
public enum ErrorKind: String, CaseIterable, Sendable {
  /// The box fits somebody who does something else.
  case wrongClass = "wrong_class"
  /// The class is right, the box fits badly.
  case poorBox = "poor_box"
  /// The box fits somebody badly who does something else.
  case wrongClassAndPoorBox = "wrong_class_and_poor_box"
  /// The box was found already.
  case duplicate
  /// Nobody is there.
  case background
  /// Of ground truth: no detection comes near.
  case missed

  /// Its place in `allCases`, and in every list that has one entry a kind.
  public var position: Int {
    switch self {
    case .wrongClass: 0
    case .poorBox: 1
    case .wrongClassAndPoorBox: 2
    case .duplicate: 3
    case .background: 4
    case .missed: 5
    }
  }
}

extension ErrorKind {
  /// Its name for people.
  public var title: String {
    switch self {
    case .wrongClass: "wrong class"
    case .poorBox: "poor box"
    case .wrongClassAndPoorBox: "wrong class, poor box"
    case .duplicate: "duplicate"
    case .background: "background"
    case .missed: "missed"
    }
  }
}

/// How often one kind of error occurs, and what it costs.
public struct ErrorCost: Equatable, Sendable {
  /// Which kind of error it is.
  public let kind: ErrorKind
  /// How many detections are of this kind; 0 for `missed`.
  public let detectionCount: Int
  /// How many ground-truth rows are of this kind: `missed` and `poorBox` ones.
  public let truthCount: Int
  /// The AP that would be gained if errors of this kind alone were repaired: false detections taken away, those with
  /// poor boxes put onto their box (or taken away where it is found already), missed boxes no longer asked for. For
  /// several classes the mean over those that count. The gains of all kinds do not add up to anything.
  ///
  /// Nil where the protocol leaves the class out of its mean.
  public let gain: Double?
  /// This kind's part of 1 - AP; the parts of all kinds add up to it. An unfound ground-truth row takes its own share of
  /// the recall; the precision that is missing where a box is found is shared equally by the false detections that
  /// rank above.
  ///
  /// Nil where the protocol leaves the class out of its mean.
  public let loss: Double?

  init(_ kind: ErrorKind, detectionCount: Int, truthCount: Int, gain: Double?, loss: Double?) {
    self.kind = kind
    self.detectionCount = detectionCount
    self.truthCount = truthCount
    self.gain = gain
    self.loss = loss
  }
}
