internal import OrderedCollections
internal import Wording

/// What a key can change in the reference. Which keys this program reads, `Leaf.isRead` says.
enum Use: Sendable {
  /// What a test run computes or writes.
  case test
  /// Training, and the tests of whole clips or images too: a config that gives it has it for training.
  case trainingAndClips
  /// Nothing that a test run computes: devices, batches, workers, memory, logs, which modes run, and choices that this
  /// program makes by itself.
  case idle
  /// Only training, the validation in it, and how weights are initialised.
  case training
  /// Only contrastive and masked pre-training.
  case selfSupervised
  /// Only Tensorboard pages and the reference's demo.
  case display
  /// No code reads it.
  case unread

  /// Whether a test run of the reference reads the key.
  var isOfTests: Bool { self == .test || self == .trainingAndClips }
}

/// One key with its type, its default and what it can change.
struct Leaf: Sendable {
  let key: String
  let kind: Kind
  let fallback: Value
  let use: Use
  /// Whether this program reads it: it has a `Key` then.
  var isRead = false
  /// The results that are made with it of scores which are there already; nil where it makes no difference any more.
  var results: Results?

  /// Of what scores are kept.
  enum Results: Sendable {
    case boxes, clips
  }

  init(_ key: String, _ kind: Kind, _ fallback: Value, _ use: Use) {
    self.key = key
    self.kind = kind
    self.fallback = fallback
    self.use = use
  }
}

/// PySlowFast's keys at its commit 287ec00, all 339, and those of this program's own.
enum Schema {
  static let leaves: OrderedDictionary<String, Leaf> = OrderedDictionary(
    uniqueKeysWithValues: (run + model + data + transformer + training + selfSupervised + display + views)
      .map { ($0.key, $0) })

  /// The entry of a key that is known to be one.
  static subscript(key: String) -> Leaf {
    guard let leaf = leaves[key] else { preconditionFailure("\(key) was taken in, which is no key") }
    return leaf
  }

  /// Every prefix of a key that ends before a dot: `TENSORBOARD`, `TENSORBOARD.MODEL_VIS`...
  static let sections: Set<String> = {
    var result: Set<String> = []
    for key in leaves.keys {
      var prefix = key
      while let dot = prefix.lastIndex(of: ".") {
        prefix = String(prefix[..<dot])
        result.insert(prefix)
      }
    }
    return result
  }()

  /// Finds the valid key that was most likely meant: the same name in another section first, then a similar name
  /// in the section given, then a similar key anywhere.
  ///
  /// - Parameter members: What stands in the section that the key opens, if it does: a section is meant only where it
  ///   has one of these.
  static func nearestKey(to key: String, members: [String] = []) -> String? {
    if key.count > 200 { return nil }
    if !members.isEmpty {
      let likely = sections.sorted().filter { section in members.contains { leaves["\(section).\($0)"] != nil } }
      return nearest(to: key, among: likely)
    }
    let (section, name) = split(key)
    let namesakes = leaves.keys.filter { split($0).name == name.uppercased() }
    if let best = nearest(to: key, among: namesakes) ?? namesakes.first { return best }
    let siblings = leaves.keys.filter { split($0).section == section }
    if let best = nearest(to: name, among: siblings.map { split($0).name }) {
      return section.isEmpty ? best : "\(section).\(best)"
    }
    return nearest(to: key, among: leaves.keys + sections.sorted())
  }

  /// Splits a key at its last dot.
  static func split(_ key: String) -> (section: String, name: String) {
    guard let dot = key.lastIndex(of: ".") else { return ("", key) }
    return (String(key[..<dot]), String(key[key.index(after: dot)...]))
  }
}
