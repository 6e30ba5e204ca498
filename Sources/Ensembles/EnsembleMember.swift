internal import AVARecords
internal import Geometry

/// What one model found: people's boxes in key frames, with a score for each class.
public struct EnsembleMember: Sendable {
  /// How exactly a source has what its model found, the finest first.
  public enum Form: Int, Sendable {
    /// A run directory: boxes as they were proposed, scores as they left the network.
    case run
    /// A CSV with the array of its scores: rounded boxes, scores of every class.
    case scores
    /// A CSV alone: rounded boxes and scores, and perhaps not all of them.
    case rows
  }

  /// A person in a key frame.
  struct Person: Sendable {
    let keyFrame: KeyFrame
    let box: UnitBox
  }

  /// How messages name it.
  public let name: String
  public let form: Form
  /// How many columns of scores it has: class id c has column c - 1.
  public private(set) var columns: Int
  /// The ids of the classes that its CSV names; nil for a run.
  public let rowClasses: Set<Int>?
  private(set) var people: [Person] = []
  /// [people, columns]; NaN for what the source does not say.
  private(set) var scores: [Float] = []
  /// The people of each key frame, in the order of the source.
  private(set) var places: [KeyFrame: [Int]] = [:]
  /// Each person's bound for scores that a CSV does not have.
  private var bounds: [Float] = []
  /// What a score stands for that the CSV rounds to 0; 0 for scores that nobody rounded.
  private(set) var resolution = Float(0)
  /// The rows that say what another row says.
  var repeats = RepeatedRows()

  init(name: String, form: Form, columns: Int, rowClasses: Set<Int>? = nil) {
    self.name = name
    self.form = form
    self.columns = columns
    self.rowClasses = rowClasses
  }

  /// How many boxes it has.
  public var boxCount: Int { people.count }

  /// How many key frames it has boxes in.
  public var keyFrameCount: Int { places.count }

  /// Adds a person whose scores are not known yet.
  mutating func append(_ keyFrame: KeyFrame, _ box: UnitBox) {
    places[keyFrame, default: []].append(people.count)
    people.append(Person(keyFrame: keyFrame, box: box))
    scores.append(contentsOf: repeatElement(.nan, count: columns))
  }

  mutating func set(_ score: Float, person: Int, column: Int) { scores[person * columns + column] = score }

  func score(person: Int, column: Int) -> Float { scores[person * columns + column] }

  /// Takes down what the rows of a CSV could be without: those below some score, and those beyond the official cap.
  ///
  /// - Parameters:
  ///   - least: The least score of all rows.
  ///   - capped: The least score of each key frame with as many rows as the official evaluator takes, or more.
  ///   - positive: The least score above 0.
  mutating func bound(least: Float, capped: [KeyFrame: Float], positive: Float) {
    bounds = people.map { capped[$0.keyFrame] ?? least }
    // PySlowFast's CSVs have four decimals.
    resolution = min(positive / 2, 0.00005)
  }

  /// Whether another has the same boxes and scores, in the same order, to the last bit.
  public func isEqual(to other: EnsembleMember) -> Bool {
    columns == other.columns && people.count == other.people.count
      && zip(people, other.people).allSatisfy { $0.keyFrame == $1.keyFrame && $0.box == $1.box }
      && zip(scores, other.scores).allSatisfy { $0.bitPattern == $1.bitPattern }
  }

  /// The same with as many columns as others have, and with a score for every one of the classes.
  ///
  /// - Returns: Beside it, how many scores its CSV did not have.
  func completed(columns wanted: Int, classes: [Int]) -> (member: EnsembleMember, missing: Int) {
    var full = self
    if wanted > columns {
      full.columns = wanted
      full.scores = people.indices.flatMap { person in
        scores[person * columns..<(person + 1) * columns] + repeatElement(Float.nan, count: wanted - columns)
      }
    }
    if bounds.isEmpty { return (full, 0) }
    var missing = 0
    for person in people.indices {
      for id in classes where full.score(person: person, column: id - 1).isNaN {
        full.set(bounds[person], person: person, column: id - 1)
        missing += 1
      }
    }
    return (full, missing)
  }
}
